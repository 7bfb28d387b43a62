"""Calls that are answered by a task, and what is done with tasks afterwards (extension ``io.modelcontextprotocol/tasks``)."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

from mcpserver import database
from mcpserver.dispatch import calls
from mcpserver.dispatch.call import Call
from mcpserver.protocol import client_capabilities
from mcpserver.protocol import tasks as messages
from mcpserver.protocol import tools as tool_messages
from mcpserver.protocol.asked import Asked
from mcpserver.protocol.errors import InternalError, ProtocolError
from mcpserver.protocol.exchange import SingleOutcome
from mcpserver.protocol.steps import CallTool
from mcpserver.protocol.subscriptions import TASKS
from mcpserver.protocol.tasks import CancelTask, GetTask, TaskState, UpdateTask
from mcpserver.protocol.versions import Era
from mcpserver.streams.subscriptions import SOURCES
from mcpserver.tasks import notices, store
from mcpserver.tasks.link import AskFirstLink, TaskLink
from mcpserver.tasks.running import Outcome, jobs
from oauth_bridge.principals import Principal
from tools import results
from tools.arguments import InvalidArguments, parse
from tools.context import ToolContext
from tools.registry import Tool
from tools.results import ToolError, ToolResult
from wire import request_id

TOO_MANY = "This person has {most} tasks that run. Wait until one has ended, or cancel one."
ONLY_AS_TASK = "{name} runs only as a task, which this client does not support in this version of the protocol."


def call_tool(tool: Tool, step: CallTool, call: Call) -> Coroutine[Any, Any, SingleOutcome]:
    """Return what answers a call: by a task, if the tool may become one."""
    return calls.call_tool(tool, step, call) if tool.task == "never" else _maybe_as_task(tool, step, call)


async def _maybe_as_task(tool: Tool, step: CallTool, call: Call) -> SingleOutcome:
    """Answer by a task if this request declared the extension, else by the tool's result if that will do."""
    if not messages.may_answer_with_task(step.asked, step.revision):
        if tool.task == "optional":
            return await calls.call_tool(tool, step, call)
        if step.revision.era is Era.MODERN:
            return messages.extension_missing()
        return results.error(ONLY_AS_TASK.format(name=tool.name))
    try:
        parse(tool, step.arguments)
    except InvalidArguments:
        # Nothing that would take time: the model hears at once what is wrong.
        return await calls.call_tool(tool, step, call)
    try:
        return await (_Becoming(tool, step, call).run() if tool.ask_first else _at_once(tool, step, call))
    except ToolError as error:
        return results.error(str(error))


async def _at_once(tool: Tool, step: CallTool, call: Call) -> SingleOutcome:
    state, link = await _begin(tool, step, call)
    context = replace(calls.context(call), link=link)
    work = asyncio.get_running_loop().create_task(_outcome(tool, step, call, context))
    jobs().adopt(state.task_id, work, link.wake)
    return messages.created_result(state, step.revision, call.server)


