"""Both servers as processes, seen from a socket: bounds on what comes in, patience with slow readers, a clean end."""

import signal
import socket
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.support import tiny_server
from tests.support.processes import Running, read_to_end, running, wait_until

SERVERS = ["uvicorn", "daphne"]


def tiny(server: str, folder: Path, *, grace_seconds: int = 10) -> AbstractContextManager[Running]:
    return running(["-m", "tests.support.tiny_server", server, "{port}", str(grace_seconds)], folder)


def is_listening(server: Running) -> bool:
    try:
        server.connect().close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A running server, shared by the tests that leave it as it was."""
    with tiny(request.param, tmp_path_factory.mktemp(request.param)) as process:
        wait_until(lambda: is_listening(process), "it does not listen")
        yield process


def head(server: Running, method: str, path: str, *lines: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: localhost:{server.port}", *lines, "", ""]).encode()


def chunked(body: bytes) -> bytes:
    pieces = [body[start : start + 50_000] for start in range(0, len(body), 50_000)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_a_body_within_the_cap_arrives_whole(server: Running) -> None:
    body = bytes(1_000_000)
    answer = server.ask(head(server, "POST", "/echo", "Content-Length: 1000000", "Connection: close") + body)
    assert answer.endswith(b"\r\n\r\n1000000")
    answer = server.ask(head(server, "POST", "/echo", "Transfer-Encoding: chunked", "Connection: close") + chunked(body))
    assert answer.endswith(b"1000000")


def test_a_declared_body_over_the_cap_is_refused_at_its_header(server: Running) -> None:
    """Not a byte of the body is sent: the answer does not wait for it."""
    with server.connect() as connection:
        connection.sendall(head(server, "POST", "/mcp", "Content-Length: 100000000"))
        answer = read_to_end(connection)
    assert status(answer) == 413
    assert b'"jsonrpc"' in answer


@pytest.mark.parametrize("form", ["declared", "chunked"])
def test_a_client_that_sends_too_large_a_body_still_reads_the_answer(server: Running, form: str) -> None:
    body = bytes(3_000_000)
    if form == "declared":
        request = (
            head(server, "POST", "/echo", "Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}")
            + body
        )
    else:
        request = head(server, "POST", "/echo", "Transfer-Encoding: chunked") + chunked(body)
    answer = server.ask(request)
    assert status(answer) == 413
    assert b"connection: close" in answer.lower()
    assert server.get("/")[0] == 200


def test_an_endless_body_is_cut(server: Running) -> None:
    sent = send_until_cut(
        server, head(server, "POST", "/echo", "Transfer-Encoding: chunked"), b"10000\r\n" + bytes(65_536) + b"\r\n"
    )
    assert sent < 20_000_000
    assert server.get("/")[0] == 200


def send_until_cut(server: Running, begin: bytes, piece: bytes) -> int:
    """Send ``piece`` again and again; return how many bytes of it were taken before the server had enough."""
    sent = 0
    with server.connect() as connection:
        connection.sendall(begin)
        while sent < 100_000_000:
            try:
                connection.sendall(piece)
            except (BrokenPipeError, ConnectionResetError):
                break
            sent += len(piece)
    return sent


def test_several_requests_share_a_connection(server: Running) -> None:
    with server.connect() as connection:
        for body in (b"a", b"bb"):
            connection.sendall(head(server, "POST", "/echo", f"Content-Length: {len(body)}") + body)
            answer = b""
            while b"\r\n\r\n" not in answer or not answer.endswith(b"%d" % len(body)):
                answer += connection.recv(4_096)
            assert status(answer) == 200


@pytest.mark.parametrize(
    "request_text",
    [
        b"NOT HTTP\r\n\r\n",
        b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",  # no Host
        b"GET /%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET /%ff HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET /a%5cb HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: a\x00b\r\nConnection: close\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab",
        (
            b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n"
            b"Connection: close\r\n\r\n0\r\n\r\n"
        ),  # request smuggling (RFC 9112 §6.3)
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nnothex\r\n",
    ],
)
def test_malformed_requests_get_400_and_the_next_one_is_served(server: Running, request_text: bytes) -> None:
    """Study of advisories, CVE-2025-53365: every malformed case is followed by an honest request."""
    assert status(server.ask(request_text)) == 400
    assert server.get("/")[0] == 200
    assert "Traceback" not in server.output


def test_a_head_that_does_not_end_is_refused(server: Running) -> None:
    begin = f"GET / HTTP/1.1\r\nHost: localhost:{server.port}\r\n".encode()
    sent = send_until_cut(server, begin, b"X-Filler: " + b"a" * 1_000 + b"\r\n")
    assert sent < 8_000_000
    assert server.get("/")[0] == 200


def test_a_websocket_is_not_opened(server: Running) -> None:
    answer = server.ask(
        head(
            server,
            "GET",
            "/mcp",
            "Connection: Upgrade, close",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: eA==",
        )
    )
    assert status(answer) != 101


def test_a_root_path_from_the_client_is_ignored(server: Running) -> None:
    answer = server.ask(head(server, "GET", "/x", "Daphne-Root-Path: /root", "Connection: close"))
    assert answer.endswith(b"\r\n\r\nhello")


def test_the_server_does_not_name_itself(server: Running) -> None:
    answer = server.ask(head(server, "GET", "/", "Connection: close")).lower()
    assert b"\r\nserver:" not in answer
    assert b"\r\nx-content-type-options: nosniff\r\n" in answer


def test_an_answer_that_its_app_leaves_incomplete_is_cut(server: Running) -> None:
    """RFC 9112 §8: the client must see that something is missing, not wait for it."""
    began = time.monotonic()
    answer = server.ask(head(server, "GET", "/half"))
    assert answer.endswith(b"12345")
    assert b"content-length: 10" in answer.lower()
    assert time.monotonic() - began < 4


def test_a_slow_reader_slows_the_app_and_not_the_others(server: Running) -> None:
    """Without back-pressure the whole answer (131 MB) would wait in this server's memory."""
    before = int(server.get("/written")[1])
    with server.connect(receive_buffer=65_536) as connection:
        connection.sendall(head(server, "GET", "/big"))
        connection.recv(1_000)
        written = -1
        while (now := int(server.get("/written")[1])) != written:
            written = now
            time.sleep(0.2)
        assert 0 < written - before < 20_000_000
        received = 1_000
        while received < 30_000_000:
            received += len(connection.recv(1_000_000))
        assert int(server.get("/written")[1]) - before > 20_000_000


