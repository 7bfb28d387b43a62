"""Throttles per client address. Time is set, never waited for."""

import json
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from oauth_bridge import shared_cache, throttle
from oauth_bridge.throttle import Throttled, check

MINUTE = 1_700_000_040  # a whole minute, and not a whole hour


class Clock:
    """The time that the throttle sees, in seconds since the epoch."""

    def __init__(self) -> None:
        self.now: float = MINUTE

    def time(self) -> float:
        """Return the time that was set."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[Clock]:
    """Return a clock; the rate for sign-ins is three a minute, the one for tokens two an hour."""
    settings.RATE_LOGIN, settings.RATE_TOKEN = (3, 60), (2, 3600)
    cache.clear()
    clock = Clock()
    monkeypatch.setattr(throttle, "time", clock)
    yield clock
    cache.clear()


def refused_after(name: str, address: str | None) -> int | None:
    """Return the seconds that a request has to wait, None where it is let through."""
    try:
        check(name, address)
    except Throttled as error:
        return error.retry_after
    return None


@pytest.mark.parametrize(
    ("name", "moments", "expected"),
    [
        ("LOGIN", [0, 0, 0, 0], [None, None, None, 60]),
        ("LOGIN", [0, 1, 2, 59.9, 60], [None, None, None, 1, None]),
        ("LOGIN", [10, 20, 30, 30, 45], [None, None, None, 30, 15]),
        ("LOGIN", [59, 59, 59, 60, 60, 60, 60], [None, None, None, None, None, None, 60]),
        ("LOGIN", [0, 0, 0, 0, 0, 3600], [None, None, None, 60, 60, None]),
        ("TOKEN", [0, 60, 120], [None, None, 3600 - 120 - (MINUTE % 3600)]),
        ("TOKEN", [0, 0, 3600], [None, None, None]),
    ],
)
def test_a_rate_holds_for_its_window_and_says_how_long(
    clock: Clock, name: str, moments: list[float], expected: list[int | None]
) -> None:
    """RFC 6585 §4, RFC 9110 §10.2.3: ``Retry-After`` in whole seconds, after which it works."""
    found = []
    for moment in moments:
        clock.now = MINUTE + moment
        found.append(refused_after(name, "192.0.2.1"))
    assert found == expected


def test_each_rate_is_counted_on_its_own(clock: Clock) -> None:
    assert [refused_after("TOKEN", "192.0.2.1") is None for _ in range(3)] == [True, True, False]
    assert refused_after("LOGIN", "192.0.2.1") is None


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("::ffff:192.0.2.1", "::1", False),
        ("2001:db8::1", "2001:DB8:0:0:ffff::2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        (None, "", True),
        (None, "unix:", True),
        ("somebody\r\nelse", "\x00" * 500, True),
        (None, "192.0.2.1", False),
    ],
)
def test_what_counts_as_one_address(clock: Clock, first: str | None, second: str | None, *, is_one: bool) -> None:
    """RFC 6177: a line of IPv6 has a /64 at least; a socket of both families shows IPv4 as ``::ffff:…``."""
    for _ in range(3):
        check("LOGIN", first)
    assert (refused_after("LOGIN", second) is not None) is is_one


def test_a_counter_is_kept_no_longer_than_two_windows(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each address leaves a key: without an end they would fill the cache."""
    timeouts: list[int] = []
    recorder = SimpleNamespace(add=lambda key, value, timeout: timeouts.append(timeout), incr=lambda key: 1)
    monkeypatch.setattr(shared_cache, "cache", recorder)
    check("LOGIN", "192.0.2.1")
    check("TOKEN", "192.0.2.1")
    assert timeouts == [120, 7200]


def test_an_endpoint_answers_429_to_one_address_and_not_to_another(clock: Clock, settings: Settings) -> None:
    """RFC 6585 §4; contract: JSON where a program asks."""
    http = Client(headers={"host": settings.PUBLIC_URL.partition("//")[2]})

    def ask(address: str) -> tuple[int, dict[str, str], str | None]:
        answer = http.post("/token", {}, content_type="application/x-www-form-urlencoded", REMOTE_ADDR=address)
        assert answer.headers["Cache-Control"] == "no-store"
        return answer.status_code, json.loads(answer.content), answer.headers.get("Retry-After")

    clock.now = MINUTE + 10
    assert [ask("192.0.2.1")[0] for _ in range(2)] == [401, 401]
    status, body, wait = ask("192.0.2.1")
    assert (status, wait) == (429, str(3600 - (MINUTE + 10) % 3600))
    assert body == {
        "error": "temporarily_unavailable",
        "error_description": "Too many requests from this address. Try again later.",
    }
    assert ask("192.0.2.2")[0] == 401
    clock.now += int(wait or 0)
    assert ask("192.0.2.1")[0] == 401


