"""A Redis of a test's own, which may be killed and started again."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support import needs
from tests.support.ports import free_port
from tests.support.processes import wait_until


class RedisServer:
    """``redis-server`` on a port that stays the same. It keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        self._program, self._folder = needs.program("redis-server"), folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return what ``REDIS_URL`` has to be."""
        return f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """Start it, and return once it listens."""
        arguments = [self._program, "--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(arguments, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(self._is_up, "redis-server did not come up")

    def kill(self) -> None:
        """End it without warning."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _is_up(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self._port), 1).close()
        except OSError:
            return False
        return True


@contextmanager
def redis_server(folder: Path) -> Iterator[RedisServer]:
    """Run one until the block ends."""
    server = RedisServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
