"""Events that are kept for a while, so that a client whose connection was cut can ask for what it missed.

Only streams that answer a request of a transport session are kept: not plain JSON answers, not the session's own stream, whose
notices say no more than "look again" (MCP 2025-11-25 basic/transports, Resumability and Redelivery). An event's id is
``<stream>-<number>``; it is looked up within its session alone.
"""

import asyncio
import logging
import re
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from django.db import DatabaseError, InterfaceError

from mcpserver import database
from mcpserver.streams import bus, replay_rows
from mcpserver.streams.replay_rows import Event
from mcpserver.streams.sse import EventStream

GREW, TAKEN = "replay", "taken"
WRITE_BEHIND_SECONDS = 0.05
POLL_SECONDS = 0.5
# How often a stream that says nothing is looked at, whether there is anything left of it.
LOOK_SECONDS = 30.0

logger = logging.getLogger(__name__)

_EVENT_ID = re.compile(r"([0-9a-f]{16})-(0|[1-9][0-9]{0,8})")


class Recording:
    """Keeps one stream's events, in batches behind their sending.

    ``taken_over`` is called when the client has asked for this stream by another connection.
    """

    def __init__(self, session_key: str, taken_over: Callable[[], None]) -> None:
        self.stream = secrets.token_hex(8)
        self._session_key = session_key
        self._next = 0
        self._waiting: list[Event] = []
        self._unbounded_bytes = 0
        self._hurry = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._unsubscribe = bus.subscribe(TAKEN, self.stream, lambda _: taken_over())
        # Whether the client has no connection on which it hears the events as they come.
        self.is_detached = False

    @property
    def has_begun(self) -> bool:
        """Return whether there was an event."""
        return self._next > 0

    def add(self, data: bytes, *, is_last: bool = False) -> str:
        """Keep an event and return its id."""
        number = self._next
        self._next += 1
        self._waiting.append(Event(number, data, is_last))
        if self._writer is None:
            self._writer = asyncio.ensure_future(self._write_behind())
        return f"{self.stream}-{number}"

    async def write(self) -> None:
        """Return once everything that was added is in the database."""
        self._hurry.set()
        if self._writer is not None:
            await asyncio.shield(self._writer)
        self._hurry.clear()

    def close(self) -> None:
        """Let go; nothing is added after that."""
        self._unsubscribe()

    async def _write_behind(self) -> None:
        try:
            while self._waiting:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._hurry.wait(), WRITE_BEHIND_SECONDS)
                events, self._waiting = self._waiting, []
                self._unbounded_bytes += sum(map(replay_rows.counted_bytes, events))
                bounds = self._unbounded_bytes >= replay_rows.BOUND_EVERY_BYTES
                await database.run(replay_rows.write, self._session_key, self.stream, events, bounds=bounds)
                if bounds:
                    self._unbounded_bytes = 0
                if self.is_detached:
                    await bus.publish(GREW, self.stream, {})
        except (DatabaseError, InterfaceError) as error:
            # Also when the session ended meanwhile. Whoever is connected hears everything all the same.
            logger.warning("events could not be kept for a replay: %s", type(error).__name__)
            self._waiting = []
        finally:
            self._writer = None


def parse_event_id(text: str) -> tuple[str, int] | None:
    """Return stream and number of a ``Last-Event-ID``, None if it is none of ours."""
    match = _EVENT_ID.fullmatch(text)
    return None if match is None else (match[1], int(match[2]))


async def is_kept(session_key: str, stream: str) -> bool:
    """Return whether the session has a stream of that name that can be replayed."""
    return await database.run(replay_rows.is_kept, session_key, stream)


async def follow(out: EventStream, session_key: str, stream: str, after: int) -> None:
    """Send the events of a stream that came after one of its numbers, and go on until its last one, or until ``out`` ends.

    Whoever follows the same stream later takes it over, in whichever process: ``out`` ends then.

    The call behind it may run in any process. If that one died, there is no last event: it is over when its events are kept no
    longer.
    """
    loop = asyncio.get_running_loop()
    look_at = loop.time() + LOOK_SECONDS
    grown = asyncio.Event()
    own: list[object] = []

    def taken(payload: Mapping[str, Any]) -> None:
        if own and payload["since"] > own:
            out.end()
            grown.set()

    unsubscribe = [bus.subscribe(GREW, stream, lambda _: grown.set()), bus.subscribe(TAKEN, stream, taken)]
    try:
        # Marked behind that: who came before need not be heard, and hears of this one.
        await bus.ready()
        own += [time.time_ns(), secrets.token_hex(8)]
        # One message on one connection only: the one that was cut may not know it yet.
        await bus.publish(TAKEN, stream, {"since": own})
        while not out.is_closed:
            grown.clear()
            for event in await database.run(replay_rows.after, session_key, stream, after):
                after = event.number
                if event.data:
                    await out.send(event.data, id=f"{stream}-{event.number}")
                if event.is_last:
                    return
            with suppress(TimeoutError):
                await asyncio.wait_for(grown.wait(), POLL_SECONDS)
            if loop.time() >= look_at:
                if not await is_kept(session_key, stream):
                    return
                look_at = loop.time() + LOOK_SECONDS
    finally:
        for let_go in unsubscribe:
            let_go()
