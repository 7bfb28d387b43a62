"""Whether the process that writes a stream still lives. It says so by a note, while others may wait for what it writes.

A stream's name begins with the name of the process that writes it, which is drawn anew at each start.
"""

import asyncio
import logging
import secrets
from weakref import WeakKeyDictionary

from django.db import DatabaseError, InterfaceError

from mcpserver.streams import bus

NOTE = "alive"
BEAT_SECONDS = 5.0
_NAME_BYTES = 8

logger = logging.getLogger(__name__)


class Pulse:
    """One event loop's sign of life: beats while anybody holds it."""

    def __init__(self) -> None:
        self._name = secrets.token_hex(_NAME_BYTES)
        self._holders: set[object] = set()
        self._task: asyncio.Task[None] | None = None

    def new_stream(self) -> str:
        """Return a name for a stream that is written here: 32 hexadecimal digits."""
        return self._name + secrets.token_hex(8)

    def hold(self, holder: object) -> None:
        """Beat from now on, until the holder releases it."""
        self._holders.add(holder)
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._beat())

    def release(self, holder: object) -> None:
        """Hold it no longer."""
        self._holders.discard(holder)

    async def _beat(self) -> None:
        while self._holders:
            try:
                await bus.publish(NOTE, self._name, {})
            except (DatabaseError, InterfaceError) as error:
                logger.warning("no sign of life could be given: %s", type(error).__name__)
            await asyncio.sleep(BEAT_SECONDS)


def writer_of(stream: str) -> str:
    """Return the target of the notes by which the process that writes a stream says that it lives."""
    return stream[: 2 * _NAME_BYTES]


_of_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, Pulse] = WeakKeyDictionary()


def pulse() -> Pulse:
    """Return the pulse of the running event loop."""
    loop = asyncio.get_running_loop()
    found = _of_loop.get(loop)
    if found is None:
        found = _of_loop[loop] = Pulse()
    return found
