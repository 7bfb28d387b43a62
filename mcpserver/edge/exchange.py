"""One request and its answer on their way through the wrapper: counts, caps, and completes what passes."""

import asyncio

from mcpserver.edge import answers, rules
from mcpserver.edge.head import Head
from mcpserver.edge.response_headers import final_headers
from mcpserver.edge.rules import Refusal
from mcpserver.edge.slots import Slots
from mcpserver.edge.types import Header, Message, Receive, Send
from mcpserver.edge.zones import Zone
from wire import values

# A client that still sends its body when the connection is closed loses the answer with it. So a refused body is read and
# thrown away for a while, as nginx does (`lingering_close`).
_LINGER_BYTES = 4_000_000
_LINGER_SECONDS = 2.0


@values.value
class Frame:
    """What the answer to one request is completed with."""

    zone: Zone
    head: Head
    request_id: str
    defaults: tuple[Header, ...]
    added: tuple[Header, ...]
    max_body_bytes: int


class Exchange:
    """Wraps a server's ``receive`` and ``send`` for one request."""

    __slots__ = ("_frame", "_receive", "_received", "_send", "finished", "gone", "is_stream", "sent_bytes", "slots", "status")

    def __init__(self, frame: Frame, receive: Receive, send: Send) -> None:
        self._frame, self._receive, self._send = frame, receive, send
        self._received = 0
        self.status = 0
        self.sent_bytes = 0
        self.gone = False
        self.finished = False
        self.is_stream = False
        self.slots: Slots | None = None

    def release(self) -> None:
        """Give back this request's slot, if it still holds one."""
        if self.slots is not None:
            self.slots.leave()
            self.slots = None

    async def receive(self) -> Message:
        """Return the server's next message; beyond the body's cap the client is told so, and the app that it left."""
        if self.gone:
            return {"type": "http.disconnect"}
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self.gone = True
            return message
        self._received += len(message.get("body", b""))
        if self._received <= self._frame.max_body_bytes:
            return message
        if not self.status:
            await self.refuse(rules.TOO_LARGE)
        self.gone = True
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Pass the app's message on, its headers completed; drop it if nobody is left to read it."""
        if self.gone or self.finished:
            return
        if message["type"] == "http.response.start":
            message = self._complete(message)
        elif message["type"] == "http.response.body":
            self.sent_bytes += len(message.get("body", b""))
            self.finished = not message.get("more_body", False)
        await self._send(message)

    def _complete(self, message: Message) -> Message:
        self.status = message["status"]
        headers, own = final_headers(message.get("headers", ()), self._frame.defaults, self._frame.added)
        if own.get(b"content-type", b"").startswith(b"text/event-stream"):
            # A stream may stay for hours and costs next to nothing: it must not count as work in progress.
            self.release()
            self.is_stream = True
        return {**message, "headers": headers}

    async def answer(self, status: int, headers: tuple[Header, ...], body: bytes, *, linger: bool = False) -> None:
        """Send an answer of the wrapper's own; ``linger``: read on for a moment before the connection closes."""
        length = () if status == 204 else ((b"content-length", b"%d" % len(body)),)
        await self.send({"type": "http.response.start", "status": status, "headers": (*headers, *length)})
        await self.send({"type": "http.response.body", "body": body, "more_body": linger})
        if linger:
            await self._discard_body()
            await self.send({"type": "http.response.body", "body": b""})

    async def refuse(self, refusal: Refusal) -> None:
        """Send the refusal, in the form that this client reads."""
        head, request_id = self._frame.head, self._frame.request_id
        content_type, body = answers.refusal_body(refusal, self._frame.zone, head.text(b"accept"), request_id)
        headers = (*refusal.headers, (b"content-type", content_type), (b"cache-control", b"no-store"))
        if refusal.status != rules.TOO_LARGE.status:
            await self.answer(refusal.status, headers, body)
            return
        # Who waits for `100 Continue` has sent no body yet and will not.
        linger = b"expect" not in head.values
        await self.answer(refusal.status, (*headers, (b"connection", b"close")), body, linger=linger)

    async def _discard_body(self) -> None:
        limit = self._received + _LINGER_BYTES
        try:
            async with asyncio.timeout(_LINGER_SECONDS):
                while self._received < limit:
                    message = await self._receive()
                    if not message.get("more_body", False):
                        return
                    self._received += len(message.get("body", b""))
        except TimeoutError:
            return
