"""What a client may hear when a rule of the protocol is broken: one class a code, each with its HTTP status.

Messages are safe to show: they name rules and members, never values of the caller's arguments, tokens or internals.
"""

from collections.abc import Mapping, Sequence
from typing import Any

RequestId = str | int


class ProtocolError(Exception):
    """A JSON-RPC error in the making (JSON-RPC 2.0 §5.1; MCP 2026-07-28 basic/index, Error Codes).

    ``request_id`` is the id of the request that it answers, or None when there is no request or its id could not be read.
    """

    code: int
    status: int = 400

    def __init__(self, message: str, *, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.data = data
        self.request_id: RequestId | None = None

    def body(self) -> dict[str, Any]:
        """Return the ``error`` member: ``{"code": -32602, "message": "…", "data": {…}}``, ``data`` only when there is any."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.data is not None:
            error["data"] = self.data
        return error


class ParseError(ProtocolError):
    """The body is not JSON."""

    code = -32700


class InvalidRequest(ProtocolError):
    """The body is JSON, yet not a JSON-RPC message that may stand here."""

    code = -32600


class MethodNotAllowed(InvalidRequest):
    """An HTTP method other than POST (MCP 2026-07-28 basic/transports/streamable-http, Earlier Revisions)."""

    status = 405


class NotAcceptable(InvalidRequest):
    """The client takes neither JSON nor an event stream."""

    status = 406


class SessionNotFound(InvalidRequest):
    """``Mcp-Session-Id`` names no session of this caller: it is unknown, ended, or somebody else's, and nobody is told which.

    The client begins anew (MCP 2025-11-25 basic/transports, Session Management).
    """

    status = 404


class TooManyRequests(InvalidRequest):
    """The caller has as many requests under way as they may have. An HTTP status that clients know to wait after."""

    status = 429


class ContentTooLarge(InvalidRequest):
    """The body passes the bound."""

    status = 413


class UnsupportedMediaType(InvalidRequest):
    """The body is not declared to be JSON. Browsers may send other types across origins without asking first."""

    status = 415


class MethodNotFound(ProtocolError):
    """The revision has no such method. ``status`` is the revision's: 404 from 2026-07-28 on, 200 before."""

    code = -32601

    def __init__(self, *, status: int) -> None:
        super().__init__("Method not found.")
        self.status = status


class InvalidParams(ProtocolError):
    """The params do not fit the method, or name a tool or cursor that does not exist."""

    code = -32602
    status = 200


class IncompleteMeta(InvalidParams):
    """``_meta`` lacks what every request of 2026-07-28 must declare (basic/index, ``_meta``)."""

    status = 400


class ResourceNotFound(InvalidParams):
    """There is no resource of that URI for this caller. ``code`` is the revision's: -32602 in 2026-07-28, -32002 before."""

    def __init__(self, uri: str, *, code: int) -> None:
        super().__init__("Resource not found.", data={"uri": uri})
        self.code = code


class NotDone(ProtocolError):
    """A resource, prompt or completion could not be had, through no fault of the request. The message is its author's."""

    code = -32603
    status = 200


class InternalError(ProtocolError):
    """A fault of ours. ``reference`` is the request id under which the operator finds it in the log."""

    code = -32603
    status = 200

    def __init__(self, reference: str) -> None:
        message = f"Internal error. The operator can find it under the reference {reference}."
        super().__init__(message, data={"reference": reference})


class Interrupted(ProtocolError):
    """The request was stopped before its end, by the process's death if nothing else. Nobody knows how far it came."""

    code = -32603
    status = 200

    def __init__(self) -> None:
        super().__init__("The server stopped this before its end, and may have done it or not. Look, then ask again.")


class HeaderMismatch(ProtocolError):
    """A header is missing, malformed, repeated, or differs from the body (streamable-http, Server Validation)."""

    code = -32020


class MissingClientCapability(ProtocolError):
    """The request cannot be served to a client that lacks a capability (MCP 2026-07-28 basic/index, Error Codes).

    ``required`` is a capabilities object: ``{"sampling": {}}``, ``{"extensions": {"io.modelcontextprotocol/tasks": {}}}``.
    """

    code = -32021

    def __init__(self, required: Mapping[str, Any]) -> None:
        names = sorted([*required.get("extensions", {}), *(name for name in required if name != "extensions")])
        super().__init__(f"The client must support {', '.join(names)} for this.", data={"requiredCapabilities": dict(required)})


class UnsupportedProtocolVersion(ProtocolError):
    """The revision asked for is not served (MCP 2026-07-28 basic/versioning, Protocol Version Negotiation)."""

    code = -32022

    def __init__(self, requested: str, supported: Sequence[str]) -> None:
        # The message names the versions as well: a client of the handshake era shows its user nothing else.
        message = f"Unsupported protocol version. This server supports {', '.join(supported)}."
        super().__init__(message, data={"supported": list(supported), "requested": requested})
