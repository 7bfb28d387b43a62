"""Carries one tool call out: arguments, permission, time, size, and one line in the log. Nothing else calls a tool."""

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel

from tools import arguments as arguments_module
from tools import call_record, limits, link, permissions, quotas, records, results, sizes, threads
from tools.context import ToolContext
from tools.link import CallEnded, CapabilityMissing
from tools.registry import Tool
from tools.results import ToolError, ToolResult
from wire.first_step import Begun

logger = logging.getLogger(__name__)


class ToolFault(Exception):
    """A tool failed through a bug of ours. The traceback is in the log under the request's id; the message is safe to show."""

    def __init__(self, request_id: str) -> None:
        super().__init__(f"internal error (reference {request_id})")
        self.request_id = request_id


class PermissionMissing(ToolError):
    """The session lacks a scope. The transport has asked for it before; this is the second lock on the same door."""

    outcome: ClassVar[str] = "permission_missing"


class TimedOut(ToolError):
    """The tool took longer than its ``timeout_seconds``."""

    outcome: ClassVar[str] = "timeout"


async def run(tool: Tool, arguments: Mapping[str, Any], context: ToolContext) -> ToolResult:
    """Return the tool's result; whatever the caller could put right comes back as a result with ``is_error``.

    Raises:
        ToolFault: a bug, already logged with its traceback.
        CallEnded, CapabilityMissing: the call is to be answered in another way than by a result; see ``tools.link``.
        asyncio.CancelledError: the caller went away.
    """
    started = time.perf_counter()
    outcome, size = "fault", 0
    try:
        limits.enter(github_id := context.person.github_id)
        try:
            result, size = await _carry_out(tool, arguments, context)
        finally:
            limits.leave(github_id)
        outcome = ToolError.outcome if result.is_error else "ok"
        return result
    except CapabilityMissing as error:
        outcome = error.outcome
        raise
    except ToolError as error:
        outcome = error.outcome
        return results.error(str(error))
    except asyncio.CancelledError:
        outcome = "cancelled"
        raise
    except CallEnded as ended:
        outcome = ended.outcome
        raise
    except BaseExceptionGroup as group:
        # A tool asked from within a task group.
        found = link.ended_in(group)
        if found is not None:
            outcome = found.outcome
            raise found from None
        raise _fault(tool, context, group) from group
    except Exception as error:
        raise _fault(tool, context, error) from error
    finally:
        _record(tool, arguments, context, outcome=outcome, started=started, size=size)


def refuse(tool: Tool, arguments: Mapping[str, Any], context: ToolContext, reason: str) -> ToolResult:
    """Return the result of a call that is not permitted: the reason, for the model to pass on. It is recorded as well."""
    _record(tool, arguments, context, outcome=permissions.REFUSED, started=time.perf_counter())
    return results.error(reason)


def _fault(tool: Tool, context: ToolContext, error: BaseException) -> ToolFault:
    """Log a bug: whatever else a tool raises must neither end the connection nor reach the client."""
    logger.error("tool %s failed", tool.name, exc_info=error, extra=_fields(context, tool=tool.name))
    return ToolFault(context.request_id)


async def _carry_out(tool: Tool, arguments: Mapping[str, Any], context: ToolContext) -> tuple[ToolResult, int]:
    """Return the result and its size."""
    parsed = arguments_module.parse(tool, arguments)
    needed = permissions.required_scopes(tool, parsed)
    if not needed <= context.scopes:
        missing = needed - context.scopes
        raise PermissionMissing(f"{tool.name} needs a permission that was not granted: {' '.join(sorted(missing))}.")
    if tool.quota is not quotas.NO_QUOTA:
        await quotas.take(tool.name, tool.quota, context.person.github_id)
    result, size = sizes.bounded(tool.name, await _within_time(tool, parsed, context), tool.max_result_characters)
    _check_output(tool, result)
    return result, size


async def _within_time(tool: Tool, parsed: BaseModel, context: ToolContext) -> ToolResult:
    begun = Begun(_call(tool, parsed, context))
    if begun.is_done:
        return begun.result
    limit = context.running.within(tool.timeout_seconds)
    try:
        async with limit:
            return await begun.rest()
    except TimeoutError:
        if not limit.expired():
            raise  # the tool's own, and nobody caught it: a bug
        message = f"{tool.name} took longer than {tool.timeout_seconds:g} seconds and was stopped. Try again, or ask for less."
        raise TimedOut(message) from None


async def _call(tool: Tool, parsed: BaseModel, context: ToolContext) -> ToolResult:
    made: Any
    if tool.is_async:
        made = await tool.function(parsed, context)  # type: ignore[misc]  # ``is_async`` says that it is awaitable
    else:
        made = await threads.run(tool.function, parsed, context)
    if not isinstance(made, ToolResult):
        raise TypeError(f"{tool.name} returned {type(made).__name__}, not ToolResult")
    return made


def _check_output(tool: Tool, result: ToolResult) -> None:
    """Structured content must conform to the output schema (MCP 2026-07-28 server/tools, Output Schema): else it is a bug."""
    if tool.output is None or result.is_error:
        return
    if result.structured is None:
        raise TypeError(f"{tool.name} has an output schema and returned no structured content")
    tool.output.model_validate(result.structured)


def _record(
    tool: Tool, arguments: Mapping[str, Any], context: ToolContext, *, outcome: str, started: float, size: int = 0
) -> None:
    milliseconds = round((time.perf_counter() - started) * 1000)
    # The record tells of every call; the log only of those that went wrong, since a line costs as much as a small call.
    level = logging.DEBUG if outcome == "ok" else logging.INFO
    if logger.isEnabledFor(level):
        # Never the arguments: they are the person's. The record keeps them where the tool chose so.
        extra = _fields(context, tool=tool.name, outcome=outcome, duration_ms=milliseconds)
        logger.log(level, "tool=%s outcome=%s duration_ms=%d", tool.name, outcome, milliseconds, extra=extra)
    records.add(call_record.of(tool, arguments, context, outcome=outcome, duration_ms=milliseconds, result_size=size))


def _fields(context: ToolContext, **values: str | int) -> dict[str, dict[str, str | int]]:
    """Return what the log's formatter sets beside the message."""
    return {"fields": {**values, "request_id": context.request_id}}