# --- the end ---


@pytest.mark.parametrize("server_name", SERVERS)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_at_a_signal_requests_finish_streams_say_goodbye_and_the_exit_is_clean(
    server_name: str, number: signal.Signals, tmp_path: Path
) -> None:
    with tiny(server_name, tmp_path) as server:
        wait_until(lambda: is_listening(server), "it does not listen")
        with server.connect() as idle, server.connect() as held, server.connect() as stream:
            idle.sendall(head(server, "GET", "/"))
            assert status(idle.recv(65_536)) == 200
            stream.sendall(head(server, "GET", "/stream"))
            received = b""
            while b": open" not in received:
                received += stream.recv(65_536)
            held.sendall(head(server, "POST", "/hold", "Content-Length: 0"))
            server.get("/")  # what was sent before has arrived before
            began = time.monotonic()
            server.signal(number)
            assert read_to_end(held).endswith(b"finished")
            assert b"data: goodbye" in read_to_end(stream)
            assert server.wait() == 0
            assert time.monotonic() - began < 5, "an idle connection held the exit"
        assert not is_listening(server)
        assert "Traceback" not in server.output


@pytest.mark.parametrize("server_name", SERVERS)
def test_a_request_that_never_ends_is_cut_when_the_grace_is_over(server_name: str, tmp_path: Path) -> None:
    with tiny(server_name, tmp_path, grace_seconds=1) as server:
        wait_until(lambda: is_listening(server), "it does not listen")
        with server.connect() as stuck:
            stuck.sendall(head(server, "GET", "/never"))
            server.get("/")
            began = time.monotonic()
            server.signal(signal.SIGTERM)
            assert server.wait() == 0
            assert 0.9 < time.monotonic() - began < 6
            assert b"200" not in read_to_end_or_reset(stuck)


@pytest.mark.parametrize("server_name", SERVERS)
def test_a_second_signal_ends_at_once(server_name: str, tmp_path: Path) -> None:
    with tiny(server_name, tmp_path, grace_seconds=60) as server:
        wait_until(lambda: is_listening(server), "it does not listen")
        with server.connect() as stuck:
            stuck.sendall(head(server, "GET", "/never"))
            server.get("/")
            server.signal(signal.SIGINT)
            wait_until(lambda: not is_listening(server), "it still listens")
            server.signal(signal.SIGINT)
            began = time.monotonic()
            assert server.wait() == 1
            assert time.monotonic() - began < 2


def read_to_end_or_reset(connection: socket.socket) -> bytes:
    try:
        return read_to_end(connection)
    except ConnectionResetError:
        return b""


def test_the_big_answer_is_larger_than_all_buffers_together() -> None:
    """What the test of the slow reader relies on."""
    assert len(tiny_server.CHUNK) * tiny_server.ENDLESS > 100_000_000
