import asyncio
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel

from tests.tools.cast import context_of
from tools import runner, sizes
from tools.content import image
from tools.context import ToolContext
from tools.registry import Tool, tool
from tools.results import ToolError, ToolResult, blocks, structured, text

pytestmark = pytest.mark.asyncio


class Arguments(BaseModel):
    value: str = ""


class Output(BaseModel):
    total: int


OPTIONS: dict[str, Any] = {"title": "Sample", "scopes": {"read:user"}, "read_only": True}


def tool_of(body: Callable[[Arguments, ToolContext], Any], **options: Any) -> Tool:
    async def sample(arguments: Arguments, context: ToolContext) -> ToolResult:
        """Do what the test wants."""
        found = body(arguments, context)
        return await found if asyncio.iscoroutine(found) else found  # type: ignore[no-any-return]

    return tool(**(OPTIONS | options))(sample)


def fail(error: BaseException) -> Callable[[Arguments, ToolContext], Any]:
    def body(_arguments: Arguments, _context: ToolContext) -> Any:
        raise error

    return body


def record_of(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    """Return the one line that a call leaves."""
    (record,) = [each for each in caplog.records if "outcome=" in each.getMessage()]
    return dict(record.fields)  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _listen(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "tools.runner")


async def test_a_result_comes_back_as_the_tool_made_it(caplog: pytest.LogCaptureFixture) -> None:
    result = await runner.run(tool_of(lambda arguments, _: text(arguments.value)), {"value": "hello"}, context_of())
    assert result == text("hello")
    record = record_of(caplog)
    assert record["duration_ms"] < 1000
    assert record == {"tool": "sample", "outcome": "ok", "duration_ms": record["duration_ms"], "request_id": "req-test"}


async def test_wrong_arguments_are_a_result_and_the_tool_is_not_called(caplog: pytest.LogCaptureFixture) -> None:
    """MCP 2025-11-25 server/tools, Error Handling (SEP-1303)."""
    result = await runner.run(tool_of(fail(AssertionError("called"))), {"value": 5, "more": 1}, context_of())
    assert result.is_error
    assert "- value: " in result.content[0]["text"]
    assert "- more: " in result.content[0]["text"]
    assert record_of(caplog)["outcome"] == "invalid_arguments"


async def test_a_tool_error_is_a_result(caplog: pytest.LogCaptureFixture) -> None:
    result = await runner.run(tool_of(fail(ToolError("Ask for fewer."))), {}, context_of())
    assert (result.is_error, result.content) == (True, [{"type": "text", "text": "Ask for fewer."}])
    assert record_of(caplog)["outcome"] == "tool_error"


async def test_a_missing_permission_stops_the_call_here_too(caplog: pytest.LogCaptureFixture) -> None:
    result = await runner.run(tool_of(fail(AssertionError("called"))), {}, context_of(scopes=frozenset({"other"})))
    assert result.is_error
    assert "read:user" in result.content[0]["text"]
    assert record_of(caplog)["outcome"] == "permission_missing"


async def test_a_bug_is_logged_whole_and_told_as_a_reference(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(runner.ToolFault) as caught:
        await runner.run(tool_of(fail(KeyError("inner secret"))), {"value": "private words"}, context_of())
    assert str(caught.value) == "internal error (reference req-test)"
    assert "Traceback" in caplog.text
    assert "KeyError" in caplog.text
    assert "private words" not in caplog.text
    assert record_of(caplog)["outcome"] == "fault"


async def test_a_tool_that_takes_too_long_is_stopped(caplog: pytest.LogCaptureFixture) -> None:
    stopped = asyncio.Event()

    async def endless() -> ToolResult:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()
        return text("")

    result = await runner.run(tool_of(lambda *_: endless(), timeout_seconds=0.01), {}, context_of())
    assert result.is_error
    assert "took longer than 0.01 seconds" in result.content[0]["text"]
    assert stopped.is_set()
    assert record_of(caplog)["outcome"] == "timeout"


async def test_a_time_limit_of_the_tools_own_that_nobody_caught_is_a_bug() -> None:
    with pytest.raises(runner.ToolFault):
        await runner.run(tool_of(fail(TimeoutError())), {}, context_of())


async def test_cancelling_passes_through(caplog: pytest.LogCaptureFixture) -> None:
    started = asyncio.Event()

    async def endless() -> ToolResult:
        started.set()
        await asyncio.Event().wait()
        return text("")

    task = asyncio.create_task(runner.run(tool_of(lambda *_: endless()), {}, context_of()))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert record_of(caplog)["outcome"] == "cancelled"


@pytest.mark.parametrize(
    "made",
    [
        lambda size: blocks(image(b"x" * size)),
        lambda size: structured({"value": "x" * size}, text="short"),
    ],
)
async def test_a_result_beyond_the_limit_asks_for_less(
    made: Callable[[int], ToolResult], caplog: pytest.LogCaptureFixture
) -> None:
    limit = sizes.MAX_RESULT_CHARACTERS
    result = await runner.run(tool_of(lambda *_: made(limit)), {}, context_of())
    assert result.is_error
    assert "Ask for less" in result.content[0]["text"]
    assert record_of(caplog)["outcome"] == "result_too_large"
    assert not (await runner.run(tool_of(lambda *_: made(limit // 2)), {}, context_of())).is_error


async def test_the_limit_counts_characters_not_bytes() -> None:
    words = "ü" * (sizes.MAX_RESULT_CHARACTERS - 100)
    assert not (await runner.run(tool_of(lambda *_: text(words)), {}, context_of())).is_error


@pytest.mark.parametrize("made", [text("no structure"), structured({"total": "three"}), structured({}), "not a result", None])
async def test_a_result_that_breaks_its_own_schema_is_a_bug(made: Any) -> None:
    """MCP 2026-07-28 server/tools, Output Schema: structured content MUST conform."""
    with pytest.raises(runner.ToolFault):
        await runner.run(tool_of(lambda *_: made, output=Output), {}, context_of())


@pytest.mark.parametrize("made", [structured({"total": 3}), ToolResult([], is_error=True)])
async def test_a_result_that_keeps_its_schema_passes(made: ToolResult) -> None:
    assert await runner.run(tool_of(lambda *_: made, output=Output), {}, context_of()) is made


async def test_an_error_that_a_tool_returns_is_recorded_as_one(caplog: pytest.LogCaptureFixture) -> None:
    await runner.run(tool_of(lambda *_: ToolResult([], is_error=True)), {}, context_of())
    assert record_of(caplog)["outcome"] == "tool_error"


async def test_a_plain_function_runs_beside_the_event_loop() -> None:
    release = threading.Event()

    @tool(title="Plain", scopes=set(), read_only=True)
    def plain(arguments: Arguments, context: ToolContext) -> ToolResult:
        """Wait, as a library that blocks would."""
        return text(f"{threading.current_thread() is threading.main_thread()} {release.wait(10)}")

    call = asyncio.create_task(runner.run(plain, {}, context_of()))
    # Only a loop that still turns gets here to release it.
    await asyncio.sleep(0)
    release.set()
    assert (await call).content[0]["text"] == "False True"


async def test_a_plain_function_that_takes_too_long_does_not_hold_the_caller() -> None:
    release = threading.Event()

    @tool(title="Plain", scopes=set(), read_only=True, timeout_seconds=0.01)
    def plain(arguments: Arguments, context: ToolContext) -> ToolResult:
        """Block."""
        release.wait(10)
        return text("")

    before = time.monotonic()
    result = await runner.run(plain, {}, context_of())
    release.set()
    assert result.is_error
    assert time.monotonic() - before < 5
