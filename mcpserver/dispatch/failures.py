"""What a resource, prompt or completion that did not work out tells the client: they have errors where tools have results."""

from mcpserver.protocol.errors import InternalError, InvalidParams, MissingClientCapability, NotDone, ProtocolError
from tools.arguments import InvalidArguments
from tools.link import CapabilityMissing
from tools.results import ToolError
from tools.runner import ToolFault

EXPECTED = (ToolError, ToolFault)


def error_for(error: ToolError | ToolFault) -> ProtocolError:
    """Return the error that answers the request. A fault was logged where it happened: the client hears the reference alone."""
    match error:
        case ToolFault():
            return InternalError(error.request_id)
        case InvalidArguments():
            return InvalidParams(str(error))
        case CapabilityMissing():
            return MissingClientCapability(error.required)
        case _:
            return NotDone(str(error))
