"""daphne's request, with the body's cap applied while it arrives, and its answer sent no faster than the client reads."""

import asyncio
from typing import Any

from daphne.http_protocol import HTTPFactory, WebRequest
from twisted.internet import reactor as _reactor

# Typed by an interface that says nothing of its methods' arguments.
reactor: Any = _reactor

MAX_BODY_BYTES = 1_000_000
_LINGER_BYTES = 4_000_000
_LINGER_SECONDS = 2.0


class WriteGate:
    """Twisted's IPushProducer: told to pause while the client does not read. ``opened`` is what a sender waits for."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()
        self.opened.set()

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's names
        self.opened.clear()

    def resumeProducing(self) -> None:  # noqa: N802
        self.opened.set()

    def stopProducing(self) -> None:  # noqa: N802
        self.opened.set()


class Request(WebRequest):  # type: ignore[misc] # daphne is untyped
    """A body over the cap is not collected: the app is asked at once, and the wrapper around it answers 413.

    What the client still sends is then thrown away for a moment, so that it reads the answer instead of a reset.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Nobody reads Twisted's form fields, and finding out costs a third of its time.
        self._parsePOSTFormSubmission = False
        self.gate = WriteGate()
        self._received = 0
        self._asked = False
        self._is_cut = False
        self._last_look: Any = None

    def gotLength(self, length: int | None) -> None:  # noqa: N802
        """Called with the declared length once the head is complete (None: chunked)."""
        too_large = length is not None and length > MAX_BODY_BYTES
        super().gotLength(0 if too_large else length)
        if too_large:
            self._ask_early()

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        """Called with each piece of the body."""
        self._received += len(data)
        if self._is_cut:
            if self._received > MAX_BODY_BYTES + _LINGER_BYTES:
                self.channel.forceAbortClient()
            return
        super().handleContentChunk(data)
        if self._received > MAX_BODY_BYTES:
            self._ask_early()

    def _ask_early(self) -> None:
        self._is_cut = True
        self.channel.persistent = False
        self.requestReceived(self.channel._command, self.channel._path, self.channel._version)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:  # noqa: N802
        """Called when the body is complete, and by us when it will not be."""
        if self._asked:
            self._finish_now()
            return
        self._asked = True
        super().requestReceived(command, path, version)

    def process(self) -> Any:
        """Start the app. There are no WebSockets here: an upgrade that is not offered is ignored (RFC 9110 §7.8)."""
        self.requestHeaders.removeHeader(b"upgrade")
        self.registerProducer(self.gate, True)  # noqa: FBT003 - Twisted's signature
        return super().process()

    @property
    def is_ending(self) -> bool:
        """Return whether the answer is complete and only the connection's end is waited for."""
        return self._last_look is not None

    def finish(self) -> None:
        """End the answer; after a cut body, a little later."""
        if self._is_cut and self._last_look is None:
            self._last_look = reactor.callLater(_LINGER_SECONDS, self._finish_now)
        elif not self._is_cut:
            self._end()

    def _finish_now(self) -> None:
        if self._last_look is not None and not self.finished and self.channel is not None:
            self._end()

    def _end(self) -> None:
        if self._last_look is not None and self._last_look.active():
            self._last_look.cancel()
        self.unregisterProducer()
        super().finish()

    def connectionLost(self, reason: Any) -> None:  # noqa: N802
        """Called when the connection is gone: nobody must wait for it any longer."""
        self.gate.stopProducing()
        super().connectionLost(reason)

    def handle_exception(self, exception: BaseException) -> None:
        """Called when the app raised: too late for an answer once one has begun (daphne would raise in its own loop)."""
        if not self._response_started:
            super().handle_exception(exception)


class Factory(HTTPFactory):  # type: ignore[misc] # daphne is untyped
    """Makes connections that make our requests."""

    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802
        """Return the protocol of one new connection."""
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = Request
        return protocol
