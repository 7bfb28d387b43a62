"""The strict JSON reader and writer."""

import dataclasses
import json
import math
import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.strict_json import MAX_BYTES, MAX_DEPTH, MAX_INTEGER_DIGITS, InvalidJSON, dumps, loads

READ: list[tuple[bytes, Any]] = [
    (b"null", None),
    (b" [true, false, null]\r\n\t", [True, False, None]),
    (b"0", 0),
    (b"-0", 0),
    (b"1.0", 1.0),
    (b"1E2", 100.0),
    (b"1e308", 1e308),
    (b"1e-400", 0.0),
    ('"ü🔑"'.encode(), "ü🔑"),
    (b'"\\u00fc\\ud83d\\udd11\\/"', "ü🔑/"),
    (b'"\\u0000"', "\x00"),
    (b'{"a": 1, "a": 2}', {"a": 2}),
    (b'{"": {}}', {"": {}}),
    # beyond 64 bits, where other readers round or refuse
    (b"9223372036854775807", 2**63 - 1),
    (b"9223372036854775808", 2**63),
    (b"-9223372036854775809", -(2**63) - 1),
    (b"18446744073709551616", 2**64),
    (b"9007199254740993", 2**53 + 1),
    (b'{"a": [1, 123456789012345678901234567890], "b": 1.5}', {"a": [1, 123456789012345678901234567890], "b": 1.5}),
    (b'{"a": 123456789012345678901234567890, "a": 1}', {"a": 1}),
    (b"1" + b"0" * 308, 10**308),
    (b"1" + b"0" * 400, 10**400),
    (b"9" * MAX_INTEGER_DIGITS, 10**MAX_INTEGER_DIGITS - 1),
    (b"-" + b"9" * MAX_INTEGER_DIGITS, 1 - 10**MAX_INTEGER_DIGITS),
    # long runs of digits that are no integers
    (b"0." + b"1" * 400, 1 / 9),
    (b"123456789012345678901234567890e-5", 123456789012345678901234567890e-5),
    (b"1" + b"0" * 400 + b"e-390", 1e10),
    (b'"' + b"1" * 2000 + b'"', "1" * 2000),
    (b'"\\u0031' + b"0" * 40 + b'"', "1" + "0" * 40),
    (b'{"' + b"1" * 30 + b'": 2}', {"1" * 30: 2}),
]

REFUSED = [
    b"",
    b" ",
    b"nul",
    b"True",
    b"NaN",
    b"[NaN]",
    b"Infinity",
    b"-Infinity",
    b"[NaN, 12345678901234567890]",
    b"[Infinity, 12345678901234567890]",
    b"1e400",
    b"-1e400",
    b"1" * 400 + b".5",
    b"1" * 400 + b"e5",
    b"1e" + b"9" * 400,
    b"[1e400, 12345678901234567890]",
    b"01",
    b"-01",
    b"0" * 30 + b"1",
    b"+1",
    b".5",
    b"5.",
    b"1_000",
    b"0x10",
    b"'a'",
    b'"a',
    b'"\n"',
    b'"\x00"',
    b'"\x1f"',
    b'"\\x41"',
    b'"\\ud800"',
    b'"\\udc00\\ud800"',
    b'{"\\ud800": 1}',
    b'["\\ud800", 12345678901234567890]',
    b'"\xff"',
    b'"\xc0\x80"',
    b'"\xed\xa0\x80"',
    b'["\xff", 12345678901234567890]',
    b"[1,]",
    b'{"a": 1,}',
    b"{1: 2}",
    b"{a: 2}",
    b"[1] [2]",
    b"[1]x",
    b"// a\n1",
    b"\xef\xbb\xbf1",
    "1".encode("utf-16"),
    "[1]".encode("utf-16-le"),
    "[1]".encode("utf-32"),
    b"9" * (MAX_INTEGER_DIGITS + 1),
    b"-" + b"9" * (MAX_INTEGER_DIGITS + 1),
    b"9" * 200_000,
    b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
    b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1),
    b'[{"a":' * 33 + b"1" + b"}]" * 33,
    b"[" * 100_000,
    b"[" * 5_000 + b"]" * 5_000,
    b"[12345678901234567890" + b",[" * 5_000 + b"]" * 5_001,
]


