"""Progress and log messages of one call: alike in both eras, and never faster than a client can use them."""

import asyncio
from collections.abc import Mapping
from typing import Any

from mcpserver.dispatch.call import Call
from mcpserver.outgoing import Outgoing
from mcpserver.protocol import logging, progress
from mcpserver.protocol.asked import Asked
from mcpserver.protocol.versions import Revision
from tools.link import InputRefused, InputRequest, LogLevel

# Between two progress notifications; what comes sooner waits, and only the newest of it is sent.
PROGRESS_GAP_SECONDS = 0.05
# So many log messages at once, and so many a second after that; more are dropped.
LOG_BURST = 100
LOG_PER_SECOND = 20.0


class Telling:
    """A Link that tells and cannot ask. ``call.telling`` learns of it once something may be held back."""

    __slots__ = ("_asked", "_call", "_log_allowance", "_progress", "_revision")

    def __init__(self, asked: Asked, revision: Revision, call: Call) -> None:
        self._asked = asked
        self._revision = revision
        self._call = call
        self._progress: _Progress | None = None
        self._log_allowance: _Allowance | None = None

    @property
    def capabilities(self) -> Mapping[str, Any]:
        """Return nothing: there is nobody to ask."""
        return {}

    @property
    def remembered(self) -> Any:
        """Return None: there are no rounds."""
        return None

    async def progress(self, done: float, total: float | None, message: str | None) -> None:
        """Tell how far the call is, where the client gave a token. What does not grow is not told (basic/utilities/progress).

        Raises:
            ValueError: a number is not finite.
        """
        token, outgoing = self._asked.progress_token, self._call.outgoing
        if token is None or not outgoing.takes_notifications:
            return
        params = progress.progress_params(token, done, total, message, self._revision)
        if self._progress is None:
            self._progress = _Progress(outgoing)
            self._call.telling.append(self)
        await self._progress.tell(done, params)

    async def log(self, level: LogLevel, data: Any, logger: str | None) -> None:
        """Send a log message, where the client asked for its level and has not been sent too many."""
        outgoing = self._call.outgoing
        if not logging.is_wanted(level, self._asked.log_level) or not outgoing.takes_notifications:
            return
        if self._log_allowance is None:
            self._log_allowance = _Allowance(LOG_BURST, LOG_PER_SECOND)
        if self._log_allowance.take(asyncio.get_running_loop().time()):
            await outgoing.notify(logging.NOTIFICATION, logging.message_params(level, data, logger))

    async def release(self) -> None:
        """Let go of the connection, where the client knows how to come back."""
        await self._call.outgoing.release()

    async def ask(self, requests: Mapping[str, InputRequest]) -> Mapping[str, Mapping[str, Any]]:  # noqa: ARG002
        """Refuse."""
        raise InputRefused("Nobody can be asked here.")

    def remember(self, value: Any) -> None:
        """There is no next round."""

    async def end(self) -> None:
        """Send the progress that was held back; nothing is sent afterwards."""
        if self._progress is not None:
            await self._progress.end()

    def stop(self) -> None:
        """Send nothing any more."""
        if self._progress is not None:
            self._progress.stop()


class _Progress:
    """Progress notifications with a gap between them. The last one is always sent, the others when there is time."""

    __slots__ = ("_is_over", "_last", "_outgoing", "_pending", "_sending", "_sent_at", "_timer")

    def __init__(self, outgoing: Outgoing) -> None:
        self._outgoing = outgoing
        self._last: float | None = None
        self._pending: Mapping[str, Any] | None = None
        self._sent_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._sending: asyncio.Task[None] | None = None
        self._is_over = False

    async def tell(self, done: float, params: Mapping[str, Any]) -> None:
        if self._is_over or (self._last is not None and done <= self._last):
            return
        is_first = self._last is None
        self._last, self._pending = done, params
        loop = asyncio.get_running_loop()
        wait = 0 if is_first else self._sent_at + PROGRESS_GAP_SECONDS - loop.time()
        if self._timer is None and wait <= 0:
            await self._send()
        elif self._timer is None:
            self._timer = loop.call_later(wait, self._fire)

    async def end(self) -> None:
        held_back = self._pending
        self.stop()
        if self._sending is not None:
            await self._sending
        self._pending = held_back
        await self._send()

    def stop(self) -> None:
        self._is_over, self._pending = True, None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _fire(self) -> None:
        self._timer = None
        self._sending = asyncio.get_running_loop().create_task(self._send())

    async def _send(self) -> None:
        params, self._pending = self._pending, None
        if params is not None:
            self._sent_at = asyncio.get_running_loop().time()
            await self._outgoing.notify(progress.NOTIFICATION, params)


class _Allowance:
    """So many at once, and so many a second after that."""

    __slots__ = ("_burst", "_left", "_per_second", "_since")

    def __init__(self, burst: float, per_second: float) -> None:
        self._burst = self._left = burst
        self._per_second = per_second
        self._since: float | None = None

    def take(self, now: float) -> bool:
        """Return whether one more may go."""
        gained = 0.0 if self._since is None else (now - self._since) * self._per_second
        self._left, self._since = min(self._burst, self._left + gained), now
        if self._left < 1:
            return False
        self._left -= 1
        return True
