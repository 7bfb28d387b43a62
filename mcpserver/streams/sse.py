"""One event stream: what is written to it goes out in order, whole, and no faster than its reader reads.

    stream = EventStream(send)
    await stream.open()
    await stream.send(b'{"jsonrpc": …}')          # waits for a slow reader
    stream.offer(b'{"jsonrpc": …}')               # never waits; a reader that falls too far behind loses the stream
    await stream.hold(receive)                    # until the client leaves or somebody closes the stream

All of it belongs to one event loop. A task exists only while something is being written, so that an idle stream costs little.
"""

import asyncio
import logging
from collections.abc import Iterable

from mcpserver.edge.types import Header, Receive, Send

logger = logging.getLogger(__name__)

MAX_PENDING_BYTES = 262_144
# How long the rest may take to go out once the stream is to end.
_LAST_SECONDS = 10.0
KEEP_ALIVE = b":\n\n"

_HEADERS: tuple[Header, ...] = (
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-cache, no-transform"),
    # nginx would collect the events before it passes them on.
    (b"x-accel-buffering", b"no"),
)


def encode_event(data: bytes, *, event: str = "", event_id: str = "", retry: int | None = None) -> bytes:
    """Return one event (WHATWG HTML §9.2.5). ``retry`` is in milliseconds; event and id must be free of line ends."""
    lines = b"data: " + data
    if b"\n" in data or b"\r" in data:
        lines = b"\n".join(b"data: " + line for line in data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"))
    head = b""
    if event:
        head += b"event: " + event.encode() + b"\n"
    if event_id:
        head += b"id: " + event_id.encode() + b"\n"
    if retry is not None:
        head += b"retry: %d\n" % retry
    return head + lines + b"\n\n"


class EventStream:
    """Wraps an ASGI ``send``. ``hold`` is for the request that the stream answers, the rest for anybody."""

    __slots__ = (
        "_closed",
        "_closing",
        "_offered_bytes",
        "_opened",
        "_pending",
        "_send",
        "_waiting",
        "_writer",
        "_writing_since",
    )

    def __init__(self, send: Send) -> None:
        self._send = send
        self._pending: list[bytes] = []
        self._offered_bytes = 0
        self._opened = self._closing = False
        self._closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting: asyncio.Future[None] | None = None
        self._writer: asyncio.Task[None] | None = None
        self._writing_since: float | None = None

    @property
    def is_open(self) -> bool:
        """Return whether an event that is sent now may arrive."""
        return self._opened and not self._closing

    @property
    def is_closed(self) -> bool:
        """Return whether the stream has ended, or is about to."""
        return self._closing

    def is_stuck(self, seconds: float) -> bool:
        """Return whether what is being written has waited for the reader that long."""
        since = self._writing_since
        return since is not None and asyncio.get_running_loop().time() - since > seconds

    async def open(self, extra_headers: Iterable[Header] = ()) -> None:
        """Send the head of the answer: 200, and what keeps intermediaries from holding events back.

        A stream that was ended before, as by a newer one of its session, is a whole answer without an event.
        """
        is_over = self._closing
        self._opened = True
        await self._send({"type": "http.response.start", "status": 200, "headers": [*_HEADERS, *extra_headers]})
        # An empty piece: servers send the head with the first one.
        await self._send({"type": "http.response.body", "body": b"", "more_body": not is_over})

    async def send(self, data: bytes, *, event: str = "", id: str = "", retry: int | None = None) -> None:  # noqa: A002  SSE's word
        """Send an event and return when it is on its way; nothing happens on a stream that is closed.

        Cancelling the caller does not take back or cut the event.
        """
        if not self.is_open:
            return
        self._put(encode_event(data, event=event, event_id=id, retry=retry))
        await self._written()

    def offer(self, data: bytes, *, event: str = "", id: str = "", retry: int | None = None) -> bool:  # noqa: A002
        """Send an event without waiting; return whether it may arrive.

        With more than ``MAX_PENDING_BYTES`` unread the reader is given up, and the stream ends.
        """
        return self.offer_encoded(encode_event(data, event=event, event_id=id, retry=retry))

    def offer_encoded(self, encoded: bytes) -> bool:
        """Do what ``offer`` does with what ``encode_event`` returned, or with ``KEEP_ALIVE``."""
        if not self.is_open:
            return False
        self._offered_bytes += len(encoded)
        if self._offered_bytes > MAX_PENDING_BYTES:
            self.cut()
            return False
        self._put(encoded)
        return True

    async def close(self, last: bytes | None = None) -> None:
        """End the stream behind all that was sent, and behind ``last``; wait for that, but not long."""
        self.end(last)
        await asyncio.wait({self._closed}, timeout=_LAST_SECONDS)
        self.cut()

    def end(self, last: bytes | None = None) -> None:
        """Do what ``close`` does without waiting."""
        if self._closing:
            return
        if last is not None:
            self._pending.append(encode_event(last))
        self._closing = True
        if not self._opened:
            self._finish()
            return
        self._start_writer()
        asyncio.get_running_loop().call_later(_LAST_SECONDS, self.cut)

    def cut(self) -> None:
        """End the stream now: what is not written yet is lost, and the client sees an answer that is not complete."""
        self._closing = True
        self._pending.clear()
        if self._writer is not None:
            self._writer.cancel()
        self._finish()

    async def hold(self, receive: Receive) -> None:
        """Return once the client has left or the stream has ended. Nothing may be written to it after that."""
        leaving = asyncio.ensure_future(_left(receive))
        try:
            await asyncio.wait({leaving, self._closed}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            self.cut()

    async def wait_closed(self) -> None:
        """Return once the stream has ended."""
        await asyncio.shield(self._closed)

    def _put(self, encoded: bytes) -> None:
        self._pending.append(encoded)
        self._start_writer()

    def _start_writer(self) -> None:
        if self._writer is None:
            self._writer = asyncio.ensure_future(self._write())

    async def _write(self) -> None:
        try:
            while self._pending:
                piece = self._pending[0] if len(self._pending) == 1 else b"".join(self._pending)
                offered_bytes = self._offered_bytes
                self._pending.clear()
                self._writing_since = asyncio.get_running_loop().time()
                await self._send({"type": "http.response.body", "body": piece, "more_body": True})
                self._writing_since = None
                self._offered_bytes -= offered_bytes
            if self._closing:
                await self._send({"type": "http.response.body", "body": b""})
                self._finish()
        except OSError:
            # The connection is gone. Whoever holds the stream hears it from the server.
            self.cut()
        except Exception:
            logger.exception("an event stream could not be written")
            self.cut()
        finally:
            self._writer = None
            self._wake()

    async def _written(self) -> None:
        if self._waiting is None:
            self._waiting = asyncio.get_running_loop().create_future()
        await asyncio.shield(self._waiting)

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
        self._waiting = None

    def _finish(self) -> None:
        if not self._closed.done():
            self._closed.set_result(None)
        self._wake()


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
