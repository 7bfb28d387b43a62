"""A client of an event stream, in process: it reads as fast as the test lets it."""

import asyncio

from mcpserver.edge.types import Message


class Client:
    """The other end of an ASGI ``send``. While ``reads`` is cleared, ``send`` waits, as a server's does."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.reads = asyncio.Event()
        self.reads.set()
        self.has_left = asyncio.Event()
        self.got = asyncio.Event()

    async def send(self, message: Message) -> None:
        await self.reads.wait()
        self.messages.append(message)
        self.got.set()

    async def receive(self) -> Message:
        await self.has_left.wait()
        return {"type": "http.disconnect"}

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages)

    @property
    def is_complete(self) -> bool:
        return bool(self.messages) and self.messages[-1] == {"type": "http.response.body", "body": b""}

    async def until(self, text: bytes, *, times: int = 1) -> bytes:
        """Return what came, once ``text`` is in it."""
        async with asyncio.timeout(10):
            while self.body.count(text) < times:
                self.got.clear()
                await self.got.wait()
        return self.body
