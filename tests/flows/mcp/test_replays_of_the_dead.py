"""A stream whose writer is killed, or stopped: whoever follows it is told, and soon. One that lives is waited for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from django.utils import timezone

from mcpserver.models import StreamEvent
from mcpserver.streams import alive, replay, replay_rows
from mcpserver.streams.replay_rows import Event
from mcpserver.streams.sse import EventStream
from tests.conftest import Live
from tests.flows.mcp.test_bounds import row_of
from tests.flows.mcp.test_replays import owner_of
from tests.mcpserver.streams.reader import Client

STREAM = "d" * 32
WORDS = (b'{"id":1,"error":{}}', b'{"id":2,"error":{}}')


@asynccontextmanager
async def following(client: Client, key: str, stream: str, after: int = 0) -> AsyncIterator["asyncio.Task[None]"]:
    """Follow a stream."""
    out = EventStream(client.send)
    await out.open()
    task = asyncio.ensure_future(replay.follow(out, key, stream, after))
    yield task
    task.cancel()
    await out.close()


def test_a_stream_whose_process_has_died_ends_with_its_last_words(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind the number that the client knows, though the dead one did not come to write it down; and for all who ask later."""
    monkeypatch.setattr(replay, "POLL_SECONDS", 0)
    owner = owner_of(row_of(live))
    replay_rows.write(owner, STREAM, [replay_rows.head(WORDS), Event(1, b"said")])

    async def replayed(client: Client, after: int) -> None:
        async with following(client, owner.session_key, STREAM, after) as task:
            await asyncio.wait_for(task, 20)

    first, second = Client(), Client()
    asyncio.run(replayed(first, 3))
    asyncio.run(replayed(second, 3))
    for client in (first, second):
        told = [line for line in client.body.splitlines() if not line.startswith(b":")]
        assert told == [
            f"id: {STREAM}-4".encode(), b"data: " + WORDS[0], b"", f"id: {STREAM}-5".encode(), b"data: " + WORDS[1], b""
        ]  # fmt: skip
    assert StreamEvent.objects.filter(is_last=True).count() == 1


def test_a_stream_whose_beginning_is_kept_no_longer_ends_without_a_word(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "POLL_SECONDS", 0)
    owner, client = owner_of(row_of(live)), Client()
    replay_rows.write(owner, STREAM, [Event(7, b"said")])

    async def replayed() -> None:
        async with following(client, owner.session_key, STREAM, 7) as task:
            await asyncio.wait_for(task, 20)

    asyncio.run(replayed())
    assert b"data" not in client.body


def test_a_call_that_lives_is_waited_for_however_silent(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(alive, "BEAT_SECONDS", 0.01)
    owner, client = owner_of(row_of(live)), Client()
    polls = 0
    read = replay_rows.after

    def counted(*asked: object) -> list[Event]:
        nonlocal polls
        polls += 1
        return read(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(replay_rows, "after", counted)

    async def replayed() -> None:
        recording = replay.Recording(owner, lambda: None)
        await recording.begin(WORDS)
        recording.detach()
        async with following(client, owner.session_key, recording.stream) as task:
            while polls < 4 * replay.DEAD_AFTER_POLLS:
                await asyncio.sleep(0.01)
            assert not task.done()
            recording.add(b"the answer", is_last=True)
            await recording.write()
            await asyncio.wait_for(task, 20)
        recording.close()

    asyncio.run(replayed())
    assert client.body.count(b"data") == 1
    assert b"data: the answer\n" in client.body


def test_a_call_that_is_stopped_leaves_its_last_words(live: Live) -> None:
    """As when its token was revoked: the client comes back by a new sign-in, and others keep the process' pulse up."""
    owner = owner_of(row_of(live))

    async def recorded() -> str:
        recording = replay.Recording(owner, lambda: None)
        await recording.begin(WORDS)
        recording.close()
        await recording.write()
        return recording.stream

    stream = asyncio.run(recorded())
    left = replay_rows.after(owner.session_key, stream, 0)
    assert [(event.data, event.is_last) for event in left] == [(WORDS[0], False), (WORDS[1], True)]


def test_a_replay_ends_when_nothing_is_kept_of_it_any_more(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "LOOK_SECONDS", 0)
    monkeypatch.setattr(replay, "POLL_SECONDS", 0)
    monkeypatch.setattr(replay, "DEAD_AFTER_POLLS", 1_000_000)
    owner, client = owner_of(row_of(live)), Client()
    replay_rows.write(owner, STREAM, [Event(0, b"first"), Event(1, b"second")])

    async def replayed() -> None:
        async with following(client, owner.session_key, STREAM) as task:
            await client.until(b"second")
            assert not task.done()
            await StreamEvent.objects.aupdate(created_at=timezone.now() - replay_rows.LIFETIME - timedelta(seconds=1))
            await asyncio.wait_for(task, 20)

    asyncio.run(replayed())
    assert client.is_complete
    assert b"first" not in client.body
