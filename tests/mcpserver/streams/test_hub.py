"""Open streams: kept alive, and ended when the process or the caller's rights do."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from mcpserver.serving import drain
from mcpserver.serving.drain import Drain
from mcpserver.streams import hub as module
from mcpserver.streams.hub import Ending, Hub
from mcpserver.streams.sse import EventStream
from oauth_bridge import sessions, verification
from oauth_bridge.principals import Principal
from tests.mcpserver.endpoint import ALICE
from tests.mcpserver.streams.reader import Client

pytestmark = pytest.mark.asyncio


class Rights:
    """The database, as far as the hub asks it."""

    def __init__(self) -> None:
        self.epoch = 1
        self.good = {"one", "two"}
        self.questions: list[set[str]] = []

    def read_epoch(self) -> int:
        return self.epoch

    def good_among(self, checksums: set[str]) -> set[str]:
        self.questions.append(set(checksums))
        return self.good & checksums


@pytest.fixture
def rights(monkeypatch: pytest.MonkeyPatch) -> Rights:
    found = Rights()
    monkeypatch.setattr(sessions, "epoch", found.read_epoch)
    monkeypatch.setattr(verification, "good_among", found.good_among)

    async def run(work: Callable[..., Any], *args: Any) -> Any:
        await asyncio.sleep(0)
        return work(*args)

    monkeypatch.setattr(module, "database", SimpleNamespace(run=run))
    return found


@pytest.fixture
def ending_process(monkeypatch: pytest.MonkeyPatch) -> Drain:
    of_process = Drain()
    monkeypatch.setattr(drain, "has_begun", of_process.has_begun)
    monkeypatch.setattr(drain, "wait", of_process.wait)
    return of_process


@pytest.fixture
def hub(rights: Rights, ending_process: Drain, monkeypatch: pytest.MonkeyPatch) -> Hub:
    monkeypatch.setattr(module, "TICK_SECONDS", 0.01)
    return Hub()


def of(checksum: str) -> Principal:
    return replace(ALICE, token_checksum=checksum)


async def opened() -> tuple[EventStream, Client]:
    client = Client()
    stream = EventStream(client.send)
    await stream.open()
    return stream, client


async def closed(*streams: EventStream) -> None:
    await asyncio.wait_for(asyncio.gather(*(stream.wait_closed() for stream in streams)), 5)


async def asked(rights: Rights, times: int) -> None:
    async with asyncio.timeout(5):
        while len(rights.questions) < times:
            await asyncio.sleep(0)


async def test_one_question_for_all_streams_and_only_when_something_changed(hub: Hub, rights: Rights) -> None:
    one, two = (await opened())[0], (await opened())[0]
    hub.add(one, principal=of("one"))
    hub.add(two, principal=of("two"))
    await asked(rights, 1)
    rights.good = {"two"}
    rights.epoch += 1
    await closed(one)
    assert rights.questions == [{"one", "two"}, {"one", "two"}]
    assert two.is_open
    assert hub.count == 1


async def test_a_stream_of_a_token_that_was_believed_too_long_ends(hub: Hub, rights: Rights) -> None:
    """Its caller was believed on an older epoch than the hub's: it is looked at though the epoch stays."""
    first = (await opened())[0]
    hub.add(first, principal=of("one"))
    await asked(rights, 1)
    late = (await opened())[0]
    hub.add(late, principal=of("ended before"))
    await closed(late)
    assert first.is_open


async def test_a_token_that_expires_ends_its_stream(hub: Hub) -> None:
    stream, _ = await opened()
    hub.add(stream, principal=of("one"), ends_at=1.0)
    await closed(stream)


async def test_streams_are_kept_alive(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEEP_ALIVE_SECONDS", 0.01)
    stream, client = await opened()
    hub.add(stream, principal=of("one"))
    await client.until(b":\n\n", times=3)


async def test_at_the_end_of_the_process_last_words_are_sent(hub: Hub, ending_process: Drain) -> None:
    stream, client = await opened()
    answering, _ = await opened()
    endings: list[Ending] = []

    def last_words(ending: Ending) -> None:
        endings.append(ending)
        stream.offer(b"last")

    hub.add(stream, principal=of("one"), on_end=last_words)
    hub.add(answering, principal=of("two"), ends_at_drain=False)
    await asyncio.sleep(0)
    ending_process.begin()
    await closed(stream)
    assert endings == [Ending.DRAIN]
    assert client.body == b"data: last\n\n"
    assert client.is_complete
    assert answering.is_open
    late, _ = await opened()
    hub.add(late, principal=of("one"))
    await closed(late)


async def test_a_database_that_does_not_answer_ends_no_stream(
    hub: Hub, rights: Rights, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from django.db import OperationalError

    asked_for = asyncio.Event()
    loop = asyncio.get_running_loop()

    def away() -> int:
        loop.call_soon_threadsafe(asked_for.set)
        raise OperationalError("host=secret")

    monkeypatch.setattr(sessions, "epoch", away)
    stream, _ = await opened()
    hub.add(stream, principal=of("one"))
    for _ in range(2):
        await asyncio.wait_for(asked_for.wait(), 5)
        asked_for.clear()
    assert stream.is_open
    assert "secret" not in caplog.text
    rights.good = set()
    monkeypatch.setattr(sessions, "epoch", rights.read_epoch)
    await closed(stream)


async def test_what_is_withdrawn_here_is_looked_at_at_once(hub: Hub, rights: Rights, monkeypatch: pytest.MonkeyPatch) -> None:
    from oauth_bridge.signals import rights_withdrawn

    monkeypatch.setattr(module, "TICK_SECONDS", 3600.0)
    stream, _ = await opened()
    hub.add(stream, principal=of("one"))
    await asked(rights, 1)
    await asyncio.sleep(0)
    rights.good, rights.epoch = set(), 2
    await asyncio.to_thread(rights_withdrawn.send, None)
    await closed(stream)


async def test_a_reader_who_takes_nothing_is_given_up(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for it holds a place that others need."""
    monkeypatch.setattr(module, "STUCK_SECONDS", 0.02)
    stuck, client = await opened()
    reading, _ = await opened()
    client.reads.clear()
    hub.add(stuck, principal=of("one"))
    hub.add(reading, principal=of("two"))
    waiting = asyncio.ensure_future(stuck.send(b"1"))
    await reading.send(b"1")
    await closed(stuck)
    await asyncio.wait_for(waiting, 5)
    assert reading.is_open
    reading.cut()
