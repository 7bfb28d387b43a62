"""The simulator as a server: in a thread of its own for tests and ``make run``, or in the foreground as a program."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import uvicorn

from oauth_bridge.github.simulator.app import App
from oauth_bridge.github.simulator.controls import Controls
from oauth_bridge.github.simulator.hosts import is_loopback
from oauth_bridge.github.simulator.state import State
from oauth_bridge.github.simulator.tokens import DEVELOPMENT_KEY

MAX_PORT = 65_535
_START_SECONDS = 10


class _Server(uvicorn.Server):
    def __init__(self, state: State) -> None:
        super().__init__(
            uvicorn.Config(
                App(state), lifespan="off", ws="none", loop="asyncio", log_config=None, access_log=False, server_header=False
            )
        )
        self.state = state
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # A request that a fault holds would hold the shutdown as well.
        self.state.faults.close()
        await super().shutdown(sockets)


class Simulator(Controls):
    """A GitHub of one's own on loopback.

        with Simulator() as simulator:
            settings.GITHUB_URL, settings.GITHUB_API_URL = simulator.url, simulator.api_url
            callback = simulator.approve(authorize_url, login="alice")

    ``now`` gives seconds since the epoch; a test may set it.
    """

    def __init__(self, *, host: str = "127.0.0.1", key: bytes = DEVELOPMENT_KEY, now: Callable[[], float] = time.time) -> None:
        if not is_loopback(host):
            raise ValueError("the GitHub simulator listens on loopback addresses only")
        super().__init__(State(key=key, now=now))
        self._host = host
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def start(self, port: int = 0) -> Self:
        """Serve in a thread until ``stop``; return at once when it answers. Port 0 takes a free one.

        Raises:
            OSError: the port is in use.
            ValueError: there is no such port.
            RuntimeError: it runs already, or it does not come up.
        """
        if self._thread is not None:
            raise RuntimeError("the GitHub simulator is running already")
        listener, server = self._listen(port)
        thread = threading.Thread(
            target=lambda: asyncio.run(server.serve(sockets=[listener])), name="github-simulator", daemon=True
        )
        thread.start()
        if not server.ready.wait(_START_SECONDS):
            raise RuntimeError("the GitHub simulator did not start")
        self._server, self._thread = server, thread
        return self

    def stop(self) -> None:
        """End the thread, its connections and its socket; harmless when it does not run."""
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = True
        self._thread.join()
        self._server = self._thread = None

    def serve_forever(self, port: int, *, announce: Callable[[str], None]) -> None:
        """Serve in the calling thread until SIGINT or SIGTERM; ``announce`` hears the URL once it is known.

        Raises:
            OSError: the port is in use.
            ValueError: there is no such port.
        """
        listener, server = self._listen(port)
        announce(self.url)
        asyncio.run(server.serve(sockets=[listener]))

    def __enter__(self) -> Self:
        return self if self._thread is not None else self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _listen(self, port: int) -> tuple[socket.socket, _Server]:
        if not 0 <= port <= MAX_PORT:
            raise ValueError(f"a port is a number from 0 to {MAX_PORT}")
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listener = socket.create_server((self._host, port), family=family)
        # asyncio sets this only on sockets that name their protocol, which create_server's do not; without it each answer
        # waits 40 ms for the peer's delayed acknowledgement. Accepted sockets inherit it.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.state.faults.open()
        name = f"[{self._host}]" if ":" in self._host else self._host
        self._url = f"http://{name}:{listener.getsockname()[1]}"
        return listener, _Server(self.state)
