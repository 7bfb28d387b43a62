"""Notes between the processes of one server.

    unsubscribe = bus.subscribe("tasks", task_id, on_note)     # on_note(payload), on this event loop; must be quick
    await bus.ready()                                          # from here on nothing is missed
    await bus.publish("tasks", task_id, {"status": "completed"})

A note is a row. Who publishes wakes its own process and rings the channel layer's bell for the others; who subscribes reads at
each bell, and twice a second without one: a bell that is lost costs half a second and no note. What is read is kept in order.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from mcpserver import database
from mcpserver.streams import bell, note_rows
from mcpserver.streams.reader import Callback, Reader

_readers: dict[asyncio.AbstractEventLoop, Reader] = {}


def subscribe(kind: str, target: str, callback: Callback) -> Callable[[], None]:
    """Call ``callback`` with the payload of every note to that address, until the returned function is called."""
    loop = asyncio.get_running_loop()
    reader = _readers.get(loop)
    if reader is None or reader.has_ended:
        reader = _readers[loop] = Reader(lambda: _readers.pop(loop, None))
    return reader.subscribe(kind, target, callback)


async def ready() -> None:
    """Return once every note that is published from now on will reach this event loop's subscribers."""
    reader = _readers.get(asyncio.get_running_loop())
    if reader is not None:
        await reader.ready()


async def publish(kind: str, target: str, payload: Mapping[str, Any]) -> None:
    """Send a note to every process; it is in the database when this returns."""
    await database.run(note_rows.write, kind, target, payload)
    _wake()


def publish_sync(kind: str, target: str, payload: Mapping[str, Any]) -> None:
    """Send a note from a thread. Within a transaction it is heard when that is committed."""
    note_rows.write(kind, target, payload)
    transaction.on_commit(_wake)


def _wake() -> None:
    awake = [loop for loop, reader in list(_readers.items()) if not loop.is_closed() and not reader.has_ended]
    for loop in awake:
        loop.call_soon_threadsafe(_readers[loop].wake)
    if awake:
        # A thread must not wait for Redis if there is a loop that can.
        awake[0].call_soon_threadsafe(bell.ring)
    else:
        bell.ring()
