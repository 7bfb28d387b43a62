"""``completion/complete``: whose argument is being typed, and what its author suggests."""

from dataclasses import dataclass

from mcpserver import bearer
from mcpserver.dispatch import calls, failures, rights
from mcpserver.dispatch.call import Call
from mcpserver.protocol import completion as messages
from mcpserver.protocol.completion import Question
from mcpserver.protocol.errors import ProtocolError
from mcpserver.protocol.exchange import SingleOutcome
from mcpserver.protocol.steps import Complete
from oauth_bridge.principals import Principal
from tools import reader
from tools.catalog import CATALOG
from tools.completions import Completer, Suggestions
from tools.prompts import Prompt
from tools.resources import Resource


@dataclass(frozen=True, slots=True)
class Found:
    """A prompt or template, and what completes the argument; an argument need not have anything that does."""

    owner: Prompt | Resource
    completer: Completer | None


def prepare(step: Complete, principal: Principal) -> Found | ProtocolError:
    """Return what completes the argument, or the error that answers the request.

    Raises:
        BearerError: a scope is missing; nothing has run.
    """
    question = step.question
    owner = _owner(question)
    if owner is None or question.argument not in _arguments(owner) or rights.refusal(owner, principal):
        return messages.unknown_reference()
    missing = owner.scopes - principal.scopes
    if missing:
        raise bearer.insufficient_scope(missing, principal.scopes)
    return Found(owner, owner.completers.get(question.argument))


async def complete(found: Found, step: Complete, call: Call) -> SingleOutcome:
    """Return suggestions, none where nothing completes the argument."""
    question = step.question
    made = Suggestions()
    try:
        if found.completer is not None:
            context = calls.context(call, step)
            made = await reader.complete(found.owner, found.completer, question.value, question.chosen, context)
    except failures.EXPECTED as error:
        return failures.error_for(error)
    return messages.complete_result(
        made.values, total=made.total, has_more=made.has_more, revision=step.revision, server=call.server
    )


def _owner(question: Question) -> Prompt | Resource | None:
    return CATALOG.prompt(question.name) if question.of_prompt else CATALOG.template(question.name)


def _arguments(owner: Prompt | Resource) -> tuple[str, ...]:
    return owner.variables if isinstance(owner, Resource) else tuple(owner.arguments.model_fields)
