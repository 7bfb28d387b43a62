import asyncio

import pytest

from mcpserver.serving.drain import Drain


@pytest.mark.asyncio
async def test_everyone_who_waits_is_woken_and_later_comers_do_not_wait() -> None:
    drain = Drain()
    waiting = [asyncio.create_task(drain.wait()) for _ in range(2)]
    await asyncio.sleep(0)
    assert not drain.has_begun()
    assert not any(task.done() for task in waiting)
    drain.begin()
    drain.begin()
    await asyncio.wait_for(asyncio.gather(*waiting, drain.wait()), 5)
    assert drain.has_begun()


@pytest.mark.asyncio
async def test_a_cancelled_waiter_is_forgotten() -> None:
    drain = Drain()
    task = asyncio.create_task(drain.wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not drain._waiting
    drain.begin()
