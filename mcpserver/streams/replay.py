"""Events that are kept for a while, so that a client whose connection was cut can ask for what it missed.

Only streams that answer a request of a transport session are kept: not plain JSON answers, not the session's own stream, whose
notices say no more than "look again" (MCP 2025-11-25 basic/transports, Resumability and Redelivery). An event's id is
``<stream>-<number>``; it is looked up within its session alone. Number 0 comes before all that is said.
"""

import asyncio
import logging
import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.db import DatabaseError, InterfaceError

from mcpserver import database
from mcpserver.streams import alive, bus, replay_rows
from mcpserver.streams.replay_rows import Event, Owner
from mcpserver.streams.sse import EventStream

GREW, TAKEN = "replay", "taken"
WRITE_BEHIND_SECONDS = 0.05
POLL_SECONDS = 0.5
# How often a stream that says nothing is looked at, whether there is anything left of it.
LOOK_SECONDS = 30.0
# Polls that find nothing new, with no sign of life (``alive.BEAT_SECONDS``) from the process that writes: 20 s. Counted and not
# measured: this process may have been stopped itself, or the database.
DEAD_AFTER_POLLS = 40

logger = logging.getLogger(__name__)

_EVENT_ID = re.compile(r"([0-9a-f]{32})-(0|[1-9][0-9]{0,8})")


class Recording:
    """Keeps one stream's events, in batches behind their sending.

    ``taken_over`` is called when the client has asked for this stream by another connection.
    """

    def __init__(self, owner: Owner, taken_over: Callable[[], None]) -> None:
        self._pulse = alive.pulse()
        self.stream = self._pulse.new_stream()
        self._owner = owner
        self._next = 0
        self._waiting: list[Event] = []
        self._hurry = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._unsubscribe = bus.subscribe(TAKEN, self.stream, lambda _: taken_over())
        self._is_detached = self._has_ended = False
        self._last_words: Sequence[bytes] = ()

    async def begin(self, last_words: Sequence[bytes]) -> str:
        """Return the id of event 0 once it is kept: from the first id on the client may come back, and must be known then.

        ``last_words`` are the messages that end the stream if nothing else does: its call is stopped, or this process killed.
        """
        self._last_words = last_words
        event_id = self._add(replay_rows.head(last_words))
        await self.write()
        return event_id

    def add(self, data: bytes, *, is_last: bool = False) -> str:
        """Keep an event and return its id."""
        self._has_ended = is_last
        return self._add(Event(self._next, data, is_last))

    def detach(self) -> None:
        """The client has no connection any more on which it hears the events as they come."""
        self._is_detached = True
        self._pulse.hold(self)

    async def write(self) -> None:
        """Return once everything that was added is in the database."""
        self._hurry.set()
        if self._writer is not None:
            await asyncio.shield(self._writer)
        self._hurry.clear()

    def close(self) -> None:
        """Let go; nothing is added after that. A stream that was begun and not ended ends with its last words."""
        if self._next and not self._has_ended:
            for place, words in enumerate(self._last_words, 1):
                self.add(words, is_last=place == len(self._last_words))
        self._pulse.release(self)
        self._unsubscribe()

    def _add(self, event: Event) -> str:
        self._next = event.number + 1
        self._waiting.append(event)
        if self._writer is None:
            self._writer = asyncio.ensure_future(self._write_behind())
        return f"{self.stream}-{event.number}"

    async def _write_behind(self) -> None:
        try:
            while self._waiting:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._hurry.wait(), WRITE_BEHIND_SECONDS)
                events, self._waiting = self._waiting, []
                await database.run(replay_rows.write, self._owner, self.stream, events)
                if self._is_detached:
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


async def is_whole(session_key: str, stream: str, after: int) -> bool:
    """Return whether all is kept that came after an event, as far as it has come."""
    return await database.run(replay_rows.next_number, session_key, stream, after) in {None, after + 1}


async def follow(out: EventStream, session_key: str, stream: str, after: int) -> None:
    """Send the events of a stream that came after one of its numbers, and go on until its last one, or until ``out`` ends.

    Whoever follows the same stream later takes it over, in whichever process: ``out`` ends then. The call behind it may run in
    any process. Once that one gives no sign of life the stream ends with its last words.
    """
    loop = asyncio.get_running_loop()
    look_at = loop.time() + LOOK_SECONDS
    grown = asyncio.Event()
    own: list[object] = []
    silent_polls = 0

    def taken(payload: Mapping[str, Any]) -> None:
        if own and payload["since"] > own:
            out.end()
            grown.set()

    def lives(_: Mapping[str, Any]) -> None:
        nonlocal silent_polls
        silent_polls = 0

    unsubscribe = [
        bus.subscribe(GREW, stream, lambda _: grown.set()),
        bus.subscribe(TAKEN, stream, taken),
        bus.subscribe(alive.NOTE, alive.writer_of(stream), lives),
    ]
    try:
        # Marked behind that: who came before need not be heard, and hears of this one.
        await bus.ready()
        own += [time.time_ns(), secrets.token_hex(8)]
        # One message on one connection only: the one that was cut may not know it yet.
        await bus.publish(TAKEN, stream, {"since": own})
        if await database.run(replay_rows.has_ended, session_key, stream, after):
            return
        while not out.is_closed:
            grown.clear()
            for event in await database.run(replay_rows.after, session_key, stream, after):
                if event.number != after + 1:
                    # Taken away since: the client comes back, and is told.
                    return
                after, silent_polls = event.number, 0
                if event.data:
                    await out.send(event.data, id=f"{stream}-{event.number}")
                if event.is_last:
                    return
            with suppress(TimeoutError):
                await asyncio.wait_for(grown.wait(), POLL_SECONDS)
            silent_polls += 1
            if silent_polls >= DEAD_AFTER_POLLS:
                silent_polls = 0
                await database.run(replay_rows.give_up, session_key, stream, after)
            elif loop.time() >= look_at:
                if not await is_kept(session_key, stream):
                    return
                look_at = loop.time() + LOOK_SECONDS
    finally:
        for let_go in unsubscribe:
            let_go()
