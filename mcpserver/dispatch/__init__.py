"""Carries a planned step out. Here alone meet who is calling (``oauth_bridge``) and what is called (``tools``)."""

from collections.abc import Callable, Coroutine
from typing import Any

from mcpserver import links
from mcpserver.dispatch import calls, completion, listing, logging, prompts, replies, resources, subscriptions, tasks
from mcpserver.dispatch.call import Call
from mcpserver.outgoing import NOWHERE, Outgoing
from mcpserver.protocol.errors import ProtocolError
from mcpserver.protocol.exchange import Cancelled, Outcome, SingleOutcome
from mcpserver.protocol.server import Server
from mcpserver.protocol.steps import (
    Accept,
    Batch,
    CallTool,
    Cancel,
    Complete,
    GetPrompt,
    ListPage,
    ReadResource,
    Refuse,
    Resolve,
    SetLogLevel,
    Single,
    Step,
)
from mcpserver.protocol.subscriptions import Listen, Subscribe
from mcpserver.protocol.tasks import CancelTask, GetTask, UpdateTask
from mcpserver.protocol.transport_session import TransportSession
from mcpserver.streams import calls as running
from oauth_bridge.principals import Principal

# What a step needs before anything runs: its tool, say, or the error that answers it; None when there is nothing to prepare.
_Prepared = Any
_Prepare = Callable[[Any, Principal], _Prepared]
_CarryOut = Callable[[Any, Any, Call], Coroutine[Any, Any, SingleOutcome]]

# What must hold before anything runs (BearerError for a missing scope), and who goes on with what that found.
_PREPARED: dict[type, tuple[_Prepare, _CarryOut]] = {
    CallTool: (calls.prepare, tasks.call_tool),
    ReadResource: (resources.prepare, resources.read),
    GetPrompt: (prompts.prepare, prompts.get),
    Complete: (completion.prepare, completion.complete),
}

# A step that is not here needs nobody to carry it out: its answer is in it.
_HANDLERS: dict[type, Callable[[Any, Call], Coroutine[Any, Any, SingleOutcome]]] = {
    ListPage: listing.list_page,
    Resolve: replies.resolve,
    Cancel: replies.cancel,
    Listen: subscriptions.listen,
    Subscribe: subscriptions.subscribe,
    SetLogLevel: logging.set_level,
    GetTask: tasks.get_task,
    UpdateTask: tasks.update_task,
    CancelTask: tasks.cancel_task,
}


async def run(
    step: Step,
    principal: Principal,
    server: Server,
    outgoing: Outgoing = NOWHERE,
    session: TransportSession | None = None,
) -> Outcome:
    """Return what carrying the step out gave, for ``exchange.finish``.

    Rights are judged for the whole of a batch before any of it runs.

    Raises:
        BearerError: a scope is missing; nothing has run.
    """
    call = Call(principal, server, outgoing, session)
    if isinstance(step, Batch):
        prepared = [_prepare(entry, principal) for entry in step.entries]
        return [await _carry_out(entry, ready, call) for entry, ready in zip(step.entries, prepared, strict=True)]
    return await _carry_out(step, _prepare(step, principal), call)


def check_rights(step: Step, principal: Principal) -> None:
    """Judge the rights that a step needs, for an answer that must begin before the step is carried out.

    Raises:
        BearerError: a scope is missing.
    """
    for entry in step.entries if isinstance(step, Batch) else (step,):
        _prepare(entry, principal)


def _prepare(step: Single, principal: Principal) -> _Prepared:
    known = _PREPARED.get(type(step))
    return None if known is None else known[0](step, principal)


async def _carry_out(step: Single, prepared: _Prepared, call: Call) -> SingleOutcome:
    if isinstance(prepared, ProtocolError):
        return prepared
    if isinstance(prepared, calls.Refused):
        return await calls.refuse(prepared, call)
    known = _PREPARED.get(type(step))
    if known is not None:
        return await _within_session(step, known[1](prepared, step, call), call)
    handler = _HANDLERS.get(type(step))
    return None if handler is None else await _within_session(step, handler(step, call), call)


async def _within_session(step: Single, work: Coroutine[Any, Any, SingleOutcome], call: Call) -> SingleOutcome:
    """Let the client take back a request of its transport session while it is carried out."""
    try:
        if call.session is None or isinstance(step, Accept | Resolve | Cancel | Refuse):
            outcome = await work
        else:
            outcome = await running.cancellable(call.session.id, step.request_id, work)
    except links.RoundEnded as ended:
        outcome = ended.answer
    except ProtocolError as error:
        outcome = error
    except BaseException:
        links.stop(call)
        raise
    if call.telling:
        await links.settle(call, was_cancelled=isinstance(outcome, Cancelled))
    return outcome
