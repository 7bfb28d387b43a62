"""Throttles, counted in the shared cache: for an address, for each of those who share it, for a person, and over all.

Hosted clients reach this server from a few addresses for everybody who uses them. Whoever shares an address has a rate of
their own within a much higher one for the address, so that one who runs wild is stopped before the others are.
"""

import hashlib
import ipaddress
import time

from django.conf import settings

from oauth_bridge import shared_cache

UNKNOWN = "unknown"
# How many times the rate of one the address of many has, and the whole world.
SHARED_ADDRESS = 10
EVERYBODY = {"REGISTER": 20}
# For one person, whatever the address: (requests, seconds).
PERSON = {"ACCESS_REQUEST": (5, 3600), "END_SESSIONS": (60, 60)}
# How many times the rate of a client a resource server has that proved itself: it asks for all of its own callers.
RESOURCE_SERVER = 50


class Throttled(Exception):
    """Too many requests (RFC 6585 §4). ``retry_after`` is in seconds."""

    def __init__(self, retry_after: int, message: str = "Too many requests from this address.") -> None:
        super().__init__(message)
        self.retry_after = retry_after


def check(name: str, address: str | None, *, with_everybody: bool = True) -> None:
    """Count a request against ``settings.RATE_<name>``, and against the rate of the whole world if there is one.

    Raises:
        Throttled: the address, or everybody together, is over the rate.
    """
    limit, seconds = _rate(name)
    _count(name, network(address), limit, seconds)
    if with_everybody and name in EVERYBODY:
        _count(name, "everybody", limit * EVERYBODY[name], seconds)


def check_client(address: str | None, client_id: str) -> None:
    """Count a request that a client makes with its own id: ``RATE_TOKEN`` for it, ten times that for its address.

    Raises:
        Throttled: either is over its rate.
    """
    _check_sharing("TOKEN", address, client_id)


def check_sign_in(address: str | None, browser_cookie: str, *, is_new: bool) -> None:
    """Count a trip to GitHub: ``RATE_LOGIN`` for the browser, ten times that for its address.

    All the new browsers of an address count as one besides: they cost nothing to make up.

    Raises:
        Throttled: either is over its rate.
    """
    if is_new:
        limit, seconds = _rate("LOGIN")
        _count("LOGIN", f"{network(address)}:new", limit, seconds)
    _check_sharing("LOGIN", address, browser_cookie)


def check_resource_server(name: str) -> None:
    """Count a question of a resource server that proved itself: fifty times ``RATE_TOKEN``, wherever it asks from.

    Raises:
        Throttled: it is over its rate.
    """
    limit, seconds = _rate("TOKEN")
    _count("INTROSPECT", name, limit * RESOURCE_SERVER, seconds)


def check_person(name: str, person_id: int) -> None:
    """Count what one person does, wherever they are; ``name`` is one of ``PERSON``.

    Raises:
        Throttled: the person is over the rate.
    """
    _count(name, f"person-{person_id}", *PERSON[name])


def _check_sharing(name: str, address: str | None, who: str) -> None:
    limit, seconds = _rate(name)
    shared = network(address)
    # The one first: what is refused to one must not be charged to the others at that address.
    _count(name, f"{shared}:{hashlib.sha256(who.encode()).hexdigest()[:32]}", limit, seconds)
    _count(name, f"{shared}:together", limit * SHARED_ADDRESS, seconds)


def _rate(name: str) -> tuple[int, int]:
    rate: tuple[int, int] = getattr(settings, f"RATE_{name}")
    return rate


def _count(name: str, who: str, limit: int, seconds: int) -> None:
    window, elapsed = divmod(int(time.time()), seconds)
    if shared_cache.count(f"throttle:{name}:{who}:{window}", seconds=2 * seconds) > limit:
        raise Throttled(seconds - elapsed)


def network(address: str | None) -> str:
    """Return what counts as one address: a /64 of IPv6 belongs to one line."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return UNKNOWN
    if parsed.version == 6 and parsed.ipv4_mapped:
        # How a socket of both families shows IPv4: as one /64, the whole of it would share one rate.
        parsed = parsed.ipv4_mapped
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)
