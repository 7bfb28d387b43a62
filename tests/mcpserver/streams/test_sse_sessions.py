"""Streams of HTTP+SSE whose messages come from other processes."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from mcpserver.streams import bus, sse_sessions
from mcpserver.streams.sse import EventStream
from oauth_bridge import sealing
from tests.mcpserver.streams.reader import Client

pytestmark = pytest.mark.asyncio


async def test_what_waits_for_a_reader_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    callbacks: list[Callable[[dict[str, Any]], None]] = []

    def subscribe(_kind: str, _target: str, callback: Callable[[dict[str, Any]], None]) -> Callable[[], None]:
        callbacks.append(callback)
        return callbacks.clear

    monkeypatch.setattr(bus, "subscribe", subscribe)
    monkeypatch.setattr(sse_sessions, "MAX_WAITING_BYTES", 1_000)
    client = Client()
    stream = EventStream(client.send)
    await stream.open()
    detach = sse_sessions.attach("key", stream)
    note = {"sealed": sealing.seal("x" * 300).decode()}
    for _ in range(8):
        # Read in between: what has gone out counts no longer.
        callbacks[0](note)
        await client.until(b"x" * 300)
        client.messages.clear()
        await asyncio.gather(*sse_sessions._writing)
    client.reads.clear()
    for _ in range(3):
        callbacks[0](note)
    assert stream.is_open
    callbacks[0](note)
    assert stream.is_closed
    detach()
