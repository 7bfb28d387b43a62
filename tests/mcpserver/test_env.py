"""Typed reading of the environment: every fault names its variable, in one line, and quotes no secret."""

import ipaddress
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mcpserver import env
from mcpserver.env import ConfigurationError

Set = Callable[..., None]


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> Set:
    """Return what sets variables for one test."""

    def put(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return put


def fault(read: Callable[[], Any]) -> str:
    """Return the message of the refusal: one line."""
    with pytest.raises(ConfigurationError) as caught:
        read()
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith(".")
    return message


# --- text and NAME_FILE ---


@pytest.mark.parametrize(
    ("value", "expected"),
    [("x", "x"), ("  x y\t", "x y"), ("", "default"), ("   ", "default"), (None, "default"), ("ü=#'\"", "ü=#'\"")],
)
def test_a_text_is_read_without_the_blanks_at_its_ends(put: Set, value: str | None, expected: str) -> None:
    if value is not None:
        put(THING=value)
    assert env.text("THING", "default") == expected


@pytest.mark.parametrize(
    ("content", "expected"), [(b"s3cret\n", "s3cret"), (b" s3\xc3\xbc\r\n", "s3ü"), (b"", "default"), (b"\n", "default")]
)
def test_a_secret_may_come_in_a_file(put: Set, tmp_path: Path, content: bytes, expected: str) -> None:
    """Containers mount secrets as files."""
    file = tmp_path / "secret"
    file.write_bytes(content)
    put(THING_FILE=str(file), THING="")
    assert env.text("THING", "default") == expected


def test_a_value_and_a_file_at_once_are_refused(put: Set, tmp_path: Path) -> None:
    put(THING="s3cret", THING_FILE=str(tmp_path))
    assert fault(lambda: env.text("THING")) == "THING and THING_FILE are both set: keep one."


@pytest.mark.parametrize(("name", "kind"), [("missing", "FileNotFoundError"), ("", "IsADirectoryError"), ("bad", "UnicodeDecodeError")])
def test_a_file_that_cannot_be_read_is_refused(put: Set, tmp_path: Path, name: str, kind: str) -> None:
    (tmp_path / "bad").write_bytes(b"s3cret\xff")
    put(THING_FILE=str(tmp_path / name))
    assert fault(lambda: env.text("THING")) == f"THING_FILE cannot be read ({kind}): check the path and its rights."


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda: env.flag("THING"), "on"),
        (lambda: env.integer("THING", 1, minimum=0, maximum=9), "7"),
        (lambda: env.words("THING"), "a,b"),
        (lambda: env.public_url("THING", ""), "https://gate.example"),
        (lambda: env.upstream_url("THING", ""), "https://gate.example"),
        (lambda: env.networks("THING"), "10.0.0.0/8"),
        (lambda: env.rate("THING", "1/minute"), "2/hour"),
        (lambda: env.database("THING", ""), "sqlite:////tmp/x"),
        (lambda: env.redis("THING"), "redis://h"),
    ],
)
def test_every_kind_of_value_may_come_in_a_file(put: Set, tmp_path: Path, read: Callable[[], Any], value: str) -> None:
    (tmp_path / "file").write_text(value + "\n", encoding="utf-8")
    put(THING=value)
    expected = read()
    put(THING="", THING_FILE=str(tmp_path / "file"))
    assert read() == expected


# --- switches and numbers ---


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((word, True) for word in ("1", "true", "yes", "on", "True", "YES", " on ")),
        *((word, False) for word in ("0", "false", "no", "off", "False", "OFF")),
    ],
)
def test_a_switch_is_on_or_off(put: Set, value: str, *, expected: bool) -> None:
    put(THING=value)
    assert env.flag("THING", default=not expected) is expected


@pytest.mark.parametrize("default", [True, False])
def test_a_switch_that_is_not_set_has_its_default(put: Set, *, default: bool) -> None:
    assert env.flag("THING", default=default) is default
    put(THING=" ")
    assert env.flag("THING", default=default) is default


@pytest.mark.parametrize("value", ["2", "tru", "yes!", "-1", "none", "enabled", "0.0"])
def test_a_typing_error_turns_no_switch(put: Set, value: str) -> None:
    put(THING=value)
    assert fault(lambda: env.flag("THING")) == f"THING must be on or off, not {value!r}."


@pytest.mark.parametrize(("value", "expected"), [("1", 1), ("65535", 65535), ("0080", 80), (" 7 ", 7), ("", 5)])
def test_a_number_is_read(put: Set, value: str, expected: int) -> None:
    put(THING=value)
    assert env.integer("THING", 5, minimum=1, maximum=65535) == expected


@pytest.mark.parametrize("value", ["0", "65536", "-1", "+1", "1.0", "1e3", "0x10", "1_0", "eight", "8 0", "٣", "9" * 30])
def test_what_is_no_number_within_its_bounds_is_refused(put: Set, value: str) -> None:
    put(THING=value)
    message = fault(lambda: env.integer("THING", 5, minimum=1, maximum=65535))
    assert message == f"THING must be a number from 1 to 65535, not {value[:20]!r}."


@pytest.mark.parametrize(
    ("value", "expected"),
    [("", []), (" , ,", []), ("a", ["a"]), (" b , a,,b ", ["b", "a"]), ("a b", ["a b"]), ("A,a", ["A", "a"])],
)
def test_a_list_is_separated_by_commas(put: Set, value: str, expected: list[str]) -> None:
    put(THING=value)
    assert env.words("THING") == expected


# --- URLs ---

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
def test_a_url_has_one_spelling(put: Set, value: str, expected: str) -> None:
    """RFC 8414 §2: the issuer is compared as a text, so it must not depend on how somebody typed it."""
    put(THING=value)
    assert env.public_url("THING", "") == expected
    assert env.upstream_url("THING", "https://github.com") == expected


