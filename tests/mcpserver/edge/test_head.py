import pytest

from mcpserver.edge.head import MAX_HEAD_BYTES, MAX_HEADERS, read_head


def test_names_with_an_underscore_are_dropped_from_both_views() -> None:
    """CVE-2026-3902: `mcp_session_id` must not become `Mcp-Session-Id` in a CGI-style reader."""
    head = read_head([(b"host", b"a"), (b"mcp_session_id", b"forged"), (b"x_forwarded_for", b"1.2.3.4")])
    assert head.headers == [(b"host", b"a")]
    assert set(head.values) == {b"host"}


@pytest.mark.parametrize(
    "name",
    [b"Authorization", b"host", b"Origin", b"Content-Length", b"Content-Type", b"Last-Event-ID", b"Mcp-Session-Id"],
)
def test_a_header_that_decides_something_may_not_be_repeated(name: bytes) -> None:
    head = read_head([(name, b"a"), (name.upper(), b"a")])
    assert head.fault == f"the header {name.decode().lower()} is repeated"
    assert head.fault_status == 400


def test_other_repeated_headers_are_joined_in_order() -> None:
    """RFC 9110 §5.3."""
    head = read_head([(b"accept", b"a"), (b"cookie", b"x=1"), (b"accept", b"b"), (b"cookie", b"y=2")])
    assert head.fault is None
    assert head.values[b"accept"] == b"a, b"
    assert len(head.headers) == 4


@pytest.mark.parametrize("byte", [b"\x00", b"\n", b"\r", b"\x0b", b"\x1f", b"\x7f"])
def test_control_bytes_are_refused_in_names_and_values(byte: bytes) -> None:
    """RFC 9110 §5.5."""
    assert read_head([(b"x-a", b"1" + byte + b"2")]).fault == "a header holds a control character"
    assert read_head([(b"x-" + byte, b"1")]).fault == "a header holds a control character"


def test_a_tab_and_bytes_beyond_ascii_are_allowed_in_values() -> None:
    assert read_head([(b"user-agent", b"a\tb \xe4")]).fault is None


@pytest.mark.parametrize(
    "name",
    [
        b"forwarded",
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"X-Forwarded-Proto",
        b"x-real-ip",
        b"x-request-id",
        b"daphne-root-path",
    ],
)
def test_what_a_proxy_would_say_is_not_passed_to_the_app(name: bytes) -> None:
    head = read_head([(name, b"evil.example")])
    assert head.headers == []
    assert head.values == {name.lower(): b"evil.example"}


def test_too_many_headers_are_refused() -> None:
    """RFC 6585 §5. Dropped ones count too."""
    assert read_head([(b"x_%d" % number, b"") for number in range(MAX_HEADERS)]).fault is None
    head = read_head([(b"x_%d" % number, b"") for number in range(MAX_HEADERS + 1)])
    assert (head.fault, head.fault_status) == ("the headers are too large", 431)


def test_too_large_headers_are_refused() -> None:
    head = read_head([(b"x-a", b"a" * MAX_HEAD_BYTES)])
    assert (head.fault, head.fault_status) == ("the headers are too large", 431)
