import pytest

from mcpserver.edge import rules
from mcpserver.edge.config import EdgeConfig
from mcpserver.edge.head import Head, read_head
from mcpserver.edge.zones import Zone

PRODUCTION = EdgeConfig(public_url="https://gate.example")
DEVELOPMENT = EdgeConfig(public_url="http://localhost:8000", debug=True)


def head(**headers: str) -> Head:
    return read_head([(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()])


@pytest.mark.parametrize(
    ("public_url", "hosts"),
    [
        ("https://gate.example", {b"gate.example", b"gate.example:443"}),
        ("https://gate.example:8443", {b"gate.example:8443"}),
        ("http://localhost:8000", {b"localhost:8000"}),
        ("http://localhost", {b"localhost", b"localhost:80"}),
        ("http://[::1]:8000", {b"[::1]:8000"}),
        ("http://[::1]", {b"[::1]", b"[::1]:80"}),
    ],
)
def test_the_hosts_follow_from_the_public_url(public_url: str, hosts: set[bytes]) -> None:
    assert EdgeConfig(public_url=public_url).hosts == hosts


@pytest.mark.parametrize("host", ["gate.example", "GATE.example", "gate.example:443"])
def test_the_public_host_is_accepted(host: str) -> None:
    assert rules.refused_host(head(host=host), Zone.PAGE, PRODUCTION, PRODUCTION.hosts) is None


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "gate.example.",
        "gate.example.evil.example",
        "evilgate.example",
        "gate.example:8000",
        "gate.example:443:443",
        "user@gate.example",
        "gate.example/x",
        "gate.example, gate.example",
        "localhost",
        "127.0.0.1:8000",
    ],
)
def test_any_other_host_is_refused_in_production(host: str) -> None:
    """MCP basic/transports/streamable-http, Security Warning: DNS rebinding."""
    refusal = rules.refused_host(head(host=host), Zone.MCP, PRODUCTION, PRODUCTION.hosts)
    assert refusal is not None
    assert refusal.status == 400


def test_a_request_without_host_is_refused() -> None:
    """RFC 9110 §7.2."""
    refusal = rules.refused_host(head(), Zone.PAGE, PRODUCTION, PRODUCTION.hosts)
    assert refusal is not None
    assert refusal.message == "the Host header is missing"


@pytest.mark.parametrize("host", ["localhost", "localhost:9", "127.0.0.1:8000", "[::1]:65535", "LOCALHOST:1"])
def test_loopback_hosts_are_accepted_in_development_and_for_health_checks(host: str) -> None:
    assert rules.refused_host(head(host=host), Zone.MCP, DEVELOPMENT, DEVELOPMENT.hosts) is None
    assert rules.refused_host(head(host=host), Zone.HEALTH, PRODUCTION, PRODUCTION.hosts) is None


@pytest.mark.parametrize(
    "host", ["localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.2", "localhost:", "localhost:123456", "::1"]
)
def test_what_only_looks_like_loopback_is_refused(host: str) -> None:
    assert rules.refused_host(head(host=host), Zone.HEALTH, DEVELOPMENT, DEVELOPMENT.hosts) is not None


@pytest.mark.parametrize(
    "origin",
    [
        "https://gate.example",
        "HTTPS://Gate.Example",
        "http://localhost:6274",
        "http://127.0.0.1",
        "https://[::1]:1",
        "http://localhost",
    ],
)
def test_our_own_origin_and_loopback_origins_may_talk_to_mcp(origin: str) -> None:
    assert rules.refused_origin(head(origin=origin), Zone.MCP, PRODUCTION) is None


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "http://gate.example",
        "https://gate.example:8443",
        "https://gate.example.evil.example",
        "https://evil.example",
        "http://localhost.evil.example",
        "http://localhost:6274.evil.example",
        "http://127.0.0.1.evil.example",
        "http://localhost:6274/",
        "http://evil.example#http://localhost",
        "file://",
        "chrome-extension://localhost",
        "http://localhost, http://localhost",
    ],
)
def test_any_other_origin_is_forbidden_at_mcp_and_nowhere_else(origin: str) -> None:
    """MCP 2025-11-25 and 2026-07-28 basic/transports/streamable-http: 403."""
    refusal = rules.refused_origin(head(origin=origin), Zone.MCP, PRODUCTION)
    assert refusal is not None
    assert refusal.status == 403
    assert rules.refused_origin(head(origin=origin), Zone.OPEN, PRODUCTION) is None


def test_a_request_without_origin_is_fine() -> None:
    assert rules.refused_origin(head(), Zone.MCP, PRODUCTION) is None


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/", b"", None),
        ("/mcp", b"a=%00", None),  # a query's bytes are judged by whoever reads it
        ("/über", b"", None),
        ("/\x00", b"", 400),
        ("/a\\b", b"", 400),
        ("/\ufffd", b"", 400),
        ("/a\nb", b"", 400),
        ("/\x7f", b"", 400),
        ("mcp", b"", 400),
        ("*", b"", 400),
        ("", b"", 400),
        ("/" + "a" * 16_383, b"", None),
        ("/" + "a" * 16_383, b"b", 414),
        ("/", b"b" * 20_000, 414),
    ],
)
def test_malformed_and_endless_targets_are_refused(path: str, query: bytes, status: int | None) -> None:
    refusal = rules.refused_target(path, query)
    assert (refusal and refusal.status) == status


@pytest.mark.parametrize(
    ("length", "status"),
    [
        (b"0", None),
        (b"1000000", None),
        (b"1000001", 413),
        (b"9" * 5_000, 413),
        (b"-1", 400),
        (b"+1", 400),
        (b"1e3", 400),
        (b"", 400),
        (b"1, 1", 400),
        (b"\xb2", 400),
    ],
)
def test_a_declared_length_is_judged_before_any_body_is_read(length: bytes, status: int | None) -> None:
    refusal = rules.refused_length({b"content-length": length}, 1_000_000)
    assert (refusal and refusal.status) == status


def test_no_declared_length_is_no_fault() -> None:
    assert rules.refused_length({}, 10) is None
