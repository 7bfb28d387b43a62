"""Servers as separate processes, as an operator runs them."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.ports import free_port

PROJECT = Path(__file__).resolve().parents[2]
START_SECONDS = 30
STOP_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Running:
    """A server process: where it listens, and the file that collects all that it writes."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def output(self) -> str:
        """Return what it has written so far, on both streams."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def connect(self, *, receive_buffer: int | None = None) -> socket.socket:
        """Return a new connection; ``receive_buffer`` in bytes makes a client that can hold little."""
        connection = socket.socket()
        try:
            if receive_buffer is not None:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            connection.settimeout(START_SECONDS)
            connection.connect(("127.0.0.1", self.port))
        except OSError:
            connection.close()
            raise
        return connection

    def ask(self, request: bytes) -> bytes:
        """Send raw bytes and return all that comes back until the server closes or 30 s pass."""
        with self.connect() as connection:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it may refuse before it has read all
                connection.sendall(request)
            return read_to_end(connection)

    def get(self, path: str) -> tuple[int, bytes]:
        """Return status and body."""
        answer = self.ask(f"GET {path} HTTP/1.1\r\nHost: localhost:{self.port}\r\nConnection: close\r\n\r\n".encode())
        head, _, body = answer.partition(b"\r\n\r\n")
        return int(head.split()[1]), body

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def wait(self) -> int:
        """Return the exit status, once it has ended."""
        return self.process.wait(STOP_SECONDS)

    def wait_for_output(self, text: str) -> None:
        """Return once the process has written ``text``."""
        wait_until(lambda: text in self.output, f"no {text!r} in the output:\n{self.output}")


def read_to_end(connection: socket.socket) -> bytes:
    """Return everything until the other side closes."""
    received = b""
    while chunk := connection.recv(65_536):
        received += chunk
    return received


def wait_until(is_so: Callable[[], bool], failure: str, seconds: float = START_SECONDS) -> None:
    """Return once ``is_so()`` is true; fail with ``failure`` when it does not become so."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, failure
        time.sleep(0.02)


@contextmanager
def running(
    arguments: Sequence[str], folder: Path, *, port: int | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """Run ``python arguments…``, ``{port}`` in them replaced; kill the process at the end if the test has left it running."""
    port = port or free_port()
    log = folder / f"server-{port}.log"
    with log.open("ab") as stream:
        process = subprocess.Popen(
            [sys.executable, *(argument.format(port=port) for argument in arguments)],
            cwd=PROJECT,
            env={**os.environ, **(environment or {})},
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Running(process, port, log)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
