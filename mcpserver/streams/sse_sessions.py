"""Streams of HTTP+SSE (MCP 2024-11-05 basic/transports), and the way to them from whichever process took the POST."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from mcpserver.streams import bus
from mcpserver.streams.sse import EventStream
from oauth_bridge import sealing

NOTE = "sse"
EVENT = "message"
# What may wait for a reader of what other processes answered: those do not wait for it, and a stream takes all that is sent.
MAX_WAITING_BYTES = 8_000_000

_open: dict[str, EventStream] = {}
_writing: set[asyncio.Task[None]] = set()


def attach(session_key: str, stream: EventStream) -> Callable[[], None]:
    """Carry a session's messages to its stream from now on, until the returned function is called."""

    waiting_bytes = 0

    async def send(data: bytes) -> None:
        nonlocal waiting_bytes
        try:
            await stream.send(data, event=EVENT)
        finally:
            waiting_bytes -= len(data)

    def heard(payload: dict[str, str]) -> None:
        nonlocal waiting_bytes
        if stream.is_closed:
            return
        with suppress(sealing.Unsealable):
            data = sealing.unseal(payload["sealed"].encode()).encode()
            waiting_bytes += len(data)
            if waiting_bytes > MAX_WAITING_BYTES:
                stream.cut()
            # A task for each, begun in order: an answer may be larger than what a stream takes without waiting.
            task = asyncio.ensure_future(send(data))
            _writing.add(task)
            task.add_done_callback(_writing.discard)

    unsubscribe = bus.subscribe(NOTE, session_key, heard)
    _open[session_key] = stream

    def detach() -> None:
        unsubscribe()
        _open.pop(session_key, None)

    return detach


async def write(session_key: str, data: bytes) -> None:
    """Send a message on a session's stream; nothing happens if it has ended."""
    stream = _open.get(session_key)
    if stream is not None:
        await stream.send(data, event=EVENT)
        return
    # Sealed: an answer is one person's, and the row stays for minutes.
    sealed = await asyncio.to_thread(sealing.seal, data.decode())
    await bus.publish(NOTE, session_key, {"sealed": sealed.decode()})
