"""A coroutine is run up to where it first waits, and goes on as if nothing had happened."""

import asyncio

import pytest

from wire.first_step import Begun


async def at_once() -> int:
    return 7


async def after(event: asyncio.Event, times: int = 1) -> int:
    for _ in range(times):
        await event.wait()
        await asyncio.sleep(0)
    return 7


def test_what_never_waits_is_done_without_an_event_loop() -> None:
    begun = Begun(at_once())
    assert begun.is_done
    assert begun.result == 7


def test_an_error_before_the_first_wait_is_raised_at_once() -> None:
    async def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        Begun(fail())


@pytest.mark.asyncio
async def test_what_waits_goes_on_as_often_as_it_must() -> None:
    event = asyncio.Event()
    begun = Begun(after(event, times=3))
    assert not begun.is_done
    asyncio.get_running_loop().call_soon(event.set)
    assert await begun.rest() == 7


@pytest.mark.asyncio
async def test_an_error_after_a_wait_is_raised_where_the_rest_is_awaited() -> None:
    async def fail() -> None:
        await asyncio.sleep(0)
        raise LookupError

    begun = Begun(fail())
    with pytest.raises(LookupError):
        await begun.rest()


@pytest.mark.asyncio
@pytest.mark.parametrize("stubborn", [False, True])
async def test_a_cancellation_meets_the_coroutine_where_it_waits(stubborn: bool) -> None:
    met = asyncio.Event()

    async def work() -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            met.set()
            if not stubborn:
                raise
        await asyncio.sleep(0)
        return "went on"

    async def run() -> str:
        return await Begun(work()).rest()

    task = asyncio.ensure_future(run())
    await asyncio.sleep(0)
    task.cancel()
    await met.wait()
    if stubborn:
        assert await task == "went on"
    else:
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.asyncio
async def test_a_time_limit_around_the_rest_stops_it() -> None:
    begun = Begun(after(asyncio.Event()))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await begun.rest()


@pytest.mark.asyncio
async def test_a_task_group_that_is_open_at_the_first_wait_works_on() -> None:
    async def work() -> list[int]:
        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            tasks = [group.create_task(at_once()) for _ in range(2)]
        return [task.result() for task in tasks]

    assert await Begun(work()).rest() == [7, 7]
