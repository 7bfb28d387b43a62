"""``logging/setLevel``: kept in the transport session (MCP 2025-11-25 server/utilities/logging)."""

from mcpserver.dispatch.call import Call
from mcpserver.protocol.exchange import SingleOutcome
from mcpserver.protocol.results import complete
from mcpserver.protocol.steps import SetLogLevel
from mcpserver.streams import sessions


async def set_level(step: SetLogLevel, call: Call) -> SingleOutcome:
    """Keep the level. A client without a session gets one JSON answer to each request, and so no log messages anyway."""
    if call.session is not None:
        await sessions.set_log_level(call.session.id, step.level)
    return complete({}, step.revision, call.server)
