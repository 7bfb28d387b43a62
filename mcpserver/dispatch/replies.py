"""What a client says of requests under way in its transport session: it answers one of ours, or takes back its own."""

from mcpserver.dispatch.call import Call
from mcpserver.protocol.exchange import SingleOutcome
from mcpserver.protocol.steps import Cancel, Resolve
from mcpserver.streams import calls, server_requests


async def resolve(step: Resolve, call: Call) -> SingleOutcome:
    """Hand the client's answer to whoever waits for it."""
    if call.session is not None:
        await server_requests.deliver(call.session.id, step.response)
    return None


async def cancel(step: Cancel, call: Call) -> SingleOutcome:
    """Stop the request that the client takes back."""
    if call.session is not None:
        await calls.cancel(call.session.id, step.target)
    return None
