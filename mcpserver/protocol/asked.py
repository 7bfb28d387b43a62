"""What a request says about its client and about earlier rounds, whichever era it is of."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from mcpserver.protocol import logging
from mcpserver.protocol.era import CAPABILITIES_KEY
from mcpserver.protocol.errors import InvalidParams
from mcpserver.protocol.jsonrpc import Request
from mcpserver.protocol.transport_session import TransportSession
from mcpserver.protocol.versions import Era, Revision
from wire import values

LOG_LEVEL_KEY = "io.modelcontextprotocol/logLevel"

ProgressToken = str | int
# It is in every notice of progress, and kept with each.
MAX_PROGRESS_TOKEN = 256


@values.value
class Asked:
    """What the client can do, and what it wants to hear while the request runs.

    ``capabilities`` come from ``_meta`` in the stateless era and from the transport session before; without either there are
    none. ``input_responses`` maps keys to answers and ``request_state`` is sealed: both are of a multi round-trip request
    (MCP 2026-07-28 basic/patterns/mrtr), and neither has been believed yet.
    """

    capabilities: Mapping[str, Any] = field(default_factory=dict)
    progress_token: ProgressToken | None = None
    log_level: str | None = None
    input_responses: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    request_state: str | None = None


NOTHING = Asked()


def read(request: Request, revision: Revision, session: TransportSession | None) -> Asked:
    """Return what the request says. A progress token of another type than string or integer is none, and so is a longer
    one than ``MAX_PROGRESS_TOKEN`` characters: progress is not told then, which it need not be.

    Raises:
        InvalidParams: the log level is none, or ``inputResponses`` or ``requestState`` has not its shape. A member that is
            null counts as absent.
    """
    params = request.params
    meta = params.get("_meta") or {}
    token = _progress_token(meta.get("progressToken"))
    if revision.era is Era.MODERN:
        level = meta.get(LOG_LEVEL_KEY)
        return Asked(
            capabilities=meta.get(CAPABILITIES_KEY) or {},
            progress_token=token,
            log_level=None if level is None else logging.level_of(level, LOG_LEVEL_KEY),
            input_responses=_input_responses(params.get("inputResponses")),
            request_state=_request_state(params.get("requestState")),
        )
    if session is None:
        return Asked(progress_token=token)
    return Asked(capabilities=session.capabilities, progress_token=token, log_level=session.log_level)


def _progress_token(value: Any) -> ProgressToken | None:
    return value if type(value) in (str, int) and len(str(value)) <= MAX_PROGRESS_TOKEN else None


def _input_responses(value: Any) -> Mapping[str, Mapping[str, Any]]:
    if value is None:
        return NOTHING.input_responses
    if not isinstance(value, dict) or not all(isinstance(each, dict) for each in value.values()):
        raise InvalidParams('"inputResponses" must be an object of objects.')
    return value


def _request_state(value: Any) -> str | None:
    if not isinstance(value, str | None):
        raise InvalidParams('"requestState" must be a string.')
    return value