@pytest.mark.parametrize(("text", "value"), READ, ids=lambda value: str(value)[:30])
def test_json_is_read_and_numbers_are_kept(text: bytes, value: Any) -> None:
    """RFC 8259; integers exact, other numbers as IEEE 754 has them."""
    found = loads(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: f"{str(text)[:40]} of {len(text)}")
def test_what_is_not_json_or_passes_a_bound_is_refused_at_once(text: bytes) -> None:
    """RFC 8259 §2-§8.1."""
    started = time.process_time()
    with pytest.raises(InvalidJSON):
        loads(text)
    assert time.process_time() - started < 0.1


def test_the_error_names_the_place_and_quotes_nothing() -> None:
    with pytest.raises(InvalidJSON) as caught:
        loads(b'{"token":\n "gth_at_secret" "x"}')
    assert str(caught.value) == "not valid JSON at line 2 column 18"
    assert caught.value.__cause__ is None


def test_the_bounds_themselves_are_accepted() -> None:
    deep = loads(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    for _ in range(MAX_DEPTH - 1):
        (deep,) = deep
    assert deep == []
    assert loads(b'"' + b"[{" * 1000 + b'"') == "[{" * 1000
    assert loads(b"[" + b"[],{}," * 1000 + b"1]")[-1] == 1
    assert len(loads(b'"' + b"x" * (MAX_BYTES - 2) + b'"')) == MAX_BYTES - 2
    with pytest.raises(InvalidJSON, match="larger than 1000000 bytes"):
        loads(b'"' + b"x" * (MAX_BYTES - 1) + b'"')


def test_a_caller_may_set_tighter_bounds() -> None:
    assert loads(b"[[1]]", max_bytes=5, max_depth=2) == [[1]]
    with pytest.raises(InvalidJSON, match="larger than 4 bytes"):
        loads(b"[[1]]", max_bytes=4)
    with pytest.raises(InvalidJSON, match="deeper than 1 levels"):
        loads(b"[[1]]", max_depth=1)


@dataclasses.dataclass
class Record:
    """Something that is not JSON."""

    a: int = 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, b"null"),
        ({"a": [1, 2.5, True, None, "null"]}, b'{"a":[1,2.5,true,null,"null"]}'),
        ({"b": 1, "a": (1, 2)}, b'{"b":1,"a":[1,2]}'),
        ("ü\u2028🔑/\x00", '"ü\u2028🔑/\\u0000"'.encode()),
        (2**64, b"18446744073709551616"),
        ({"ü": [10**400, None]}, b'{"\xc3\xbc":[1' + b"0" * 400 + b",null]}"),
    ],
    ids=str,
)
def test_values_are_written_compactly_in_utf_8(value: Any, text: bytes) -> None:
    """RFC 8259 §8.1."""
    assert dumps(value) == text


@pytest.mark.parametrize(
    "value",
    [
        [2**64, math.nan],
        {"a": (2**64, -math.inf)},
        "\ud800",
        {"\ud800": 1},
        [2**64, "\ud800"],
        b"x",
        {1, 2},
        Decimal(1),
        Record(),
        [2**64, Record()],
        datetime.now(UTC),
        object(),
    ],
    ids=repr,
)
def test_what_is_not_json_is_not_written(value: Any) -> None:
    with pytest.raises(TypeError):
        dumps(value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_nan_and_infinity_are_never_written(value: float) -> None:
    """RFC 8259 §6: they have no spelling in JSON."""
    assert dumps({"a": [value, 1.5]}) == b'{"a":[null,1.5]}'


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**500), 10**500)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab1\\", max_size=3), inner, max_size=4),
    max_leaves=15,
)


@given(JSON)
def test_every_value_survives_the_way_there_and_back(value: Any) -> None:
    assert loads(dumps(value)) == value


@given(st.binary(max_size=30) | st.text('[]{},:"\\u0123456789.eE+-tnrfalse ', max_size=60).map(str.encode))
def test_any_bytes_are_read_as_python_reads_them_or_refused(text: bytes) -> None:
    try:
        value = loads(text)
    except InvalidJSON:
        return
    assert value == json.loads(text)
