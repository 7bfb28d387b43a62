"""Where the server is, who stands in front of it, where things are kept: as the environment says it."""

import ipaddress
import warnings

import pytest

from mcpserver import env
from tests.mcpserver.faults import fault

ORIGINS = [
    ("https://gate.example", "https://gate.example"),
    ("https://gate.example/", "https://gate.example"),
    ("https://gate.example//", "https://gate.example"),
    ("HTTPS://Gate.EXAMPLE:443/", "https://gate.example"),
    ("https://gate.example:8443", "https://gate.example:8443"),
    ("http://localhost", "http://localhost"),
    ("http://LOCALHOST:80", "http://localhost"),
    ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
    ("http://[::1]:8000", "http://[::1]:8000"),
    ("https://[2001:DB8::1]", "https://[2001:db8::1]"),
    ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
    (" https://gate.example ", "https://gate.example"),
]
SHAPE = "THING must be a URL like https://mcp.example.com."
NO_URL = "THING is not a URL."
MORE = "THING must hold a scheme, a host and perhaps a port, and nothing else."
PLAIN = "THING must begin with https:// (plain http is for this machine only)."
NO_ORIGINS = [
    ("gate.example", SHAPE),
    ("//gate.example", SHAPE),
    ("https:gate.example", SHAPE),
    ("https://", SHAPE),
    ("https:///mcp", SHAPE),
    ("ftp://gate.example", SHAPE),
    ("wss://gate.example", SHAPE),
    ("javascript:alert(1)", SHAPE),
    ("https://gate_1.example", SHAPE),
    ("https://bücher.example", SHAPE),
    ("https://gate..example", SHAPE),
    ("https://.example", SHAPE),
    ("https://gate.example:0", SHAPE),
    ("https://gate .example", SHAPE),
    ("https://gate\t.example", SHAPE),
    ("https://gate.example\\evil.example", SHAPE),
    ("https://*.example", SHAPE),
    ("https://gate.example,https://other.example", SHAPE),
    ("https://[::1%25eth0]", SHAPE),
    ("https://gate.example:port", NO_URL),
    ("https://gate.example:65536", NO_URL),
    ("https://[::1", NO_URL),
    ("https://[gate]", NO_URL),
    ("https://user:s3cret@gate.example", MORE),
    ("https://@gate.example", MORE),
    ("https://gate.example?x", MORE),
    ("https://gate.example/?x=1", MORE),
    ("https://gate.example/#x", MORE),
    ("http://gate.example", PLAIN),
    ("http://127.0.0.2", PLAIN),
    ("http://localhost.gate.example", PLAIN),
    ("http://10.0.0.1:8000", PLAIN),
]


@pytest.mark.parametrize(("value", "expected"), ORIGINS)
def test_a_url_has_one_spelling(monkeypatch: pytest.MonkeyPatch, value: str, expected: str) -> None:
    """RFC 8414 §2: the issuer is compared as a text, so it must not depend on how somebody typed it."""
    monkeypatch.setenv("THING", value)
    assert env.public_url("THING", "") == expected
    assert env.upstream_url("THING", "https://github.com") == expected


@pytest.mark.parametrize(("value", "message"), NO_ORIGINS)
def test_what_is_no_safe_url_is_refused(monkeypatch: pytest.MonkeyPatch, value: str, message: str) -> None:
    """RFC 9700 §2.6; a token must not travel in clear text."""
    monkeypatch.setenv("THING", value)
    assert fault(lambda: env.public_url("THING", "")) == message
    assert fault(lambda: env.upstream_url("THING", "https://github.com")) == message


def test_only_the_upstream_may_have_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THING", "https://github.corp.example/api/v3/")
    assert env.upstream_url("THING", "") == "https://github.corp.example/api/v3"
    assert fault(lambda: env.public_url("THING", "")) == MORE


def test_a_missing_public_url_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = "THING is required: the https:// address under which clients reach this server."
    assert fault(lambda: env.public_url("THING", "")) == expected
    assert env.public_url("THING", "http://localhost:8000") == "http://localhost:8000"


