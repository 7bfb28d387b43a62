"""Failures are slowed, and never what is right. Time is set, never waited for."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.core.cache import cache

from oauth_bridge import failed_attempts
from oauth_bridge.failed_attempts import FREE, note, wait_seconds
from oauth_bridge.throttle import Throttled


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """Return a clock whose ``now`` can be set."""
    cache.clear()
    clock = SimpleNamespace(now=1_700_000_000)
    clock.time = lambda: clock.now
    monkeypatch.setattr(failed_attempts, "time", clock)
    yield clock
    cache.clear()


def held_back(client_id: str = "a", address: str = "192.0.2.1") -> int:
    """Return the seconds that a failure has to wait, 0 where it is told."""
    try:
        note(address, client_id)
    except Throttled as error:
        return error.retry_after
    return 0


def test_the_first_failures_are_told_then_waits_grow(clock: SimpleNamespace) -> None:
    """After each wait the precise error is heard once: a client must be able to learn from it."""
    assert [held_back() for _ in range(FREE)] == [0] * FREE
    heard = []
    for _ in range(4):
        wait = held_back()
        heard.append(wait)
        clock.now += wait - 1
        assert held_back() == 1
        clock.now += 1
        assert held_back() == 0
    assert heard == [2, 4, 8, 16]


def test_each_client_at_each_address_counts_alone(clock: SimpleNamespace) -> None:
    for _ in range(FREE):
        held_back()
    assert held_back() > 0
    assert held_back("b") == 0
    assert held_back(address="192.0.2.2") == 0


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (FREE - 1, 0), (FREE, 2), (FREE + 1, 4), (FREE + 7, 256), (FREE + 8, 300), (10**6, 300)]
)
def test_how_long_a_wait_is(failures: int, seconds: int) -> None:
    assert wait_seconds(failures) == seconds
