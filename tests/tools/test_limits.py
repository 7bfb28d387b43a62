"""What one person may do at once, in a minute and in a day."""

import asyncio

import pytest
from django.core.cache import cache
from pydantic import BaseModel

from tests.tools.cast import ALICE, BOB, context_of
from tools import limits, quotas, runner
from tools.context import ToolContext
from tools.declaration import DeclarationError
from tools.quotas import Quota, QuotaUsedUp
from tools.registry import Tool, tool
from tools.results import ToolResult, text


class Arguments(BaseModel):
    pass


async def look(arguments: Arguments, context: ToolContext) -> ToolResult:
    """Look."""
    return text("done")


async def look_again(arguments: Arguments, context: ToolContext) -> ToolResult:
    """Look again."""
    return text("done")


OPTIONS = {"title": "Look", "scopes": set(), "read_only": True}


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


def waiting(go: asyncio.Event) -> Tool:
    async def wait(arguments: Arguments, context: ToolContext) -> ToolResult:
        """Wait."""
        await go.wait()
        return text("done")

    return tool(title="Wait", scopes=set(), read_only=True)(wait)


@pytest.mark.asyncio
async def test_one_person_has_so_many_calls_at_once_and_takes_nobody_elses_place() -> None:
    go = asyncio.Event()
    held = waiting(go)
    calls = [asyncio.create_task(runner.run(held, {}, context_of(ALICE))) for _ in range(limits.MAX_AT_ONCE)]
    await asyncio.sleep(0)
    refused = await runner.run(held, {}, context_of(ALICE))
    assert refused.is_error
    assert refused.content[0]["text"].startswith("32 calls of this person run already.")
    others = asyncio.create_task(runner.run(held, {}, context_of(BOB)))
    calls[0].cancel()
    with pytest.raises(asyncio.CancelledError):
        await calls[0]
    freed = asyncio.create_task(runner.run(held, {}, context_of(ALICE)))
    await asyncio.sleep(0)
    go.set()
    answers = await asyncio.gather(others, freed, *calls[1:])
    assert answers == [text("done")] * (limits.MAX_AT_ONCE + 1)


@pytest.mark.asyncio
async def test_a_quota_is_a_persons_own_and_a_tools_own() -> None:
    limited = tool(title="Look", scopes=set(), read_only=True, per_day=2)(look)
    answers = [await runner.run(limited, {}, context_of(person)) for person in (ALICE, ALICE, ALICE, BOB)]
    assert [each.is_error for each in answers] == [False, False, True, False]
    other = tool(title="Look", scopes=set(), read_only=True, per_day=1)(look_again)
    assert not (await runner.run(other, {}, context_of(ALICE))).is_error
    said = answers[2].content[0]["text"]
    assert said.startswith("look may be called 2 times a day, and that is used up: 0 left. Wait ")


@pytest.mark.asyncio
async def test_what_never_runs_is_not_taken_from_the_quota() -> None:
    limited = tool(title="Look", scopes=set(), read_only=True, per_day=1)(look)
    assert (await runner.run(limited, {"wrong": 1}, context_of())).is_error
    assert not (await runner.run(limited, {}, context_of())).is_error


@pytest.mark.parametrize(
    ("quota", "times", "ends"),
    [
        # At second 119 of a day the minute has one second left, and the day a bit less than all of itself.
        (Quota(per_minute=2), [119, 119, 119], "Wait 1 seconds."),
        (Quota(per_minute=2), [119, 119, 120], None),
        (Quota(per_day=2), [119, 120, 121], "Wait 24 hours."),
        (Quota(per_minute=2, per_day=3), [60, 60, 120, 180], "Wait 24 hours. (1 of 2 left this minute.)"),
        # What the minute refused is still there for the day.
        (Quota(per_minute=1, per_day=2), [60, 61, 120], None),
    ],
)
def test_the_wait_and_what_is_left_are_told(quota: Quota, times: list[int], ends: str | None) -> None:
    said = None
    for now in times:
        said = None
        try:
            quotas._take("look", quota, 1, now)
        except QuotaUsedUp as error:
            said = str(error)
    assert (said is None) if ends is None else (said or "").endswith(ends), said


@pytest.mark.parametrize("option", [{"per_minute": 0}, {"per_day": -1}])
def test_a_quota_of_nothing_stops_the_start(option: dict[str, int]) -> None:
    with pytest.raises(DeclarationError, match="must be 1 or more"):
        tool(title="Look", scopes=set(), read_only=True, **option)(look)  # type: ignore[arg-type]
