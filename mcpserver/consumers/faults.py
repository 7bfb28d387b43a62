"""What a client hears when carrying a request out has failed."""

import logging

from mcpserver.protocol import jsonrpc
from mcpserver.protocol.errors import InternalError, ProtocolError
from wire import request_id

logger = logging.getLogger(__name__)


def told(error: Exception, message: jsonrpc.Message | jsonrpc.Batch) -> ProtocolError:
    """Return the error that answers a message: a rule's own, or for a bug, whose traceback goes into the log, a reference."""
    if not isinstance(error, ProtocolError):
        logger.error("an MCP request failed", exc_info=error)
        fault = InternalError(request_id.current.get())
        if not isinstance(message, jsonrpc.Request):
            # Without an id no client can tell which request failed: the HTTP status is all that it hears.
            fault.status = 500
        error = fault
    if error.request_id is None and isinstance(message, jsonrpc.Request):
        error.request_id = message.id
    return error
