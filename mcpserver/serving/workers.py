"""Several worker processes on one socket: started, watched, restarted when they fall, drained together."""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mcpserver.serving.refusal import EXIT_CANNOT_START
from mcpserver.serving.signals import stopping

_log = logging.getLogger("gatehouse.workers")

_LOOK_SECONDS = 0.2
_KILL_AFTER_SECONDS = 5
_MAX_DELAY_SECONDS = 30.0
_SETTLED_SECONDS = 60.0


class Process(Protocol):
    """What is needed of a ``subprocess.Popen``."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def send_signal(self, sig: int) -> None: ...
    def kill(self) -> None: ...
    def wait(self, timeout: float | None = None) -> int: ...


@dataclass(slots=True)
class _Place:
    """One worker's place; its process changes. Times are of the monotonic clock."""

    process: Process | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    falls: int = 0


def restart_delay(falls: int) -> float:
    """Return the seconds to wait before the next start, after so many falls in a row: 0.5, 1, 2, … up to 30."""
    return min(_MAX_DELAY_SECONDS, 0.5 * 2.0 ** min(falls - 1, 10))


class Supervisor:
    """Keeps ``count`` processes running until told to stop."""

    def __init__(self, spawn: Callable[[], Process], count: int, *, grace_seconds: float) -> None:
        self._spawn = spawn
        self._places = [_Place() for _ in range(count)]
        self._grace_seconds = grace_seconds
        self._stop = threading.Event()

    def run(self) -> int:
        """Return the exit status: 0 after a stop, that of a worker that cannot start at all."""
        with stopping(self._stop.set, self._kill):
            status = 0
            while not self._stop.is_set() and status == 0:
                status = self._look_after_all(time.monotonic())
                self._stop.wait(_LOOK_SECONDS)
            self._drain()
        return status

    def stop(self) -> None:
        """End ``run``."""
        self._stop.set()

    def _look_after_all(self, now: float) -> int:
        for place in self._places:
            if place.process is not None and (status := place.process.poll()) is not None:
                if status == EXIT_CANNOT_START:
                    return status
                self._note_fall(place, status, now)
            if place.process is None and now >= place.start_at:
                place.process, place.started_at = self._spawn(), now
        return 0

    @staticmethod
    def _note_fall(place: _Place, status: int, now: float) -> None:
        place.falls = 1 if now - place.started_at > _SETTLED_SECONDS else place.falls + 1
        place.process, place.start_at = None, now + restart_delay(place.falls)
        _log.error("a worker ended with status %d; another starts in %.1f s", status, place.start_at - now)

    def _drain(self) -> None:
        running = [place.process for place in self._places if place.process is not None and place.process.poll() is None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + self._grace_seconds + _KILL_AFTER_SECONDS
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _log.error("worker %d does not end and is killed", process.pid)
                process.kill()
                process.wait()

    def _kill(self) -> None:
        for place in self._places:
            if place.process is not None:
                place.process.kill()


def run(server: str, listener: socket.socket, count: int, *, project: Path, grace_seconds: float) -> int:
    """Serve with ``count`` processes until SIGINT or SIGTERM; return the exit status.

    Each is a fresh interpreter: a forked one would inherit threads, pools and an event loop's state. ``project`` is the
    folder that holds the packages.
    """
    lifeline, parents_end = os.pipe()
    command = [sys.executable, "-m", "mcpserver.serving.worker", server, str(listener.fileno()), str(lifeline)]
    path = os.pathsep.join(filter(None, (str(project), os.environ.get("PYTHONPATH", ""))))

    def spawn() -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own module, with arguments of our own
            command,
            pass_fds=(listener.fileno(), lifeline),
            env={**os.environ, "PYTHONPATH": path},
            # Ctrl-C in a terminal reaches the whole group: the parent alone is to pass it on.
            start_new_session=True,
        )

    try:
        return Supervisor(spawn, count, grace_seconds=grace_seconds).run()
    finally:
        os.close(parents_end)
        os.close(lifeline)
