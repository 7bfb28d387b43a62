"""The methods that are served: one row each. A method that is not here does not exist."""

from collections.abc import Callable
from dataclasses import dataclass

from mcpserver.protocol import asked, lifecycle, tools, versions
from mcpserver.protocol.asked import Asked
from mcpserver.protocol.headers import Headers
from mcpserver.protocol.jsonrpc import Request
from mcpserver.protocol.server import Server
from mcpserver.protocol.steps import Answer, CallTool, Initialize, ListTools, Single
from mcpserver.protocol.transport_session import TransportSession
from mcpserver.protocol.versions import Era, Revision


@dataclass(frozen=True, slots=True)
class Planning:
    """A request, and all that its step may depend on. ``session`` is the handshake era's, where the request names one."""

    request: Request
    revision: Revision
    headers: Headers
    server: Server
    session: TransportSession | None

    @property
    def asked(self) -> Asked:
        """Return what the request says about its client."""
        return asked.read(self.request, self.revision, self.session)


@dataclass(frozen=True, slots=True)
class Method:
    """A method that is served: in which eras, how it is planned, and which member of its params ``Mcp-Name`` repeats."""

    eras: frozenset[Era]
    plan: Callable[[Planning], Single]
    name_parameter: str | None = None


def _initialize(planning: Planning) -> Single:
    requested, capabilities, client_info = lifecycle.parse_initialize(planning.request.params)
    revision = versions.negotiate(requested)
    result = lifecycle.initialize_result(revision, planning.server)
    return Initialize(planning.request.id, revision, result, capabilities, client_info)


def _ping(planning: Planning) -> Single:
    return Answer(planning.request.id, lifecycle.ping_result(planning.revision, planning.server))


def _discover(planning: Planning) -> Single:
    return Answer(planning.request.id, lifecycle.discover_result(planning.revision, planning.server))


def _list_tools(planning: Planning) -> Single:
    return ListTools(planning.request.id, planning.revision, tools.parse_cursor(planning.request.params))


def _call_tool(planning: Planning) -> Single:
    name, arguments = tools.parse_call(planning.request.params)
    headers = planning.headers if planning.revision.era is Era.MODERN else None
    return CallTool(planning.request.id, planning.revision, name, arguments, headers, planning.asked)


_HANDSHAKE = frozenset({Era.HANDSHAKE})
_MODERN = frozenset({Era.MODERN})

METHODS = {
    "initialize": Method(_HANDSHAKE, _initialize),
    "ping": Method(_HANDSHAKE, _ping),
    "server/discover": Method(_MODERN, _discover),
    "tools/list": Method(_HANDSHAKE | _MODERN, _list_tools),
    "tools/call": Method(_HANDSHAKE | _MODERN, _call_tool, name_parameter="name"),
}
