"""Every open stream of this process: kept alive, and closed when its caller's rights end or the process does.

    hub.add(stream, principal=principal)
    try:
        await stream.hold(receive)
    finally:
        hub.remove(stream)

One timer serves all of them, and runs only while there are any.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from django.db import InterfaceError, OperationalError

from mcpserver import database
from mcpserver.serving import drain
from mcpserver.streams.sse import KEEP_ALIVE, EventStream
from oauth_bridge import sessions, verification
from oauth_bridge.principals import Principal
from oauth_bridge.signals import rights_withdrawn

KEEP_ALIVE_SECONDS = 15.0
TICK_SECONDS = 0.5
# A reader who takes nothing for so long is given up: requests wait for it, and each holds one of the places at the edge.
STUCK_SECONDS = 60.0

logger = logging.getLogger(__name__)


class Ending(Enum):
    """Why the hub ends a stream."""

    DRAIN = "the process ends"
    RIGHTS = "the caller's rights have ended"


# Called just before the stream ends; it may offer last events, and must not wait.
OnEnd = Callable[[Ending], None]


@dataclass(slots=True)
class _Entry:
    stream: EventStream
    checksum: str
    ends_at: float
    on_end: OnEnd | None
    keep_alive_at: float
    ends_at_drain: bool
    is_verified: bool = False


class Hub:
    """The streams of one event loop."""

    def __init__(self) -> None:
        self._entries: dict[EventStream, _Entry] = {}
        self._epoch: int | None = None
        self._task: asyncio.Task[None] | None = None
        self._wake: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        rights_withdrawn.connect(self._rights_withdrawn)

    @property
    def count(self) -> int:
        """Return how many streams are open."""
        return len(self._entries)

    def add(
        self,
        stream: EventStream,
        *,
        principal: Principal,
        checksum: str | None = None,
        ends_at: float | None = None,
        on_end: OnEnd | None = None,
        ends_at_drain: bool = True,
    ) -> None:
        """Look after a stream from now on. The token's hash and its expiry (seconds since the epoch) are the principal's.

        In a process that is ending already the stream is ended at once, unless ``ends_at_drain`` says that it ends by itself:
        it answers a request, which the process finishes.
        """
        self._entries[stream] = _Entry(
            stream,
            principal.token_checksum if checksum is None else checksum,
            principal.expires_at if ends_at is None else ends_at,
            on_end,
            # Not all at once: a thousand streams that came together would be written to together.
            time.monotonic() + random.uniform(0.5, 1.0) * KEEP_ALIVE_SECONDS,  # noqa: S311
            ends_at_drain,
        )
        if drain.has_begun() and ends_at_drain:
            self._end(stream, Ending.DRAIN)
        elif self._task is None or self._task.done() or self._loop is not asyncio.get_running_loop():
            self._loop = asyncio.get_running_loop()
            self._wake = asyncio.Event()
            self._epoch = None
            self._task = self._loop.create_task(self._look_after(self._wake))

    def remove(self, stream: EventStream) -> None:
        """Forget a stream."""
        self._entries.pop(stream, None)

    async def _look_after(self, wake: asyncio.Event) -> None:
        drained = asyncio.ensure_future(drain.wait())
        # Beside the timer: while the database does not answer, streams are kept alive, and the process can still end.
        checking: asyncio.Task[None] | None = None
        try:
            while self._entries:
                wake.clear()
                self._end_expired()
                self._keep_alive()
                if checking is None or checking.done():
                    checking = asyncio.ensure_future(self._check_rights())
                woken = asyncio.ensure_future(wake.wait())
                news = {woken} if drained.done() else {woken, drained}
                await asyncio.wait(news, timeout=TICK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                woken.cancel()
                if drained.done():
                    for entry in list(self._entries.values()):
                        if entry.ends_at_drain:
                            self._end(entry.stream, Ending.DRAIN)
        finally:
            drained.cancel()

    def _end_expired(self) -> None:
        now = time.time()
        for stream in [entry.stream for entry in self._entries.values() if entry.ends_at <= now]:
            self._end(stream, Ending.RIGHTS)

    async def _check_rights(self) -> None:
        """End the streams of tokens that are not good any more: one statement for all, and only when something has changed."""
        try:
            # Read first: what is taken away between the two shows at the next tick.
            epoch = await database.run(sessions.epoch)
            # A caller may have been believed on an older epoch than ours: a new stream is looked at once in any case.
            entries = [entry for entry in self._entries.values() if epoch != self._epoch or not entry.is_verified]
            good = await database.run(verification.good_among, {entry.checksum for entry in entries}) if entries else set()
        except (OperationalError, InterfaceError) as error:
            logger.error("the database does not answer: %s", type(error).__name__)  # noqa: TRY400  its message may name hosts
            return
        except Exception:
            # A fault here must not end the watch over all streams.
            logger.exception("the rights behind open streams could not be checked")
            return
        self._epoch = epoch
        for entry in entries:
            entry.is_verified = entry.checksum in good
            if not entry.is_verified:
                self._end(entry.stream, Ending.RIGHTS)

    def _keep_alive(self) -> None:
        now = time.monotonic()
        for entry in list(self._entries.values()):
            if entry.stream.is_stuck(STUCK_SECONDS):
                entry.stream.cut()
            elif entry.keep_alive_at <= now:
                entry.keep_alive_at = now + KEEP_ALIVE_SECONDS
                entry.stream.offer_encoded(KEEP_ALIVE)

    def _end(self, stream: EventStream, ending: Ending) -> None:
        entry = self._entries.pop(stream, None)
        if entry is None:
            return
        try:
            if entry.on_end is not None:
                entry.on_end(ending)
        finally:
            stream.end()

    def _rights_withdrawn(self, **_: object) -> None:
        loop, wake = self._loop, self._wake
        if loop is not None and wake is not None and not loop.is_closed():
            loop.call_soon_threadsafe(wake.set)


hub = Hub()
