"""When a fetch may be made at all: few at once, not again and again from a site that fails, never from a blocked host."""

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.core.cache import cache
from redis.exceptions import RedisError

from oauth_bridge.documents import hosts
from oauth_bridge.documents.fetch import Fetcher, FetchFailed
from oauth_bridge.models import ClientHost
from oauth_bridge.protocol import client_urls
from oauth_bridge.protocol.client_documents import InvalidDocument

logger = logging.getLogger(__name__)
T = TypeVar("T")

MAX_AT_ONCE = 4
# For the known hosts apart: slow sites of strangers must not keep the clients of most people waiting.
_slots = {is_known: threading.BoundedSemaphore(MAX_AT_ONCE) for is_known in (True, False)}

BACK_OFF_SECONDS = 30
MAX_BACK_OFF_SECONDS = 3600

fetcher = Fetcher()


class NotTried(FetchFailed):
    """The site failed a short time ago, and is left alone for a while."""


class Busy(NotTried):
    """As many fetches as are allowed are under way."""


@dataclass(frozen=True, slots=True)
class Fetched(Generic[T]):
    """What a site gave: ``value`` as it was read from ``body``. ``is_new`` is False where the site confirmed the old body."""

    value: T
    body: str
    is_new: bool
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Failures:
    count: int
    until: float


def get(url: str, *, max_bytes: int, read: Callable[[bytes], T], known_body: str | None = None, etag: str = "") -> Fetched[T]:
    """Return what the URL answers, read. With ``known_body`` the site is asked whether the ``etag`` is still right.

    Raises:
        Busy: try again in a moment.
        NotTried: it could not be had a short time ago.
        FetchFailed: it cannot be had.
        InvalidDocument: it came, and ``read`` refuses it. That counts as a failure too.
    """
    trust = hosts.trust_of(client_urls.host_of(url))
    if trust == ClientHost.Trust.BLOCKED:
        raise FetchFailed("the host is blocked")
    key = f"client-fetch:{hashlib.sha256(url.encode()).hexdigest()}"
    failures = _failures(key)
    if failures.until > time.time():
        raise NotTried("it failed a short time ago")
    with _slot(is_known=trust == ClientHost.Trust.KNOWN):
        try:
            answer = fetcher.get(url, max_bytes=max_bytes, etag=etag if known_body is not None else "")
            body = (known_body or "").encode() if answer.body is None else answer.body
            value = read(body)
        except (FetchFailed, InvalidDocument) as error:
            logger.info("client fetch of %s failed: %s", url, error)
            _remember(key, failures.count + 1)
            raise
    _forget(key, failures)
    return Fetched(value, body.decode(), answer.body is not None, answer.headers)


@contextmanager
def _slot(*, is_known: bool) -> Iterator[None]:
    if not _slots[is_known].acquire(blocking=False):
        raise Busy("too many fetches at once")
    try:
        yield
    finally:
        _slots[is_known].release()


def _failures(key: str) -> _Failures:
    try:
        stored = cache.get(key)
    except RedisError:  # as for throttles: without the cache nothing is refused, and the slots still bound the fetches
        stored = None
    return _Failures(*stored) if stored else _Failures(0, 0)


def _remember(key: str, count: int) -> None:
    seconds = min(BACK_OFF_SECONDS * 2 ** min(count - 1, 10), MAX_BACK_OFF_SECONDS)
    try:
        # Kept longer than it counts, so that the next failure doubles it.
        cache.set(key, (count, time.time() + seconds), timeout=2 * seconds)
    except RedisError as error:
        logger.warning("back-off of client fetches is off: %s", type(error).__name__)


def _forget(key: str, failures: _Failures) -> None:
    if not failures.count:
        return
    try:
        cache.delete(key)
    except RedisError as error:
        logger.warning("back-off of client fetches is off: %s", type(error).__name__)
