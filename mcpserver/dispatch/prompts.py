"""``prompts/get``: the prompt and its rights."""

from mcpserver import bearer
from mcpserver.dispatch import calls, failures, rights
from mcpserver.dispatch.call import Call
from mcpserver.protocol import prompts as messages
from mcpserver.protocol.errors import NotDone, ProtocolError
from mcpserver.protocol.exchange import SingleOutcome
from mcpserver.protocol.steps import GetPrompt
from oauth_bridge.principals import Principal
from tools import reader
from tools.catalog import CATALOG
from tools.prompts import Prompt


def prepare(step: GetPrompt, principal: Principal) -> Prompt | ProtocolError:
    """Return the prompt, or the error that answers the request.

    Raises:
        BearerError: a scope is missing; nothing has run.
    """
    prompt = CATALOG.prompt(step.name)
    if prompt is None:
        return messages.unknown_prompt()
    refused = rights.refusal(prompt, principal)
    if refused is not None:
        return NotDone(refused.reason)
    missing = prompt.scopes - principal.scopes
    if missing:
        raise bearer.insufficient_scope(missing, principal.scopes)
    return prompt


async def get(prompt: Prompt, step: GetPrompt, call: Call) -> SingleOutcome:
    """Return the prompt's messages, or the error that says why not."""
    try:
        said = await reader.get(prompt, step.arguments, calls.context(call, step))
        return messages.get_result(prompt.definition["description"], said, step.revision, call.server)
    except failures.EXPECTED as error:
        return failures.error_for(error)
