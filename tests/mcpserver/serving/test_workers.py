"""The supervisor, with processes that a test ends at will."""

import signal
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from mcpserver.serving import workers
from mcpserver.serving.workers import Supervisor, restart_delay


class Process:
    """A worker that ends when told; ``deaf`` ignores signals."""

    pid = 4711

    def __init__(self, *, deaf: bool = False) -> None:
        self.status: int | None = None
        self.signals: list[int] = []
        self.deaf = deaf

    def poll(self) -> int | None:
        return self.status

    def send_signal(self, sig: int) -> None:
        self.signals.append(sig)
        if not self.deaf:
            self.status = 0

    def kill(self) -> None:
        self.status = -9

    def wait(self, timeout: float | None = None) -> int:
        if self.status is None:
            raise subprocess.TimeoutExpired("worker", timeout or 0)
        return self.status


class Clock:
    """The monotonic clock, and what happens at its ticks: ``run`` looks after the workers once a tick."""

    def __init__(self) -> None:
        self.now = 100.0
        self.ticks: list[Callable[[], Any]] = []

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(workers, "time", clock)
    return clock


def supervise(
    clock: Clock, spawned: list[Process], *ticks: Callable[[Supervisor], Any], count: int = 2, deaf: bool = False
) -> int:
    """Run a supervisor; after each look the next of ``ticks`` happens, and behind the last one it is stopped."""

    def spawn() -> Process:
        spawned.append(Process(deaf=deaf))
        return spawned[-1]

    supervisor = Supervisor(spawn, count, grace_seconds=10)
    waiting = list(ticks)

    def wait(_seconds: float) -> bool:
        if waiting:
            waiting.pop(0)(supervisor)
        else:
            supervisor.stop()
        return False

    supervisor._stop.wait = wait  # type: ignore[method-assign,assignment]
    return supervisor.run()


def test_every_place_gets_a_process_and_a_stop_drains_all(clock: Clock) -> None:
    spawned: list[Process] = []
    assert supervise(clock, spawned, count=3) == 0
    assert [process.signals for process in spawned] == [[signal.SIGTERM]] * 3


def test_a_fallen_worker_is_replaced_after_a_pause(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    spawned: list[Process] = []
    seen: list[int] = []

    def fall(_: Supervisor) -> None:
        spawned[0].status = -11

    def later(seconds: float) -> Callable[[Supervisor], None]:
        def tick(_: Supervisor) -> None:
            seen.append(len(spawned))
            clock.now += seconds

        return tick

    supervise(clock, spawned, fall, later(0.4), later(0.2), later(0))
    assert seen == [2, 2, 3]
    assert spawned[1].signals == [signal.SIGTERM]
    assert "a worker ended with status -11; another starts in 0.5 s" in caplog.messages


@pytest.mark.parametrize(("falls", "seconds"), [(1, 0.5), (2, 1), (3, 2), (6, 16), (7, 30), (1_000, 30)])
def test_the_pause_doubles_up_to_half_a_minute(falls: int, seconds: float) -> None:
    assert restart_delay(falls) == seconds


def test_a_worker_that_ran_for_long_falls_for_the_first_time_again(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    spawned: list[Process] = []

    def fall_after(seconds: float) -> Callable[[Supervisor], None]:
        def tick(_: Supervisor) -> None:
            clock.now += seconds
            spawned[-1].status = 1

        return tick

    def later(_: Supervisor) -> None:
        clock.now += 31

    supervise(clock, spawned, fall_after(1), later, fall_after(1), later, fall_after(61), later, count=1)
    pauses = [message.rpartition("starts in ")[2] for message in caplog.messages]
    assert pauses == ["0.5 s", "1.0 s", "0.5 s"]


def test_a_worker_that_cannot_start_ends_everything(clock: Clock) -> None:
    """Trying again would only repeat its one line."""
    spawned: list[Process] = []

    def refuse(_: Supervisor) -> None:
        spawned[0].status = 2

    assert supervise(clock, spawned, refuse) == 2
    assert spawned[1].signals == [signal.SIGTERM]
    assert len(spawned) == 2


def test_a_worker_that_does_not_end_is_killed(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    spawned: list[Process] = []
    assert supervise(clock, spawned, count=1, deaf=True) == 0
    assert spawned[0].status == -9
    assert "worker 4711 does not end and is killed" in caplog.messages
