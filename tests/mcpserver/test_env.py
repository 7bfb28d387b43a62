"""Typed reading of the environment: every fault names its variable, in one line, and quotes no secret."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mcpserver import env
from tests.mcpserver.faults import fault

# --- text and NAME_FILE ---


@pytest.mark.parametrize(
    ("value", "expected"),
    [("x", "x"), ("  x y\t", "x y"), ("", "default"), ("   ", "default"), (None, "default"), ("ü=#'\"", "ü=#'\"")],
)
def test_a_text_is_read_without_the_blanks_at_its_ends(
    monkeypatch: pytest.MonkeyPatch, value: str | None, expected: str
) -> None:
    if value is not None:
        monkeypatch.setenv("THING", value)
    assert env.text("THING", "default") == expected


@pytest.mark.parametrize(
    ("content", "expected"), [(b"s3cret\n", "s3cret"), (b" s3\xc3\xbc\r\n", "s3ü"), (b"", "default"), (b"\n", "default")]
)
def test_a_secret_may_come_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes, expected: str) -> None:
    """Containers mount secrets as files."""
    file = tmp_path / "secret"
    file.write_bytes(content)
    monkeypatch.setenv("THING_FILE", str(file))
    monkeypatch.setenv("THING", "")
    assert env.text("THING", "default") == expected


def test_a_value_and_a_file_at_once_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("THING", "s3cret")
    monkeypatch.setenv("THING_FILE", str(tmp_path))
    assert fault(lambda: env.text("THING")) == "THING and THING_FILE are both set: keep one."


@pytest.mark.parametrize(
    ("name", "kind"), [("missing", "FileNotFoundError"), ("", "IsADirectoryError"), ("bad", "UnicodeDecodeError")]
)
def test_a_file_that_cannot_be_read_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, kind: str) -> None:
    (tmp_path / "bad").write_bytes(b"s3cret\xff")
    monkeypatch.setenv("THING_FILE", str(tmp_path / name))
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
def test_every_kind_of_value_may_come_in_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, read: Callable[[], Any], value: str
) -> None:
    (tmp_path / "file").write_text(value + "\n", encoding="utf-8")
    monkeypatch.setenv("THING", value)
    expected = read()
    monkeypatch.setenv("THING", "")
    monkeypatch.setenv("THING_FILE", str(tmp_path / "file"))
    assert read() == expected


# --- switches and numbers ---


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((word, True) for word in ("1", "true", "yes", "on", "True", "YES", " on ")),
        *((word, False) for word in ("0", "false", "no", "off", "False", "OFF")),
    ],
)
def test_a_switch_is_on_or_off(monkeypatch: pytest.MonkeyPatch, value: str, *, expected: bool) -> None:
    monkeypatch.setenv("THING", value)
    assert env.flag("THING", default=not expected) is expected


@pytest.mark.parametrize("default", [True, False])
def test_a_switch_that_is_not_set_has_its_default(monkeypatch: pytest.MonkeyPatch, *, default: bool) -> None:
    assert env.flag("THING", default=default) is default
    monkeypatch.setenv("THING", " ")
    assert env.flag("THING", default=default) is default


@pytest.mark.parametrize("value", ["2", "tru", "yes!", "-1", "none", "enabled", "0.0"])
def test_a_typing_error_turns_no_switch(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("THING", value)
    assert fault(lambda: env.flag("THING")) == f"THING must be on or off, not {value!r}."


@pytest.mark.parametrize(("value", "expected"), [("1", 1), ("65535", 65535), ("0080", 80), (" 7 ", 7), ("", 5)])
def test_a_number_is_read(monkeypatch: pytest.MonkeyPatch, value: str, expected: int) -> None:
    monkeypatch.setenv("THING", value)
    assert env.integer("THING", 5, minimum=1, maximum=65535) == expected


@pytest.mark.parametrize("value", ["0", "65536", "-1", "+1", "1.0", "1e3", "0x10", "1_0", "eight", "8 0", "٣", "9" * 30])
def test_what_is_no_number_within_its_bounds_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("THING", value)
    message = fault(lambda: env.integer("THING", 5, minimum=1, maximum=65535))
    assert message == f"THING must be a number from 1 to 65535, not {value[:20]!r}."


@pytest.mark.parametrize(
    ("value", "expected"),
    [("", []), (" , ,", []), ("a", ["a"]), (" b , a,,b ", ["b", "a"]), ("a b", ["a b"]), ("A,a", ["A", "a"])],
)
def test_a_list_is_separated_by_commas(monkeypatch: pytest.MonkeyPatch, value: str, expected: list[str]) -> None:
    monkeypatch.setenv("THING", value)
    assert env.words("THING") == expected


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
        b"# a comment\n\n  \nTHING_A=1\nexport THING_B='two words'\n"
        b'THING_C="x#y"\r\nTHING_D=\nTHING_E=a=b\nTHING_F=from the file\n',
    )
    found = {name: os.environ[f"THING_{name}"] for name in "ABCDEF"}
    assert found == {"A": "1", "B": "two words", "C": "x#y", "D": "", "E": "a=b", "F": "from the environment"}


def test_no_file_is_no_fault(tmp_path: Path) -> None:
    before = dict(os.environ)
    env.load_env_file(tmp_path / ".env")
    env.load_env_file(tmp_path)
    assert dict(os.environ) == before


@pytest.mark.parametrize(
    "line",
    ["s3cret", "SECRET KEY=s3cret", "SECRET-KEY=s3cret", " SECRET_KEY=s3cret", "set A=s3cret", "A: s3cret", "A=s3\0cret"],
)
def test_a_line_that_says_nothing_is_refused_and_not_quoted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, line: str
) -> None:
    """It would be passed over, and the operator's setting with it."""
    before = dict(os.environ)
    message = fault(lambda: load(tmp_path, f"# first\n{line}\n".encode()))
    assert message == ".env line 2 must look like NAME=VALUE."
    assert caplog.records == []
    assert dict(os.environ) == before


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    assert fault(lambda: load(tmp_path, b"A=\xff\n")) == ".env cannot be read (UnicodeDecodeError): check its rights."
