"""The cache that all processes share; while it does not answer, one of this process's own stands in.

What is counted there must go on being counted: a lost Redis locks nobody out, and does not open a door either. Each process
then counts for itself, so that a limit holds for each of them. One that hangs is asked again only every few seconds: with its
time limit on each call, every request would wait for it several times over.
"""

import functools
import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.signals import setting_changed

logger = logging.getLogger(__name__)
T = TypeVar("T")

ASK_AGAIN_SECONDS = 5.0

_OWN = LocMemCache("gatehouse-own", {"OPTIONS": {"MAX_ENTRIES": 100_000}})


class _Rest:
    """Until when the shared cache is left alone, in seconds of the monotonic clock."""

    def __init__(self) -> None:
        self.until = 0.0
        self._lock = threading.Lock()

    def is_over(self) -> bool:
        """Return whether the cache may be asked. Once it is over, one caller tries, and the others wait for what it finds."""
        now = time.monotonic()
        with self._lock:
            if now < self.until:
                return False
            if self.until:
                self.until = now + ASK_AGAIN_SECONDS
            return True

    def begin(self) -> bool:
        """Leave the cache alone for a while; return whether that is new."""
        with self._lock:
            is_new, self.until = not self.until, time.monotonic() + ASK_AGAIN_SECONDS
        return is_new

    def end(self) -> None:
        """Go back to the cache: it has answered."""
        self.until = 0.0


_rest = _Rest()


def use(work: Callable[[BaseCache], T]) -> T:
    """Return what ``work`` does with the shared cache, or with the process's own if that one does not answer."""
    if not _rest.is_over():
        return work(_OWN)
    try:
        found = work(cache)
    except _lost() as error:
        if _rest.begin():
            # Its message may name the host and its password.
            logger.warning("the shared cache does not answer, each process counts for itself: %s", type(error).__name__)
        return work(_OWN)
    if _rest.until:
        _rest.end()
        logger.warning("the shared cache answers again")
    return found


def count(key: str, *, seconds: int) -> int:
    """Count one more under a key that is forgotten after so many seconds; return how many there are now."""

    def work(found: BaseCache) -> int:
        found.add(key, 0, timeout=seconds)
        try:
            return found.incr(key)
        except ValueError:
            # Pushed out between the two calls, by a cache that is full: this is the first again.
            found.set(key, 1, timeout=seconds)
            return 1

    return use(work)


@functools.cache
def _lost() -> tuple[type[Exception], ...]:
    if not settings.REDIS_URL:
        return ()
    from redis.exceptions import RedisError  # costs a start without Redis 75 ms

    return (RedisError,)


def _forget(*, setting: str, **_: object) -> None:
    if setting == "REDIS_URL":
        _lost.cache_clear()


setting_changed.connect(_forget)
