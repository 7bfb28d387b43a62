"""Reads the notes that other processes wrote, for one event loop."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from django.db import InterfaceError, OperationalError

from mcpserver import database
from mcpserver.streams import bell
from mcpserver.streams.watermark import Watermark

POLL_SECONDS = 0.5

Callback = Callable[[dict[str, Any]], None]

logger = logging.getLogger(__name__)


class Reader:
    """Runs from the first subscription to the last one's end, and calls ``ended`` then."""

    def __init__(self, ended: Callable[[], object]) -> None:
        self._ended = ended
        self._subscribers: dict[tuple[str, str], list[Callback]] = {}
        self._bell = asyncio.Event()
        self._started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._task = asyncio.ensure_future(self._run())

    @property
    def has_ended(self) -> bool:
        """Return whether it reads no longer."""
        return self._task.done()

    def subscribe(self, kind: str, target: str, callback: Callback) -> Callable[[], None]:
        """See ``bus.subscribe``."""
        callbacks = self._subscribers.setdefault((kind, target), [])
        callbacks.append(callback)

        def unsubscribe() -> None:
            if callback in callbacks:
                callbacks.remove(callback)
            if not callbacks and self._subscribers.get((kind, target)) is callbacks:
                del self._subscribers[kind, target]

        return unsubscribe

    async def ready(self) -> None:
        """See ``bus.ready``."""
        await asyncio.shield(self._started)

    def wake(self) -> None:
        """Read now."""
        self._bell.set()

    async def _run(self) -> None:
        listening = asyncio.ensure_future(bell.listen(self.wake))
        watermark = Watermark()
        try:
            # The first subscription is made behind this task's creation.
            await asyncio.sleep(0)
            while self._subscribers:
                self._bell.clear()
                await self._read(watermark)
                try:
                    await asyncio.wait_for(self._bell.wait(), POLL_SECONDS)
                except TimeoutError:
                    continue
        finally:
            listening.cancel()
            self._ended()

    async def _read(self, watermark: Watermark) -> None:
        try:
            notes = await database.run(watermark.read)
        except (OperationalError, InterfaceError) as error:
            logger.error("the database does not answer: %s", type(error).__name__)  # noqa: TRY400  its message may name hosts
            return
        except Exception:
            # A fault here must not end the reading for every stream of the process.
            logger.exception("notes could not be read")
            return
        if not self._started.done():
            self._started.set_result(None)
        for kind, target, payload in notes:
            for callback in tuple(self._subscribers.get((kind, target), ())):
                try:
                    callback(payload)
                except Exception:
                    # A fault of one subscriber must not keep the note from the others.
                    logger.exception("a note of kind %s could not be delivered", kind)
        if watermark.has_more:
            self.wake()