class _Becoming:
    """A call that asks first. It runs beside its request, which is answered when the call becomes a task or has ended."""

    def __init__(self, tool: Tool, step: CallTool, call: Call) -> None:
        self._tool, self._step, self._call = tool, step, call
        self._begun: asyncio.Future[TaskState] = asyncio.get_running_loop().create_future()
        self._one_at_a_time = asyncio.Lock()
        context = calls.context(call, step)
        self._link = AskFirstLink(context.link)
        context = replace(context, link=self._link, task_beginning=self._become)
        self._work = asyncio.get_running_loop().create_task(_outcome(tool, step, call, context))

    async def run(self) -> SingleOutcome:
        try:
            waited_for: set[asyncio.Future[Any]] = {self._work, self._begun}
            await asyncio.wait(waited_for, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not self._begun.done() and not self._work.done():
                # The client left, and there is no task that it could ask for.
                self._work.cancel()
        if not self._begun.done():
            return self._work.result()
        return messages.created_result(self._begun.result(), self._step.revision, self._call.server)

    async def _become(self) -> None:
        async with self._one_at_a_time:
            if self._begun.done():
                return
            state, link = await _begin(self._tool, self._step, self._call, self._link.remembered)
            self._link.go_on(link)
            jobs().adopt(state.task_id, self._work, link.wake)
            self._begun.set_result(state)


async def _begin(tool: Tool, step: CallTool, call: Call, remembered: Any = None) -> tuple[TaskState, TaskLink]:
    """Return a new task, and its link.

    Raises:
        ToolError: there are too many.
    """
    try:
        state = await database.run(store.create, call.principal, tool.name)
    except store.TooManyTasks:
        raise ToolError(TOO_MANY.format(most=store.MAX_RUNNING)) from None
    declared = client_capabilities.usable(step.asked.capabilities, step.revision)
    return state, TaskLink(state.task_id, declared, remembered)


async def _outcome(tool: Tool, step: CallTool, call: Call, context: ToolContext) -> Outcome:
    """Return what the call itself would have been answered: its result as JSON, or an error."""
    outcome = await calls.run(tool, step, context)
    if isinstance(outcome, bytes | ProtocolError):
        return outcome
    if not isinstance(outcome, ToolResult):
        raise TypeError("a call that became a task has a result")
    try:
        return tool_messages.call_result(outcome, step.revision, call.server)
    except TypeError:
        return InternalError(request_id.current.get())


async def get_task(step: GetTask, call: Call) -> SingleOutcome:
    """Carry out ``tasks/get``."""
    state = await database.run(store.find, step.task_id, call.principal)
    return messages.unknown_task() if state is None else messages.get_result(state, step.revision, call.server)


async def update_task(step: UpdateTask, call: Call) -> SingleOutcome:
    """Carry out ``tasks/update``."""
    known = await database.run(store.answer, step.task_id, call.principal, step.input_responses)
    return messages.unknown_task() if known is None else messages.acknowledgement(step.revision, call.server)


async def cancel_task(step: CancelTask, call: Call) -> SingleOutcome:
    """Carry out ``tasks/cancel``."""
    known = await database.run(store.cancel, step.task_id, call.principal)
    return messages.unknown_task() if known is None else messages.acknowledgement(step.revision, call.server)


async def listen(
    task_ids: list[str], call: Call, asked: Asked, notify: Callable[[str, Mapping[str, Any]], None]
) -> tuple[list[str], Callable[[], None]]:
    """Tell of these tasks' changes (``taskIds`` of ``subscriptions/listen``); return those that are honoured, and what ends it.

    Raises:
        MissingClientCapability: the request did not declare the extension.
    """
    messages.check_declared(asked)
    task_ids = [task_id for task_id in task_ids if messages.is_possible_id(task_id)]
    watch = _Watch(call.principal, notify)
    # Before it is asked which of them may be seen: what changes in between is told as well.
    watch.start(task_ids)
    honoured = await notices.readable(task_ids, call.principal)
    watch.keep(honoured)
    return [task_id for task_id in task_ids if task_id in honoured], watch.stop


class _Watch:
    """The tasks of one subscription. Each change is read anew, one after the other, by a task that lives as long as needed."""

    def __init__(self, principal: Principal, notify: Callable[[str, Mapping[str, Any]], None]) -> None:
        self._principal, self._notify = principal, notify
        self._stops: dict[str, Callable[[], None]] = {}
        self._changed: dict[str, None] = {}
        self._telling: asyncio.Task[None] | None = None

    def start(self, task_ids: list[str]) -> None:
        for task_id in task_ids:
            self._stops[task_id] = notices.subscribe(task_id, lambda task_id=task_id: self._change(task_id))  # type: ignore[misc]

    def keep(self, task_ids: list[str]) -> None:
        for task_id in self._stops.keys() - set(task_ids):
            self._stops.pop(task_id)()
            self._changed.pop(task_id, None)

    def stop(self) -> None:
        self.keep([])
        if self._telling is not None:
            self._telling.cancel()

    def _change(self, task_id: str) -> None:
        self._changed[task_id] = None
        if self._telling is None or self._telling.done():
            self._telling = asyncio.get_running_loop().create_task(self._tell())

    async def _tell(self) -> None:
        while self._changed:
            task_id = next(iter(self._changed))
            del self._changed[task_id]
            params = await notices.params(task_id, self._principal)
            if params is not None and task_id in self._stops:
                self._notify(notices.METHOD, params)


SOURCES[TASKS] = listen
