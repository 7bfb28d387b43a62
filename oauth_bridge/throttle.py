"""Throttles per client address, counted in the shared cache."""

import functools
import ipaddress
import logging
import time

from django.conf import settings
from django.core.cache import cache

logger = logging.getLogger(__name__)


class Throttled(Exception):
    """Too many requests (RFC 6585 §4). ``retry_after`` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("Too many requests from this address.")
        self.retry_after = retry_after


def check(name: str, address: str | None) -> None:
    """Count a request against ``settings.RATE_<name>``.

    Without the cache nothing is refused: a lost Redis must not lock everybody out.

    Raises:
        Throttled: the address is over its rate.
    """
    limit, seconds = getattr(settings, f"RATE_{name}")
    window, elapsed = divmod(int(time.time()), seconds)
    key = f"throttle:{name}:{_network(address)}:{window}"
    try:
        cache.add(key, 0, timeout=2 * seconds)
        count = cache.incr(key)
    except _cache_errors() as error:
        logger.warning("throttle %s is off: %s", name, type(error).__name__)
        return
    if count > limit:
        raise Throttled(seconds - elapsed)


@functools.cache
def _cache_errors() -> tuple[type[Exception], ...]:
    """Return what a lost cache raises; ValueError is a key that was evicted between the two calls."""
    if not settings.REDIS_URL:
        return (ValueError,)
    from redis.exceptions import RedisError  # costs a start without Redis 75 ms

    return (ValueError, RedisError)


def _network(address: str | None) -> str:
    """Return what counts as one address: a /64 of IPv6 belongs to one line."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if parsed.version == 6 and parsed.ipv4_mapped:
        # How a socket of both families shows IPv4: as one /64, the whole of it would share one rate.
        parsed = parsed.ipv4_mapped
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)
