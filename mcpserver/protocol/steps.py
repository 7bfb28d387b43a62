"""What is to be done about a message, as values: ``exchange.plan`` makes them, dispatch carries them out."""

from dataclasses import dataclass
from typing import Any

from mcpserver.protocol.asked import NOTHING, Asked
from mcpserver.protocol.errors import ProtocolError, RequestId
from mcpserver.protocol.headers import Headers
from mcpserver.protocol.jsonrpc import Response
from mcpserver.protocol.versions import Revision


@dataclass(frozen=True, slots=True)
class Accept:
    """Nothing is to be done or answered: a notification, or a response that nobody waits for."""


@dataclass(frozen=True, slots=True)
class Initialize:
    """Open a transport session. ``result`` is the answer as JSON, ``revision`` the one that it settles."""

    request_id: RequestId
    revision: Revision
    result: bytes
    capabilities: dict[str, Any]
    client_info: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Resolve:
    """Hand a client's answer to whoever waits for it in the same transport session."""

    response: Response


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop the request of that id in the same transport session, if it still runs."""

    target: RequestId


@dataclass(frozen=True, slots=True)
class Refuse:
    """An entry of a batch that broke a rule; its siblings are served."""

    error: ProtocolError
    revision: Revision


@dataclass(frozen=True, slots=True)
class Answer:
    """The result is known, as JSON."""

    request_id: RequestId
    result: bytes


@dataclass(frozen=True, slots=True)
class ListTools:
    """List the tools that the caller may see. ``after`` names the last tool of the page before, None for the first page."""

    request_id: RequestId
    revision: Revision
    after: str | None


@dataclass(frozen=True, slots=True)
class CallTool:
    """Call a tool. ``headers`` are to be checked against its annotated parameters, None where the era has no such rule."""

    request_id: RequestId
    revision: Revision
    name: str
    arguments: dict[str, Any]
    headers: Headers | None
    asked: Asked = NOTHING


Single = Accept | Initialize | Resolve | Cancel | Refuse | Answer | ListTools | CallTool


@dataclass(frozen=True, slots=True)
class Batch:
    """Several steps, answered by one array."""

    entries: tuple[Single, ...]


Step = Single | Batch
