"""What a request says about its client and about earlier rounds, whichever era it is of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mcpserver.protocol.era import CAPABILITIES_KEY
from mcpserver.protocol.jsonrpc import Request
from mcpserver.protocol.transport_session import TransportSession
from mcpserver.protocol.versions import Era, Revision

LOG_LEVEL_KEY = "io.modelcontextprotocol/logLevel"

ProgressToken = str | int


@dataclass(frozen=True, slots=True)
class Asked:
    """What the client can do, and what it wants to hear while the request runs.

    ``capabilities`` come from ``_meta`` in the stateless era and from the transport session before; without either there are
    none. ``input_responses`` and ``request_state`` are a multi round-trip request's (MCP 2026-07-28 basic/patterns/mrtr), as
    they came: not checked.
    """

    capabilities: Mapping[str, Any] = field(default_factory=dict)
    progress_token: ProgressToken | None = None
    log_level: Any = None
    input_responses: Any = None
    request_state: Any = None


NOTHING = Asked()


def read(request: Request, revision: Revision, session: TransportSession | None) -> Asked:
    """Return what the request says. A progress token of another type than string or integer is none."""
    meta = request.params.get("_meta") or {}
    token = meta.get("progressToken")
    token = token if type(token) in (str, int) else None
    if revision.era is Era.MODERN:
        return Asked(
            capabilities=meta.get(CAPABILITIES_KEY) or {},
            progress_token=token,
            log_level=meta.get(LOG_LEVEL_KEY),
            input_responses=request.params.get("inputResponses"),
            request_state=request.params.get("requestState"),
        )
    if session is None:
        return Asked(progress_token=token)
    return Asked(capabilities=session.capabilities, progress_token=token, log_level=session.log_level)