ADDRESS = "160.79.104.10"


def client_refused(client_id: str, address: str = ADDRESS) -> bool:
    try:
        throttle.check_client(address, client_id)
    except Throttled:
        return True
    return False


def test_who_shares_an_address_is_not_stopped_by_one_who_runs_wild(clock: Clock) -> None:
    """Hosted clients come from a few addresses for all of their users. What is refused to one is not charged to the rest."""
    assert [client_refused("wild") for _ in range(100)] == [False, False] + [True] * 98
    assert [client_refused(f"client-{number}") for number in range(9)] == [False] * 9


def test_an_address_as_a_whole_has_ten_times_the_rate_of_one(clock: Clock) -> None:
    """Made-up ids buy no more than that."""
    assert [client_refused(f"client-{number}") for number in range(22)] == [False] * 20 + [True] * 2
    assert not client_refused("client-0", "192.0.2.1")


def sign_in_refused(cookie: str, *, is_new: bool = False, address: str = ADDRESS) -> bool:
    try:
        throttle.check_sign_in(address, cookie, is_new=is_new)
    except Throttled:
        return True
    return False


def test_each_browser_of_an_office_may_sign_in(clock: Clock) -> None:
    assert [sign_in_refused("a") for _ in range(4)] == [False] * 3 + [True]
    assert not sign_in_refused("b")


def test_new_browsers_count_as_one(clock: Clock) -> None:
    """Leaving the cookie out buys nothing; nor does making one up, beyond ten times the rate."""
    assert [sign_in_refused(f"new-{number}", is_new=True) for number in range(4)] == [False] * 3 + [True]
    assert not sign_in_refused("known")
    assert [sign_in_refused(f"made-up-{number}") for number in range(30)].count(False) == 30 - 4
    assert not sign_in_refused("elsewhere", address="192.0.2.1")


def test_the_whole_world_registers_no_more_than_twenty_addresses_may(clock: Clock, settings: Settings) -> None:
    settings.RATE_REGISTER = (1, 60)
    answers = [refused_after("REGISTER", f"192.0.2.{number}") for number in range(22)]
    assert answers == [None] * 20 + [60, 60]
    clock.now += 60
    assert refused_after("REGISTER", "192.0.2.99") is None


def test_what_everybody_uses_up_is_not_charged_where_it_does_not_count(clock: Clock, settings: Settings) -> None:
    settings.RATE_REGISTER = (1, 60)
    for number in range(21):
        refused_after("REGISTER", f"192.0.2.{number}")
    check("REGISTER", "192.0.2.99", with_everybody=False)
    with pytest.raises(Throttled):
        check("REGISTER", "192.0.2.99", with_everybody=False)


def test_a_resource_server_has_a_rate_of_its_own_wherever_it_asks_from(clock: Clock) -> None:
    for _ in range(100):
        throttle.check_resource_server("files-api")
    with pytest.raises(Throttled):
        throttle.check_resource_server("files-api")
    throttle.check_resource_server("other-api")


def test_a_person_is_counted_wherever_they_are(clock: Clock) -> None:
    for _ in range(5):
        throttle.check_person("ACCESS_REQUEST", 1001)
    with pytest.raises(Throttled):
        throttle.check_person("ACCESS_REQUEST", 1001)
    throttle.check_person("ACCESS_REQUEST", 1002)


def test_other_keys_do_not_push_a_counter_out(clock: Clock, settings: Settings) -> None:
    """Django's cache in memory forgets the oldest of 300 keys: a stranger could make 300."""
    settings.RATE_REGISTER = (2, 60)
    check("REGISTER", "192.0.2.1")
    for number in range(2_000):
        cache.set(f"other:{number}", 0)
    check("REGISTER", "192.0.2.1")
    with pytest.raises(Throttled):
        check("REGISTER", "192.0.2.1")
