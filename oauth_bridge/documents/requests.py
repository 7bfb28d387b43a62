"""When a fetch may be made at all: few at once, not again and again from a site that fails, never from a blocked host."""

import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from oauth_bridge import shared_cache, throttle
from oauth_bridge.documents import hosts
from oauth_bridge.documents.fetch import Fetcher, FetchFailed, NoAnswer
from oauth_bridge.documents.slots import Full, Slots
from oauth_bridge.models import ClientHost
from oauth_bridge.protocol import client_urls
from oauth_bridge.protocol.client_documents import InvalidDocument
from wire import caller

logger = logging.getLogger(__name__)
T = TypeVar("T")

BACK_OFF_SECONDS = 30
MAX_BACK_OFF_SECONDS = 3600

slots = Slots()
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
    # What the host does not answer, it answers under no other path either; what it refuses is one document's matter.
    document, host = _key(url), _key(client_urls.host_of(url))
    failures = _failures(document)
    if max(failures.until, _failures(host).until) > time.time():
        raise NotTried("it failed a short time ago")
    try:
        with slots.taken(
            client_urls.host_of(url), throttle.network(caller.address.get()), is_known=trust == ClientHost.Trust.KNOWN
        ):
            answer = fetcher.get(url, max_bytes=max_bytes, etag=etag if known_body is not None else "")
            body = (known_body or "").encode() if answer.body is None else answer.body
            value = read(body)
    except Full:
        raise Busy("too many fetches at once") from None
    except (FetchFailed, InvalidDocument) as error:
        logger.info("client fetch of %s failed: %s", url, error)
        _remember(document, failures.count + 1)
        if isinstance(error, NoAnswer):
            _remember(host, 1)
        raise
    if failures.count:
        shared_cache.use(lambda cache: cache.delete(document))
    return Fetched(value, body.decode(), answer.body is not None, answer.headers)


def _key(what: str) -> str:
    return f"client-fetch:{hashlib.sha256(what.encode()).hexdigest()}"


def _failures(key: str) -> _Failures:
    stored = shared_cache.use(lambda cache: cache.get(key))
    return _Failures(*stored) if stored else _Failures(0, 0)


def _remember(key: str, count: int) -> None:
    seconds = min(BACK_OFF_SECONDS * 2 ** min(count - 1, 10), MAX_BACK_OFF_SECONDS)
    # Kept longer than it counts, so that the next failure doubles it.
    shared_cache.use(lambda cache: cache.set(key, (count, time.time() + seconds), timeout=2 * seconds))