@pytest.mark.parametrize(("value", "message"), NO_ORIGINS)
def test_what_is_no_safe_url_is_refused(put: Set, value: str, message: str) -> None:
    """RFC 9700 §2.6; a token must not travel in clear text."""
    put(THING=value)
    assert fault(lambda: env.public_url("THING", "")) == message
    assert fault(lambda: env.upstream_url("THING", "https://github.com")) == message


def test_only_the_upstream_may_have_a_path(put: Set) -> None:
    put(THING="https://github.corp.example/api/v3/")
    assert env.upstream_url("THING", "") == "https://github.corp.example/api/v3"
    assert fault(lambda: env.public_url("THING", "")) == MORE


def test_a_missing_public_url_is_asked_for(put: Set) -> None:
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
def test_networks_are_read(put: Set, value: str, expected: list[str]) -> None:
    put(THING=value)
    assert env.networks("THING") == [ipaddress.ip_network(text) for text in expected]


@pytest.mark.parametrize(
    ("value", "word"),
    [("proxy", "proxy"), ("10.0.0.1, 10.0.0.0/33", "10.0.0.0/33"), ("10.0.0", "10.0.0"), ("*", "*"), ("10.0.0.1 ::1", "10.0.0.1 ::1")],
)
def test_what_is_no_network_is_refused(put: Set, value: str, word: str) -> None:
    """A proxy that is believed by mistake lets everybody choose an address."""
    put(THING=value)
    assert fault(lambda: env.networks("THING")) == f"THING must list addresses or networks, and {word!r} is neither."


@pytest.mark.parametrize(
    ("value", "expected"),
    [("", (60, 60)), ("1/second", (1, 1)), ("600/minute", (600, 60)), ("5/hour", (5, 3600)), ("9999999/hour", (9_999_999, 3600))],
)
def test_a_rate_is_read(put: Set, value: str, expected: tuple[int, int]) -> None:
    put(THING=value)
    assert env.rate("THING", "60/minute") == expected


@pytest.mark.parametrize("value", ["60", "60/m", "0/minute", "-1/minute", "1.5/hour", "60 / minute", "60/day", "off", "12345678/hour"])
def test_what_is_no_rate_is_refused(put: Set, value: str) -> None:
    """A throttle must not be off because of a typing error."""
    put(THING=value)
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
def test_a_database_is_read(put: Set, value: str, expected: dict[str, object]) -> None:
    put(THING=value)
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
def test_what_is_no_database_is_refused_without_its_password(put: Set, value: str, message: str) -> None:
    put(THING=value)
    with warnings.catch_warnings(record=True) as warned, pytest.raises(ConfigurationError) as caught:
        warnings.simplefilter("always")
        env.database("THING", "sqlite:////tmp/x")
    assert str(caught.value) == message
    assert warned == []
    # A traceback would print these, and with them the password.
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize("value", ["", "redis://h", "redis://:s3cret@h:6379/0", "rediss://h:6380/1?x=y", "unix:///run/redis.sock"])
def test_a_redis_is_read(put: Set, value: str) -> None:
    put(THING=value)
    assert env.redis("THING") == value


@pytest.mark.parametrize("value", ["h", "h:6379", "http://h", "redis:h", "redis://", "redis://:s3cret@h 1", "Redis://h"])
def test_what_is_no_redis_is_refused_without_its_password(put: Set, value: str) -> None:
    """A URL that no client takes would switch throttles off without a word."""
    put(THING=value)
    assert fault(lambda: env.redis("THING")) == "THING must be a URL like redis://HOST:6379/0."


# --- .env ---


def load(folder: Path, content: bytes) -> None:
    file = folder / ".env"
    file.write_bytes(content)
    env.load_env_file(file)


def test_the_file_adds_what_the_environment_does_not_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("THING_A", "THING_B", "THING_C", "THING_D", "THING_E"):
        monkeypatch.setenv(name, "x")  # so that the test's end takes away what the file adds
        monkeypatch.delenv(name)
    monkeypatch.setenv("THING_F", "from the environment")
    load(
        tmp_path,
        b"# a comment\n\n  \nTHING_A=1\nexport THING_B='two words'\nTHING_C=\"x#y\"\r\nTHING_D=\nTHING_E=a=b\nTHING_F=from the file\n",
    )
    found = {name: os.environ[f"THING_{name}"] for name in "ABCDEF"}
    assert found == {"A": "1", "B": "two words", "C": "x#y", "D": "", "E": "a=b", "F": "from the environment"}


def test_no_file_is_no_fault(tmp_path: Path) -> None:
    before = dict(os.environ)
    env.load_env_file(tmp_path / ".env")
    env.load_env_file(tmp_path)
    assert dict(os.environ) == before


@pytest.mark.parametrize("line", ["s3cret", "SECRET KEY=s3cret", "SECRET-KEY=s3cret", " SECRET_KEY=s3cret", "set A=s3cret", "A: s3cret", "A=s3\0cret"])
def test_a_line_that_says_nothing_is_refused_and_not_quoted(tmp_path: Path, caplog: pytest.LogCaptureFixture, line: str) -> None:
    """It would be passed over, and the operator's setting with it."""
    before = dict(os.environ)
    message = fault(lambda: load(tmp_path, f"# first\n{line}\n".encode()))
    assert message == ".env line 2 must look like NAME=VALUE."
    assert caplog.records == []
    assert dict(os.environ) == before


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    assert fault(lambda: load(tmp_path, b"A=\xff\n")) == ".env cannot be read (UnicodeDecodeError): check its rights."
