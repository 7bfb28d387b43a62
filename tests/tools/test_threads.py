"""Plain functions: away from the event loop, and from whatever else waits in threads."""

import asyncio
import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tests.tools.cast import context_of
from tools import runner, threads
from tools.context import ToolContext
from tools.limits import MAX_AT_ONCE
from tools.registry import tool
from tools.results import ToolResult, text

pytestmark = pytest.mark.asyncio
PATIENCE_SECONDS = 30


async def test_functions_that_hang_leave_the_loops_own_threads_free() -> None:
    """There names of hosts are looked up: GitHub's, for everybody."""
    go = threading.Event()

    @tool(title="Hang", scopes=set(), read_only=True)
    def hang(context: ToolContext) -> ToolResult:
        """Wait."""
        go.wait(PATIENCE_SECONDS)
        return text("done")

    calls = [asyncio.create_task(runner.run(hang, {}, context_of())) for _ in range(MAX_AT_ONCE)]
    try:
        await asyncio.sleep(0)
        async with asyncio.timeout(PATIENCE_SECONDS / 2):
            found = await asyncio.get_running_loop().getaddrinfo("127.0.0.1", 80)
            assert await threads.run(lambda: "another person's") == "another person's"
    finally:
        go.set()
    assert found
    assert await asyncio.gather(*calls) == [text("done")] * MAX_AT_ONCE


async def test_what_belongs_to_the_call_is_seen_in_the_thread() -> None:
    belongs = contextvars.ContextVar[str]("belongs")
    belongs.set("to this call")
    assert await threads.run(belongs.get) == "to this call"


async def test_a_connection_is_looked_at_before_and_after(monkeypatch: pytest.MonkeyPatch) -> None:
    """As around a view: one that died is not used twice, and one from a pool goes back to it."""
    monkeypatch.setattr(threads, "_THREADS", ThreadPoolExecutor(max_workers=1))
    looked: list[str] = []

    def watch() -> None:
        connection.close_if_unusable_or_obsolete = lambda: looked.append("closed if need be")  # type: ignore[method-assign]

    await threads.run(watch)
    assert len(looked) == 1
    await threads.run(lambda: looked.append("work"))
    assert looked[1:] == ["closed if need be", "work", "closed if need be"]
