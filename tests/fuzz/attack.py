"""Spoilt requests over real connections, eight at a time, with an honest one among them now and then."""

import asyncio
import contextlib
import json
import re
import time
from collections import Counter
from http import HTTPStatus

from tests.fuzz import corpus, mutations
from tests.fuzz.judge import wrong_in_answer, wrong_in_stream
from tests.fuzz.mutations import Raw
from tests.mcpserver.protocol.samples import JSON_HEADERS, modern_headers, modern_request, request

AT_ONCE = 8
HONEST_EVERY = 50
# An answer that takes longer than this is broken.
PATIENCE_SECONDS = 20
# A stream may go on for ever: it is read for so long.
STREAM_SECONDS = 0.3


class Attack:
    """One run against a server on this machine. ``wrong`` says what broke, each with the number that makes it again."""

    def __init__(self, port: int, seed: int) -> None:
        self._port, self._seed = port, seed
        self._next = 0
        self._session = ""
        self.sent = 0
        self.statuses: Counter[int] = Counter()
        self.wrong: list[str] = []

    def run(self, seconds: float, *, only: int | None = None) -> None:
        """Attack until the time is up or something broke; ``only`` sends one request."""
        asyncio.run(self._one(only) if only is not None else self._all(time.monotonic() + seconds))

    async def _all(self, until: float) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(self._go_on(until))

    async def _go_on(self, until: float) -> None:
        while time.monotonic() < until and not self.wrong:
            number, self._next = self._next, self._next + 1
            await self._one(number)
            if number % HONEST_EVERY == 0:
                await self._honest()

    async def _one(self, number: int) -> None:
        if not self._session:
            await self._open_session()
        method, path, headers, body = mutations.make(self._seed, number)
        pairs = [(name, value.replace(corpus.SESSION, self._session)) for name, value in headers]
        status, fault, _ = await self._ask((method, path, pairs, body))
        if method == "DELETE" and status == HTTPStatus.NO_CONTENT:
            self._session = ""
        self.sent += 1
        self.statuses[status] += 1
        if fault is not None:
            self.wrong.append(f"{fault}: --seed {self._seed} --only {number}: {mutations.make(self._seed, number)}"[:2000])

    async def _honest(self) -> None:
        headers = list(modern_headers("tools/call", "greet").items())
        body = json.dumps(modern_request("tools/call", {"name": "greet", "arguments": {"name": "Ada"}})).encode()
        status, fault, _ = await self._ask(("POST", "/mcp", headers, body))
        if status != 200 or fault is not None:
            self.wrong.append(f"an honest request fails: {status} {fault}")

    async def _open_session(self) -> None:
        params = {
            "protocolVersion": "2025-11-25",
            "capabilities": {"elicitation": {}},
            "clientInfo": {"name": "f", "version": "1"},
        }
        body = json.dumps(request("initialize", params)).encode()
        status, _, head = await self._ask(("POST", "/mcp", list(JSON_HEADERS.items()), body))
        found = re.search(rb"(?i)mcp-session-id: (\S+)", head)
        if status == HTTPStatus.OK and found:
            self._session = found[1].decode()
        else:
            self.wrong.append(f"no session can be opened: {status}")

    async def _ask(self, raw: Raw) -> tuple[int, str | None, bytes]:
        """Return status, what is wrong, and the head of the answer."""
        method, path, headers, body = raw
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: localhost:{self._port}",
            "Connection: close",
            f"Content-Length: {len(body)}",
        ]
        lines += [f"{name}: {value}" for name, value in headers]
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=2**24)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                writer.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
                # Only what is posted is answered; the body of a GET says nothing.
                answered = _answered_id(headers, body) if method == "POST" else None
                return await _read(reader, has_body=method != "HEAD", request_id=answered)
        except TimeoutError:
            return -1, f"no answer within {PATIENCE_SECONDS} seconds", b""
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def _read(reader: asyncio.StreamReader, *, has_body: bool, request_id: object) -> tuple[int, str | None, bytes]:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return 0, wrong_in_answer(0, b"", b""), b""
    status = int(head.split(b" ", 2)[1])
    if not has_body:
        return status, wrong_in_answer(status, b"", b""), head
    if b"text/event-stream" in head:
        received, has_ended = await _stream(reader)
        return status, wrong_in_stream(head, received, has_ended=has_ended, request_id=request_id), head
    return status, wrong_in_answer(status, head, await _body(reader, head)), head


async def _stream(reader: asyncio.StreamReader) -> tuple[bytes, bool]:
    """Return what comes of a stream within ``STREAM_SECONDS``, and whether that is all."""
    received = b""
    try:
        async with asyncio.timeout(STREAM_SECONDS):
            while piece := await reader.read(65_536):
                received += piece
    except TimeoutError:
        return received, False
    except ConnectionError:
        pass
    return received, True


def _answered_id(headers: list[tuple[str, str]], body: bytes) -> object:
    """Return the id whose answer must come before the stream's end; None within a session, where others take requests back."""
    if any(name == "Mcp-Session-Id" for name, _ in headers):
        return None
    with contextlib.suppress(ValueError):
        message = json.loads(body)
        if isinstance(message, dict):
            return message.get("id")
    return None


async def _body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    try:
        body = await reader.read(-1)
    except ConnectionError:
        return b""
    return b"{}" if not body and b"content-length: 0" in head.lower() else body
