"""How what runs reaches the client that called it (``tools.link.Link``), in each era.

In the handshake era questions are requests on the call's own stream; in the stateless one they end the call, which begins anew
with the answers. Nothing is sealed, hashed or started before it is needed: a call that stays silent pays for one small object.
"""

from mcpserver.dispatch.call import Call
from mcpserver.links.handshake import HandshakeLink
from mcpserver.links.modern import ModernLink, RoundEnded
from mcpserver.links.telling import Telling
from mcpserver.protocol.steps import CallTool, Complete, GetPrompt, ReadResource
from mcpserver.protocol.versions import Era
from tools.link import Link

__all__ = ["HandshakeLink", "ModernLink", "RoundEnded", "Telling", "for_call", "settle", "stop"]


def for_call(step: CallTool | GetPrompt | ReadResource | Complete, call: Call) -> Link:
    """Return the way to the client for one step.

    Raises:
        InvalidParams: the request brings a ``requestState`` that is not believed.
    """
    if step.revision.era is Era.HANDSHAKE:
        return HandshakeLink(step.asked, step.revision, call)
    match step:
        case CallTool():
            return ModernLink(step.asked, step.revision, call, "tools/call", step.name, step.arguments)
        case GetPrompt():
            return ModernLink(step.asked, step.revision, call, "prompts/get", step.name, step.arguments)
        case ReadResource():
            return ModernLink(step.asked, step.revision, call, "resources/read", step.uri, {})
    # Nothing else may ask (MCP 2026-07-28 basic/patterns/mrtr, Supported Requests).
    return Telling(step.asked, step.revision, call)


async def settle(call: Call, *, was_cancelled: bool) -> None:
    """Send what was still held back, before the answer: after it there is nothing more to tell."""
    if was_cancelled:
        stop(call)
    for telling in call.telling:
        await telling.end()


def stop(call: Call) -> None:
    """Drop what was held back: nobody listens any more."""
    for telling in call.telling:
        telling.stop()
