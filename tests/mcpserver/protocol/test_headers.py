"""Reading headers, and the wrapping of their values (MCP 2026-07-28 streamable-http, Value Encoding)."""

import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcpserver.protocol import headers
from mcpserver.protocol.errors import HeaderMismatch
from mcpserver.protocol.headers import Headers


def test_names_are_read_in_any_case_and_blanks_around_values_are_dropped() -> None:
    """RFC 9110 §5.1, §5.5."""
    read = headers.read(
        [
            (b"MCP-PROTOCOL-VERSION", b" 2026-07-28\t"),
            (b"mcp-method", b"tools/call"),
            (b"Mcp-Name", b"  greet "),
            (b"Mcp-Param-Region", b"eu"),
            (b"accept", b"application/json"),
            (b"Accept", b"text/event-stream"),
            (b"content-type", b"application/json"),
            (b"authorization", b"Bearer x"),
        ]
    )
    assert read == Headers(
        protocol_version="2026-07-28",
        method="tools/call",
        name="greet",
        accept="application/json, text/event-stream",
        content_type="application/json",
        parameters={"region": ("eu",)},
    )


def test_a_standard_header_that_comes_twice_is_noticed() -> None:
    read = headers.read([(b"mcp-name", b"a"), (b"mcp-name", b"a"), (b"mcp-param-x", b"1"), (b"mcp-param-x", b"2")])
    assert read.repeated == ("Mcp-Name",)
    assert read.parameters == {"x": ("1", "2")}
    with pytest.raises(HeaderMismatch, match="Mcp-Name came more than once"):
        headers.check_unrepeated(read)


@pytest.mark.parametrize(
    ("value", "decoded"),
    [
        ("us-west1", "us-west1"),
        ("", ""),
        ("a b\tc", "a b\tc"),
        ("=?base64?SGVsbG8=?=", "Hello"),
        ("=?base64?SGVsbG8sIOS4lueVjA==?=", "Hello, 世界"),
        ("=?base64?IHBhZGRlZCA=?=", " padded "),
        ("=?base64?bGluZTEKbGluZTI=?=", "line1\nline2"),
        ("=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=", "=?base64?literal?="),
        ("=?base64??=", ""),
        ("SGVsbG8=", "SGVsbG8="),
        ("=?base64?SGVsbG8=", "=?base64?SGVsbG8="),
        ("SGVsbG8=?=", "SGVsbG8=?="),
        ("=?Base64?SGVsbG8=?=", "=?Base64?SGVsbG8=?="),
        (" =?base64?SGVsbG8=?=", " =?base64?SGVsbG8=?="),
        ("=?base64?=", "=?base64?="),
    ],
)
def test_a_value_is_unwrapped_only_when_it_has_the_whole_marker(value: str, decoded: str) -> None:
    assert headers.decode_value(value, "Mcp-Name") == decoded


@pytest.mark.parametrize(
    "value",
    [
        "=?base64?SGVsbG8?=",  # no padding
        "=?base64?SGVsbG8==?=",  # too much of it
        "=?base64?SGVs!!!bG8=?=",  # foreign alphabet
        "=?base64?SGVs bG8=?=",  # a blank within
        "=?base64?SGVsbG9=?=",  # spare bits set
        "=?base64?-_-_?=",  # the alphabet for URLs
        "=?base64?/w==?=",  # not UTF-8
        "=?base64?7aCA?=",  # a surrogate in UTF-8's clothes
        "=?base64?é?=",
        "caf\xe9",
        "a\x00b",
        "a\x7f",
        "a\nb",
    ],
)
def test_a_broken_value_is_refused(value: str) -> None:
    with pytest.raises(HeaderMismatch):
        headers.decode_value(value, "Mcp-Name")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_survives_the_wrapping(text: str) -> None:
    wrapped = f"=?base64?{base64.b64encode(text.encode()).decode()}?="
    assert headers.decode_value(wrapped, "Mcp-Name") == text


@given(st.text() | st.text().map(lambda text: f"=?base64?{text}?="))
def test_no_value_breaks_the_decoder(value: str) -> None:
    with suppress(HeaderMismatch):
        assert isinstance(headers.decode_value(value, "Mcp-Name"), str)
