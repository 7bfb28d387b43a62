"""Notes reach those who subscribed, whoever writes them, with a bell or without."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest
from channels.layers import channel_layers
from django.db import transaction

from mcpserver import database
from mcpserver.streams import bell, bus, note_rows, reader, watermark
from tests.support.redis_server import RedisServer, redis_server

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]


class Ear:
    """A subscriber. Used within ``async with``."""

    def __init__(self, kind: str = "test", target: str = "one") -> None:
        self._address = kind, target
        self._heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        self._unsubscribe = bus.subscribe(*self._address, self._heard.put_nowait)
        await bus.ready()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._unsubscribe()

    async def next(self) -> dict[str, Any]:
        return await asyncio.wait_for(self._heard.get(), 10)


async def test_a_note_reaches_its_address_alone_and_in_order() -> None:
    async with Ear() as ear, Ear() as twin, Ear(target="two") as other, Ear(kind="else") as stranger:
        for number in range(3):
            await bus.publish("test", "one", {"number": number})
        assert [await ear.next() for _ in range(3)] == [{"number": number} for number in range(3)]
        assert await twin.next() == {"number": 0}
        await bus.publish("test", "two", {"last": True})
        await bus.publish("else", "one", {"last": True})
        assert await other.next() == {"last": True}
        assert await stranger.next() == {"last": True}


async def test_more_notes_than_one_batch_are_read_without_waiting_for_a_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watermark, "_BATCH", 2)
    monkeypatch.setattr(reader, "POLL_SECONDS", 1_000)

    def write() -> None:
        with transaction.atomic():
            for number in range(5):
                note_rows.write("test", "one", {"number": number})

    async with Ear() as ear:
        await database.run(write)
        bus._wake()
        assert [(await ear.next())["number"] for _ in range(5)] == list(range(5))


async def test_a_note_of_a_transaction_is_heard_when_that_is_committed() -> None:
    def work(*, commit: bool) -> None:
        with transaction.atomic():
            bus.publish_sync("test", "one", {"committed": commit})
            transaction.set_rollback(not commit)

    async with Ear() as ear:
        await database.run(work, commit=False)
        await database.run(work, commit=True)
        assert await ear.next() == {"committed": True}


async def test_a_note_is_heard_without_a_bell_and_without_being_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    """As one that another process wrote, while Redis is away."""
    monkeypatch.setattr(bus, "_wake", lambda: None)
    async with Ear() as ear:
        await bus.publish("test", "one", {})
        assert await ear.next() == {}


async def test_a_fault_of_one_subscriber_is_not_the_others(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_payload: dict[str, Any]) -> None:
        raise ValueError("a fault")

    unsubscribe = bus.subscribe("test", "one", fail)
    async with Ear() as ear:
        await bus.publish("test", "one", {"number": 1})
        assert await ear.next() == {"number": 1}
    unsubscribe()
    assert "could not be delivered" in caplog.text


async def test_nothing_is_read_once_nobody_listens() -> None:
    async with Ear():
        reading = bus._readers[asyncio.get_running_loop()]
    await asyncio.wait_for(asyncio.wait({reading._task}), 5)
    assert asyncio.get_running_loop() not in bus._readers
    async with Ear() as ear:
        await bus.publish("test", "one", {})
        await ear.next()


@pytest.fixture
def redis(tmp_path: Path, settings: Any) -> Iterator[RedisServer]:
    """A channel layer on a Redis of the test's own."""
    with redis_server(tmp_path) as server:
        settings.REDIS_URL = server.url
        settings.CHANNEL_LAYERS = {
            "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [server.url]}}
        }
        channel_layers.backends.clear()
        yield server
    channel_layers.backends.clear()


async def test_a_bell_that_rings_again_after_redis_was_restarted(redis: RedisServer) -> None:
    heard = asyncio.Event()
    listening = asyncio.create_task(bell.listen(heard.set))
    try:
        await rung(heard)
        redis.kill()
        await bell._ring()
        redis.start()
        heard.clear()
        await rung(heard)
    finally:
        listening.cancel()
        await asyncio.wait({listening})


async def rung(heard: asyncio.Event) -> None:
    """Ring until it is heard: who listens may not be there yet."""
    async with asyncio.timeout(20):
        while not heard.is_set():
            await bell._ring()
            try:
                await asyncio.wait_for(heard.wait(), 0.2)
            except TimeoutError:
                continue


async def test_a_bell_wakes_a_reader_long_before_its_time(redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "POLL_SECONDS", 3600.0)
    async with Ear() as ear:
        # The reader of this process hears it by the bell alone.
        monkeypatch.setattr(bus, "_readers", {})
        heard = asyncio.Event()
        listening = asyncio.create_task(bell.listen(heard.set))
        await rung(heard)
        listening.cancel()
        await bus.publish("test", "one", {"by": "bell"})
        assert await ear.next() == {"by": "bell"}


async def test_notes_are_heard_while_redis_is_away(redis: RedisServer) -> None:
    async with Ear() as ear:
        redis.kill()
        await bus.publish("test", "one", {"number": 1})
        assert await ear.next() == {"number": 1}
