"""Faults on demand: which requests they hit, and how long they hold them."""

import asyncio
import threading
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from oauth_bridge.github.simulator.messages import Message, Receive

Kind = Literal[
    "slow", "hang", "status", "invalid_json", "wrong_types", "null", "html", "huge", "redirect", "sso", "scope", "secondary"
]
KINDS: tuple[str, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to requests whose path starts with ``path``.

    ``times``: how many requests it hits; None means until reset. ``seconds`` belongs to ``slow``, ``status`` to ``status``,
    ``retry_after`` (seconds) to a ``status`` of 403 or 429, ``location`` to ``redirect`` and ``sso``.
    """

    path: str
    kind: Kind
    times: int | None = 1
    seconds: float = 1.0
    status: int = 500
    retry_after: int = 60
    location: str = ""


class Faults:
    """The faults that wait for their request, and the requests that wait for the end of a fault.

    Set from a test's thread and read in the server's: hence the lock.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []
        self._held: set[asyncio.Future[None]] = set()
        self._closed = False

    def add(self, fault: Fault) -> None:
        """Arm a fault. The first armed hits first."""
        with self._lock:
            self._waiting.append(fault)

    def take(self, path: str) -> Fault | None:
        """Return the fault that hits a request of ``path``, and count it."""
        with self._lock:
            fault = next((waiting for waiting in self._waiting if path.startswith(waiting.path)), None)
            if fault is not None and fault.times is not None:
                place = self._waiting.index(fault)
                left = replace(fault, times=fault.times - 1)
                self._waiting[place : place + 1] = [left] if left.times else []
            return fault

    @property
    def holding(self) -> int:
        """Return how many requests are held at this moment."""
        return len(self._held)

    def clear(self) -> None:
        """Disarm all faults and let go of the requests that they hold."""
        with self._lock:
            self._waiting.clear()
        self.release()

    def release(self) -> None:
        """Let go of all requests that ``hold`` holds. Callable from any thread."""
        with self._lock:
            for held in self._held:
                held.get_loop().call_soon_threadsafe(_let_go, held)

    def close(self) -> None:
        """Hold nobody from now on: the server is going down."""
        self._closed = True
        self.release()

    def open(self) -> None:
        """Hold again: the server is coming up."""
        self._closed = False

    async def hold(self, receive: Receive, seconds: float | None) -> bool:
        """Wait for ``seconds`` (None: until released); return False when the client hung up before the end."""
        gone: asyncio.Task[Message] = asyncio.ensure_future(_next(receive))
        held: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        with self._lock:
            self._held.add(held)
            if self._closed:
                held.set_result(None)
        try:
            waiting: set[asyncio.Future[Any]] = {gone, held}
            await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            return not gone.done()
        finally:
            with self._lock:
                self._held.discard(held)
            gone.cancel()


async def _next(receive: Receive) -> Message:
    return await receive()


def _let_go(held: asyncio.Future[None]) -> None:
    if not held.done():
        held.set_result(None)
