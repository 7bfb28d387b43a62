"""uvicorn's HTTP protocol, with bounds on a request's head and on the time that a request may take to arrive."""

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

MAX_HEAD_BYTES = 65_536
ARRIVAL_SECONDS = 30.0
# What is left to be sent on a connection that is to end; a client that does not read it would keep the connection for ever.
CLOSING_SECONDS = 10.0


class GuardedProtocol(HttpToolsProtocol):
    """Refuses a head that does not end (431), and cuts a request that has not arrived whole in time.

    uvicorn itself keeps both for as long as bytes trickle in. Between requests its own keep-alive timer rules.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._arriving_since: float | None = None
        self._closing_since: float | None = None
        self._head_is_open = True
        self._head_bytes = 0
        self._heads = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._arriving_since = self.loop.time()

    def data_received(self, data: bytes) -> None:
        was_in_head, heads = self._head_is_open, self._heads
        super().data_received(data)
        if not was_in_head or self._heads != heads:
            # These data held some of a body, which has its own cap.
            self._head_bytes = 0
            return
        self._head_bytes += len(data)
        if self._head_bytes > MAX_HEAD_BYTES:
            self._cut(b"431 Request Header Fields Too Large")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._arriving_since = self.loop.time()

    def on_header(self, name: bytes, value: bytes) -> None:
        # Behind the body it is a trailer, and no header of the request (RFC 9110 §6.5.1): a proxy has not looked at it.
        if self._head_is_open:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._head_is_open = False
        self._heads += 1
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._arriving_since = None
        self._head_is_open = True

    def cut_if_late(self, now: float) -> None:
        """Close the connection if its request began to arrive too long ago, and break it if its end takes too long.

        ``now`` is the event loop's time.
        """
        if self.transport.is_closing():
            self._closing_since = self._closing_since or now
            if now - self._closing_since > CLOSING_SECONDS:
                self.transport.abort()
            return
        if self._arriving_since is not None and now - self._arriving_since > ARRIVAL_SECONDS:
            self._cut(b"408 Request Timeout")

    def _cut(self, status: bytes) -> None:
        if self.transport.is_closing():
            return
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or cycle.response_complete:
            self.transport.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()
