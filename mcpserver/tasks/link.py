"""What a tool sees of its client while it runs as a task: questions wait in the task's row until the client answers."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from mcpserver import database
from mcpserver.tasks import store
from tools import asking
from tools.link import AnswerMalformed, AnswerUnfit, CapabilityMissing, InputRefused, InputRequest, Link, LogLevel

MAX_ROUNDS = 3


class TaskLink:
    """The link of one task. Progress and log messages go nowhere (SEP-2663: there is no stream that they would belong to)."""

    def __init__(self, task_id: str, capabilities: Mapping[str, Any], remembered: Any = None) -> None:
        self._task_id = task_id
        self._capabilities = capabilities
        self._remembered = remembered
        self._used: set[str] = set()
        self._one_at_a_time = asyncio.Lock()
        self._woken = asyncio.Event()

    @property
    def capabilities(self) -> Mapping[str, Any]:
        """Return what the client declared with the call that became this task."""
        return self._capabilities

    @property
    def remembered(self) -> Any:
        """Return what the tool kept."""
        return self._remembered

    def remember(self, value: Any) -> None:
        """Keep a value: the call goes on in this process, and begins nowhere anew."""
        self._remembered = value

    async def progress(self, done: float, total: float | None, message: str | None) -> None:
        """Drop it."""

    async def log(self, level: LogLevel, data: Any, logger: str | None) -> None:
        """Drop it."""

    async def release(self) -> None:
        """There is no connection."""

    def wake(self) -> None:
        """Look whether the answers are there."""
        self._woken.set()

    async def ask(self, requests: Mapping[str, InputRequest]) -> Mapping[str, Mapping[str, Any]]:
        """Return the client's answers, however long that takes; one that will not do is asked for again, under another key.

        Raises:
            CapabilityMissing: the client did not declare what it would be asked for.
            InputRefused: its answers will not do, time after time.
        """
        for request in requests.values():
            if not asking.declares(self._capabilities, request.needs):
                raise CapabilityMissing(request.needs)
        async with self._one_at_a_time:
            answers: dict[str, Mapping[str, Any]] = {}
            for _ in range(MAX_ROUNDS):
                answers |= await self._ask_once({key: value for key, value in requests.items() if key not in answers})
                refusals = {key: refusal for key in requests if (refusal := _refusal(requests[key], answers[key])) is not None}
                if not refusals:
                    return answers
                answers = {key: value for key, value in answers.items() if key not in refusals}
            raise next(iter(refusals.values()))

    async def _ask_once(self, requests: Mapping[str, InputRequest]) -> dict[str, Mapping[str, Any]]:
        names = dict(zip(requests, self._unused(requests), strict=True))
        on_wire = {names[key]: {"method": each.method, "params": dict(each.params)} for key, each in requests.items()}
        if not await database.run(store.ask, self._task_id, on_wire):
            # The task was cancelled a moment ago, and this call is about to be.
            raise asyncio.CancelledError
        answers = await self._answers()
        return {key: answers[name] for key, name in names.items()}

    async def _answers(self) -> dict[str, Any]:
        while True:
            # First: what comes while the row is read must be looked at once more.
            self._woken.clear()
            answers = await database.run(store.collect, self._task_id)
            if answers is not None:
                return answers
            await self._woken.wait()

    def _unused(self, keys: Iterable[str]) -> list[str]:
        """Return names for the questions that were never used in this task (SEP-2663, Task Input Requests)."""
        names = []
        for key in keys:
            name, number = key, 1
            while name in self._used:
                number += 1
                name = f"{key}-{number}"
            self._used.add(name)
            names.append(name)
        return names


class AskFirstLink:
    """A link of the call itself until the call becomes a task, and the task's from then on."""

    def __init__(self, first: Link) -> None:
        self._current = first

    def go_on(self, task: Link) -> None:
        """The call is a task now."""
        self._current = task

    @property
    def capabilities(self) -> Mapping[str, Any]:
        """Return what the client declared."""
        return self._current.capabilities

    @property
    def remembered(self) -> Any:
        """Return what the tool kept, in this round or an earlier one."""
        return self._current.remembered

    def remember(self, value: Any) -> None:
        """Keep a value."""
        self._current.remember(value)

    async def progress(self, done: float, total: float | None, message: str | None) -> None:
        """Tell how far the call is, as long as it is one."""
        await self._current.progress(done, total, message)

    async def log(self, level: LogLevel, data: Any, logger: str | None) -> None:
        """Send a log message, as long as the call is one."""
        await self._current.log(level, data, logger)

    async def release(self) -> None:
        """Let go of the connection, as long as the call has one."""
        await self._current.release()

    async def ask(self, requests: Mapping[str, InputRequest]) -> Mapping[str, Mapping[str, Any]]:
        """Ask in the call, or in the task."""
        return await self._current.ask(requests)


def _refusal(request: InputRequest, answer: Mapping[str, Any]) -> InputRefused | None:
    if request.check is None:
        return None
    try:
        request.check(answer)
    except (AnswerUnfit, AnswerMalformed) as error:
        return error
    return None
