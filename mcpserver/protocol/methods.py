"""The methods that are served: one row each. A method that is not here does not exist."""

from collections.abc import Callable
from dataclasses import dataclass

from mcpserver.protocol import lifecycle, tools
from mcpserver.protocol.headers import Headers
from mcpserver.protocol.jsonrpc import Request
from mcpserver.protocol.server import Server
from mcpserver.protocol.steps import Answer, CallTool, ListTools, Single
from mcpserver.protocol.versions import Era, Revision


@dataclass(frozen=True, slots=True)
class Method:
    """A method that is served: in which eras, how it is planned, and which member of its params ``Mcp-Name`` repeats."""

    eras: frozenset[Era]
    plan: Callable[[Request, Revision, Headers, Server], Single]
    name_parameter: str | None = None


def _plan_initialize(request: Request, _revision: Revision, _headers: Headers, server: Server) -> Single:
    return Answer(request.id, lifecycle.initialize_result(lifecycle.requested_version(request.params), server))


def _plan_ping(request: Request, revision: Revision, _headers: Headers, server: Server) -> Single:
    return Answer(request.id, lifecycle.ping_result(revision, server))


def _plan_discover(request: Request, revision: Revision, _headers: Headers, server: Server) -> Single:
    return Answer(request.id, lifecycle.discover_result(revision, server))


def _plan_list_tools(request: Request, revision: Revision, _headers: Headers, _server: Server) -> Single:
    return ListTools(request.id, revision, tools.parse_cursor(request.params))


def _plan_call_tool(request: Request, revision: Revision, headers: Headers, _server: Server) -> Single:
    name, arguments = tools.parse_call(request.params)
    return CallTool(request.id, revision, name, arguments, headers if revision.era is Era.MODERN else None)


_HANDSHAKE = frozenset({Era.HANDSHAKE})
_MODERN = frozenset({Era.MODERN})

METHODS = {
    "initialize": Method(_HANDSHAKE, _plan_initialize),
    "ping": Method(_HANDSHAKE, _plan_ping),
    "server/discover": Method(_MODERN, _plan_discover),
    "tools/list": Method(_HANDSHAKE | _MODERN, _plan_list_tools),
    "tools/call": Method(_HANDSHAKE | _MODERN, _plan_call_tool, name_parameter="name"),
}