# --- networks, rates ---


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", []),
        ("10.0.0.1", ["10.0.0.1/32"]),
        ("10.0.0.1/8, ::1, 2001:db8::/32", ["10.0.0.0/8", "::1/128", "2001:db8::/32"]),
    ],
)
def test_networks_are_read(monkeypatch: pytest.MonkeyPatch, value: str, expected: list[str]) -> None:
    monkeypatch.setenv("THING", value)
    assert env.networks("THING") == [ipaddress.ip_network(text) for text in expected]


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("proxy", "proxy"),
        ("10.0.0.1, 10.0.0.0/33", "10.0.0.0/33"),
        ("10.0.0", "10.0.0"),
        ("*", "*"),
        ("10.0.0.1 ::1", "10.0.0.1 ::1"),
    ],
)
def test_what_is_no_network_is_refused(monkeypatch: pytest.MonkeyPatch, value: str, word: str) -> None:
    """A proxy that is believed by mistake lets everybody choose an address."""
    monkeypatch.setenv("THING", value)
    assert fault(lambda: env.networks("THING")) == f"THING must list addresses or networks, and {word!r} is neither."


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", (60, 60)),
        ("1/second", (1, 1)),
        ("600/minute", (600, 60)),
        ("5/hour", (5, 3600)),
        ("9999999/hour", (9_999_999, 3600)),
    ],
)
def test_a_rate_is_read(monkeypatch: pytest.MonkeyPatch, value: str, expected: tuple[int, int]) -> None:
    monkeypatch.setenv("THING", value)
    assert env.rate("THING", "60/minute") == expected


@pytest.mark.parametrize(
    "value", ["60", "60/m", "0/minute", "-1/minute", "1.5/hour", "60 / minute", "60/day", "off", "12345678/hour"]
)
def test_what_is_no_rate_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """A throttle must not be off because of a typing error."""
    monkeypatch.setenv("THING", value)
    expected = "THING must look like 60/minute: a number above 0, then /second, /minute or /hour."
    assert fault(lambda: env.rate("THING", "60/minute")) == expected


# --- where things are kept ---


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", {"ENGINE": "django.db.backends.sqlite3", "NAME": "/var/lib/x.sqlite3"}),
        ("sqlite:////tmp/y", {"ENGINE": "django.db.backends.sqlite3", "NAME": "/tmp/y"}),
        (
            "postgres://gate:p%40ss@db.example:5433/gatehouse",
            {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": "gatehouse",
                "USER": "gate",
                "PASSWORD": "p@ss",
                "HOST": "db.example",
                "PORT": 5433,
            },
        ),
        ("postgresql:///gatehouse", {"ENGINE": "django.db.backends.postgresql", "NAME": "gatehouse", "HOST": ""}),
    ],
)
def test_a_database_is_read(monkeypatch: pytest.MonkeyPatch, value: str, expected: dict[str, object]) -> None:
    monkeypatch.setenv("THING", value)
    found = env.database("THING", "sqlite:////var/lib/x.sqlite3")
    assert {name: found[name] for name in expected} == expected


ENGINE = "THING must begin with postgres:// (or sqlite:///)."
DATABASE = "THING is not a database URL like postgres://USER:PASSWORD@HOST:5432/NAME."


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("garbage", ENGINE),
        ("mysql://gate:s3cret@db/gatehouse", ENGINE),
        ("oracle://gate:s3cret@db/gatehouse", ENGINE),
        ("postgis://gate:s3cret@db/gatehouse", ENGINE),
        ("http://gate:s3cret@db/gatehouse", ENGINE),
        ("gate:s3cret@db/gatehouse", ENGINE),
        ("/var/lib/x.sqlite3", ENGINE),
        ("postgres:gatehouse", ENGINE),
        ("postgres://", DATABASE),
        ("postgres://gate:s3cret@db", DATABASE),
        ("postgres://gate:s3cret@db/", DATABASE),
        ("postgres://gate:s3cret@db:port/gatehouse", DATABASE),
    ],
)
def test_what_is_no_database_is_refused_without_its_password(monkeypatch: pytest.MonkeyPatch, value: str, message: str) -> None:
    monkeypatch.setenv("THING", value)
    with warnings.catch_warnings(record=True) as warned, pytest.raises(env.ConfigurationError) as caught:
        env.database("THING", "sqlite:////tmp/x")
    assert str(caught.value) == message
    assert warned == []
    # A traceback would print these, and with them the password.
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "value", ["", "redis://h", "redis://:s3cret@h:6379/0", "rediss://h:6380/1?x=y", "unix:///run/redis.sock"]
)
def test_a_redis_is_read(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("THING", value)
    assert env.redis("THING") == value


@pytest.mark.parametrize("value", ["h", "h:6379", "http://h", "redis:h", "redis://", "redis://:s3cret@h 1", "Redis://h"])
def test_what_is_no_redis_is_refused_without_its_password(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """A URL that no client takes would switch throttles off without a word."""
    monkeypatch.setenv("THING", value)
    assert fault(lambda: env.redis("THING")) == "THING must be a URL like redis://HOST:6379/0."
