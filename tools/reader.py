"""Carries out what is no tool call: reading and listing resources, getting a prompt, completing an argument.

Time limit, permission and one line in the log are as for tools (``tools.runner``); nothing else calls these functions.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from tools import completions, prompts, resources, threads
from tools import link as links
from tools.arguments import InvalidArguments
from tools.completions import Completer, Suggestions
from tools.context import ToolContext
from tools.link import CallEnded
from tools.prompts import Message, Prompt
from tools.resources import Resource
from tools.results import ToolError
from tools.runner import PermissionMissing, TimedOut, ToolFault

logger = logging.getLogger(__name__)

# A person is typing: what comes later is of no use.
COMPLETION_TIMEOUT_SECONDS = 3.0

_Made = TypeVar("_Made")


async def read(resource: Resource, uri: str, variables: Mapping[str, str], context: ToolContext) -> list[dict[str, Any]]:
    """Return a resource's contents in the wire's shape. ``uri`` is what was asked for, ``variables`` what it says.

    Raises:
        NotFound: there is no such resource for this person.
        ToolError: it could not be read; the message is safe to show.
        ToolFault: a bug, already logged with its traceback.
        CallEnded: the call goes on in another round.
    """

    async def work() -> list[dict[str, Any]]:
        _check_scopes(resource.name, resource.scopes, context)
        if not resource.may_read(context.person, variables):
            raise resources.NotFound
        given = [variables[name] for name in resource.variables]
        found = await _call(resource.function, *given, context, is_async=resource.is_async)
        return resources.contents(found, uri=uri, mime_type=resource.mime_type)

    return await _recorded("resource", resource.name, resource.timeout_seconds, context, work)


async def listed(resource: Resource, context: ToolContext) -> list[dict[str, Any]]:
    """Return the definitions of those URIs of a template that its author wants this person to see listed.

    Raises:
        ToolError, ToolFault: as for ``read``.
    """

    async def work() -> list[dict[str, Any]]:
        found = [variables for listing in resource.listings for variables in await listing(context)]
        return [resource.entry(variables) for variables in found if resource.may_read(context.person, variables)]

    return await _recorded("listing", resource.name, resource.timeout_seconds, context, work)


async def get(prompt: Prompt, arguments: Mapping[str, str], context: ToolContext) -> tuple[Message, ...]:
    """Return a prompt's messages.

    Raises:
        InvalidArguments: required ones are missing, or values do not fit; the message names them.
        ToolError, ToolFault, CallEnded: as for ``read``.
    """

    async def work() -> tuple[Message, ...]:
        _check_scopes(prompt.name, prompt.scopes, context)
        parsed = parse_arguments(prompt, arguments)
        given = (parsed,) if prompt.takes_arguments else ()
        return prompts.messages(await _call(prompt.function, *given, context, is_async=prompt.is_async))

    return await _recorded("prompt", prompt.name, prompt.timeout_seconds, context, work)


async def complete(
    owner: Prompt | Resource, completer: Completer, value: str, chosen: Mapping[str, str], context: ToolContext
) -> Suggestions:
    """Return what the author suggests for an argument of ``owner``.

    Raises:
        ToolError, ToolFault: as for ``read``.
    """

    async def work() -> Suggestions:
        _check_scopes(owner.name, owner.scopes, context)
        found = await _call(completer.function, value, chosen, context, is_async=completer.is_async)
        return completions.suggestions(found)

    seconds = min(owner.timeout_seconds, COMPLETION_TIMEOUT_SECONDS)
    return await _recorded("completion", owner.name, seconds, context, work)


def parse_arguments(prompt: Prompt, arguments: Mapping[str, str]) -> BaseModel:
    """Return a prompt's arguments as its model, read from text.

    Raises:
        InvalidArguments: with all that is wrong, and none of the values.
    """
    try:
        return prompt.arguments.model_validate_strings(dict(arguments), extra="forbid")
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
    missing = [str(each["loc"][0]) for each in found if each["type"] == "missing"]
    if missing:
        raise InvalidArguments(f"Missing arguments: {', '.join(missing)}.")
    known = ", ".join(prompt.arguments.model_fields) or "none"
    if any(each["type"] == "extra_forbidden" for each in found):
        raise InvalidArguments(f"{prompt.name} takes these arguments: {known}.")
    lines = [f"{'.'.join(map(str, each['loc']))}: {each['msg'].removeprefix('Value error, ')}" for each in found]
    raise InvalidArguments(f"The arguments of {prompt.name} are not right. {'; '.join(lines)}.")


def _check_scopes(name: str, needed: frozenset[str], context: ToolContext) -> None:
    """The second lock on the same door: the transport has asked for the scopes before."""
    missing = needed - context.scopes
    if missing:
        raise PermissionMissing(f"{name} needs a permission that was not granted: {' '.join(sorted(missing))}.")


async def _call(function: Callable[..., Any], *given: Any, is_async: bool) -> Any:
    return await function(*given) if is_async else await threads.run(function, *given)


async def _recorded(kind: str, name: str, seconds: float, context: ToolContext, work: Callable[[], Awaitable[_Made]]) -> _Made:
    """Return what ``work`` made within the time, and leave one line in the log whatever became of it."""
    started = time.perf_counter()
    outcome = "fault"
    try:
        made = await _within_time(name, seconds, context, work)
        outcome = "ok"
        return made
    except (ToolError, CallEnded) as ended:
        outcome = ended.outcome
        raise
    except asyncio.CancelledError:
        outcome = "cancelled"
        raise
    except BaseExceptionGroup as group:
        inner = links.ended_in(group)
        if inner is not None:
            outcome = inner.outcome
            raise inner from None
        raise _fault(kind, name, context, group) from group
    except Exception as error:
        raise _fault(kind, name, context, error) from error
    finally:
        _record(kind, name, outcome, started, context)


async def _within_time(name: str, seconds: float, context: ToolContext, work: Callable[[], Awaitable[_Made]]) -> _Made:
    limit = context.running.within(seconds)
    try:
        async with limit:
            return await work()
    except TimeoutError:
        if not limit.expired():
            raise  # the author's own, and nobody caught it: a bug
        raise TimedOut(f"{name} took longer than {seconds:g} seconds and was stopped. Try again later.") from None


def _fault(kind: str, name: str, context: ToolContext, error: BaseException) -> ToolFault:
    """Log a bug: it must neither end the connection nor reach the client."""
    logger.error("%s %s failed", kind, name, exc_info=error, extra=_fields(context, **{kind: name}))
    return ToolFault(context.request_id)


def _record(kind: str, name: str, outcome: str, started: float, context: ToolContext) -> None:
    milliseconds = round((time.perf_counter() - started) * 1000)
    # Never URIs or arguments: they are the person's.
    extra = _fields(context, **{kind: name}, outcome=outcome, duration_ms=milliseconds)
    logger.info("%s=%s outcome=%s duration_ms=%d", kind, name, outcome, milliseconds, extra=extra)


def _fields(context: ToolContext, **values: str | int) -> dict[str, dict[str, str | int]]:
    """Return what the log's formatter sets beside the message."""
    return {"fields": {**values, "request_id": context.request_id}}
