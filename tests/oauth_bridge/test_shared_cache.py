"""While the shared cache does not answer, each process counts for itself: nobody is locked out, and no limit is lifted."""

import logging
import socket
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.redis import RedisCache
from pytest_django import Settings
from redis.exceptions import ConnectionError as RedisUnreachable
from redis.exceptions import TimeoutError as RedisSilent

from mcpserver import settings as product
from oauth_bridge import shared_cache, throttle

MINUTE = 1_700_000_040


class Clock:
    """The two clocks of Python, which stand until they are moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        """Return the time that was set."""
        return self.now

    def time(self) -> float:
        """Return the same moment since the epoch."""
        return MINUTE + self.now


class Unreachable:
    """A cache whose server is gone. ``asked`` is how often it was tried."""

    def __init__(self) -> None:
        self.asked = 0

    def _fail(self, *_: object, **__: object) -> bool:
        self.asked += 1
        raise RedisUnreachable("redis://:password@10.0.0.1 refused")

    add = get = set = incr = _fail


class Forgetful:
    """A cache that forgets between two calls."""

    def add(self, *_: object, **__: object) -> bool:
        """Pretend to keep."""
        return True

    def incr(self, key: str) -> int:
        """Fail as Django's caches do on a key that is not there."""
        raise ValueError(f"Key {key!r} not found")

    def set(self, *_: object, **__: object) -> None:
        """Pretend to keep."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[Clock]:
    """Return a clock, with a Redis in the settings, and three sign-ins a minute."""
    found = Clock()
    for module in (shared_cache, throttle):
        monkeypatch.setattr(module, "time", found)
    monkeypatch.setattr(shared_cache, "_rest", shared_cache._Rest())
    settings.REDIS_URL = "redis://:password@10.0.0.1"
    settings.RATE_LOGIN = (3, 60)
    cache.clear()
    shared_cache._OWN.clear()
    yield found
    shared_cache._OWN.clear()
    cache.clear()


def refused(times: int) -> list[bool]:
    answers = []
    for _ in range(times):
        try:
            throttle.check("LOGIN", "192.0.2.1")
            answers.append(False)
        except throttle.Throttled:
            answers.append(True)
    return answers


def test_a_lost_cache_locks_nobody_out_and_lifts_no_limit(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(shared_cache, "cache", Unreachable())
    with caplog.at_level(logging.WARNING, logger=shared_cache.logger.name):
        assert refused(5) == [False] * 3 + [True] * 2
    (told,) = caplog.records
    assert told.getMessage() == "the shared cache does not answer, each process counts for itself: ConnectionError"


def test_a_cache_that_is_away_is_asked_again_only_now_and_then(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each try may take as long as its time limit: a request must not wait for several of them."""
    lost = Unreachable()
    monkeypatch.setattr(shared_cache, "cache", lost)
    refused(5)
    assert lost.asked == 1
    clock.now += shared_cache.ASK_AGAIN_SECONDS
    refused(5)
    assert lost.asked == 2


def test_while_one_tries_again_the_others_do_not(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[BaseCache] = []
    monkeypatch.setattr(shared_cache, "cache", Unreachable())
    refused(1)
    clock.now += shared_cache.ASK_AGAIN_SECONDS

    def meanwhile(found: BaseCache) -> None:
        seen.append(found)
        if len(seen) == 1:
            shared_cache.use(meanwhile)

    shared_cache.use(meanwhile)
    assert [found is shared_cache._OWN for found in seen] == [False, True]


def test_when_it_answers_again_it_counts_again(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as away:
        away.setattr(shared_cache, "cache", Unreachable())
        assert refused(4) == [False] * 3 + [True]
    clock.now += shared_cache.ASK_AGAIN_SECONDS
    assert refused(4) == [False] * 3 + [True]
    assert caplog.records[-1].getMessage() == "the shared cache answers again"


def test_a_counter_that_was_pushed_out_begins_anew(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_cache, "cache", Forgetful())
    assert [shared_cache.count("k", seconds=60) for _ in range(3)] == [1, 1, 1]


def test_a_redis_that_accepts_and_says_nothing_is_given_up() -> None:
    """Without the time limits this test would hang, as every sign-in would."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hanging = RedisCache(f"redis://127.0.0.1:{silent.getsockname()[1]}", {"OPTIONS": dict(product.REDIS_PATIENCE)})
        with pytest.raises(RedisSilent):
            hanging.get("anything")
