"""uvicorn's protocol with our bounds, fed by hand: no socket, and a clock that the test moves."""

import asyncio
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from mcpserver.serving.uvicorn_guard import ARRIVAL_SECONDS, CLOSING_SECONDS, MAX_HEAD_BYTES, GuardedProtocol


class Loop:
    """An event loop's clock and tasks, which never run."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def time(self) -> float:
        return self.now

    def create_task(self, coroutine: Any) -> Any:
        coroutine.close()
        return asyncio.Future(loop=self._real)  # type: ignore[arg-type]

    def call_later(self, *_arguments: object) -> Any:
        return None

    def __getattr__(self, name: str) -> Any:
        if name == "_real":
            self._real = asyncio.new_event_loop()
            return self._real
        raise AttributeError(name)


class Transport:
    def __init__(self) -> None:
        self.written = b""
        self.closed = self.aborted = False

    def write(self, data: bytes) -> None:
        self.written += data

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.aborted = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    def get_extra_info(self, _name: str) -> None:
        return None


async def app(scope: Any, receive: Any, send: Any) -> None: ...


@pytest.fixture
def loop():  # type: ignore[no-untyped-def]
    loop = Loop()
    yield loop
    if "_real" in loop.__dict__:
        loop._real.close()


@pytest.fixture
def connection(loop: Loop) -> GuardedProtocol:
    config = uvicorn.Config(app, log_config=None, ws="none", lifespan="off")
    protocol = GuardedProtocol(config, ServerState(), {}, loop)
    protocol.connection_made(Transport())
    return protocol


REQUEST = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\n"


@pytest.mark.parametrize("arrived", [b"", b"POST / HT", b"POST / HTTP/1.1\r\nhost: a\r\n"])
def test_a_head_that_does_not_arrive_in_time_is_cut(connection: GuardedProtocol, loop: Loop, arrived: bytes) -> None:
    connection.data_received(arrived)
    connection.cut_if_late(loop.now + ARRIVAL_SECONDS)
    assert not connection.transport.is_closing()
    connection.cut_if_late(loop.now + ARRIVAL_SECONDS + 0.1)
    assert connection.transport.is_closing()
    assert connection.transport.written.startswith(b"HTTP/1.1 408 Request Timeout\r\n")  # type: ignore[attr-defined]


def test_trickling_bytes_win_no_time(connection: GuardedProtocol, loop: Loop) -> None:
    for byte in REQUEST[:-2]:
        connection.data_received(bytes([byte]))
        loop.now += 1
        connection.cut_if_late(loop.now)
        if connection.transport.is_closing():
            break
    assert 1_030 < loop.now < 1_033


def test_a_body_that_does_not_arrive_in_time_is_cut(connection: GuardedProtocol, loop: Loop) -> None:
    connection.data_received(REQUEST + b"ab")
    connection.cut_if_late(loop.now + ARRIVAL_SECONDS + 0.1)
    assert connection.transport.is_closing()


def test_a_request_that_has_arrived_may_take_its_time(connection: GuardedProtocol, loop: Loop) -> None:
    """Streams stay open for hours."""
    connection.data_received(REQUEST + b"abcd")
    connection.cut_if_late(loop.now + 100_000)
    assert not connection.transport.is_closing()


def test_a_head_beyond_the_bound_is_refused(connection: GuardedProtocol) -> None:
    connection.data_received(b"GET / HTTP/1.1\r\nhost: a\r\nx: ")
    for _ in range(MAX_HEAD_BYTES // 1_000):
        connection.data_received(b"a" * 1_000)
    assert not connection.transport.is_closing()
    connection.data_received(b"a" * 1_000)
    assert connection.transport.is_closing()
    assert connection.transport.written.startswith(b"HTTP/1.1 431 ")  # type: ignore[attr-defined]


@pytest.mark.parametrize("pieces", [(900_000,), (0, 900_000), (450_000, 450_000), (1, 899_998, 1)])
def test_a_large_body_is_no_large_head(connection: GuardedProtocol, pieces: tuple[int, ...]) -> None:
    begin = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 900000\r\n\r\n"
    for size in pieces:
        connection.data_received(begin + bytes(size))
        begin = b""
    assert not connection.transport.is_closing()


def test_a_connection_whose_end_is_not_read_is_broken(connection: GuardedProtocol, loop: Loop) -> None:
    """What is left for a client that stopped reading would be kept for ever."""
    connection.data_received(REQUEST + b"abcd")
    connection.transport.close()
    connection.cut_if_late(loop.now)
    connection.cut_if_late(loop.now + CLOSING_SECONDS)
    assert not connection.transport.aborted  # type: ignore[attr-defined]
    connection.cut_if_late(loop.now + CLOSING_SECONDS + 0.1)
    assert connection.transport.aborted  # type: ignore[attr-defined]


def test_a_trailer_is_no_header(connection: GuardedProtocol) -> None:
    """RFC 9110 §6.5.1: it would come past a proxy that judges headers."""
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    connection.data_received(head + b"1\r\na\r\n0\r\nAuthorization: Bearer a\r\n\r\n")
    assert [name for name, _ in connection.headers] == [b"host", b"transfer-encoding"]
