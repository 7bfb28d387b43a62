"""This server's own resource identifiers."""

import pytest

from oauth_bridge.protocol.errors import OAuthError
from oauth_bridge.protocol.resources import MAX_RESOURCES, canonical, narrowed, own, requested

ORIGIN = "https://gate.example"
LOCAL = "http://localhost:8000"
MCP = f"{ORIGIN}/mcp"


def test_the_endpoint_comes_first() -> None:
    """MCP 2026-07-28 authorization, Canonical Server URI: the most specific identifier is the default."""
    assert own(ORIGIN) == (MCP, f"{ORIGIN}/sse", ORIGIN)


OURS = [
    (MCP, ORIGIN, MCP),
    (f"{MCP}/", ORIGIN, MCP),
    (ORIGIN, ORIGIN, ORIGIN),
    (f"{ORIGIN}/", ORIGIN, ORIGIN),
    ("HTTPS://Gate.EXAMPLE/mcp", ORIGIN, MCP),
    ("https://gate.example:443/mcp", ORIGIN, MCP),
    ("https://gate.example:443", ORIGIN, ORIGIN),
    ("https://gate.example/mcp?connector=17", ORIGIN, MCP),  # ChatGPT
    ("https://gate.example/mcp/?a=b&c=%20", ORIGIN, MCP),
    ("https://gate.example?x", ORIGIN, ORIGIN),
    ("https://gate.example/mcp?", ORIGIN, MCP),
    ("http://localhost:8000/mcp", LOCAL, f"{LOCAL}/mcp"),
    ("http://LOCALHOST:8000", LOCAL, LOCAL),
    ("http://localhost:80/mcp", "http://localhost", "http://localhost/mcp"),
    ("https://gate.example:8443/mcp", "https://gate.example:8443", "https://gate.example:8443/mcp"),
    ("http://[::1]:8000/mcp", "http://[::1]:8000", "http://[::1]:8000/mcp"),
]

FOREIGN = [
    "",
    "mcp",
    "/mcp",
    "//gate.example/mcp",
    "gate.example/mcp",
    "https:gate.example/mcp",
    "https:///mcp",
    "http://gate.example/mcp",
    "https://gate.example:80/mcp",
    "https://gate.example:8443/mcp",
    "https://gate.example:/mcp",
    "https://gate.example:0443/mcp",
    "https://gate.example./mcp",
    "https://www.gate.example/mcp",
    "https://gate.example.evil.example/mcp",
    "https://evil.example/mcp",
    "https://evil.example/https://gate.example/mcp",
    "https://gate.example@evil.example/mcp",
    "https://user@gate.example/mcp",
    "https://evil.example\\@gate.example/mcp",
    "https://gate.example\\/mcp",
    "https://gate.example/mcp#fragment",
    "https://gate.example#",
    "https://gate.example/MCP",
    "https://gate.example/mcp/x",
    "https://gate.example/mcp//",
    "https://gate.example//mcp",
    "https://gate.example//",
    "https://gate.example/mc",
    "https://gate.example/mcpx",
    "https://gate.example/sse/x",
    "https://gate.example/messages",
    "https://gate.example/./mcp",
    "https://gate.example/x/../mcp",
    "https://gate.example/%6dcp",
    "https://gate.example/mcp%2f",
    "https://gate.example/mcp;x",
    " https://gate.example/mcp",
    "https://gate.example/mcp ",
    "https://gate.example/mcp\n",
    "https://gate.example/mcp?a b",
    "https://gate.example/mcp?x#y",
    "https://gаte.example/mcp",  # noqa: RUF001  a Cyrillic letter
    "urn:gate.example:mcp",
    "gth_at_x",
    "https://" + "a" * 100_000,
]


@pytest.mark.parametrize(("uri", "origin", "expected"), OURS)
def test_every_spelling_that_released_clients_send_is_ours(uri: str, origin: str, expected: str) -> None:
    """RFC 3986 §6.2.2 and §6.2.3; MCP 2026-07-28 authorization, Canonical Server URI."""
    assert canonical(uri, origin) == expected
    assert requested([uri], origin) == (expected,)


@pytest.mark.parametrize("uri", FOREIGN, ids=lambda uri: uri[:50])
def test_nothing_else_is_ours(uri: str) -> None:
    """RFC 8707 §2: ``invalid_target``; CVE-2025-69196: a resource that is ignored makes a token for everything."""
    assert canonical(uri, ORIGIN) is None
    with pytest.raises(OAuthError) as caught:
        requested([uri], ORIGIN)
    assert caught.value.code == "invalid_target"
    with pytest.raises(OAuthError):
        requested([MCP, uri], ORIGIN)


def test_none_named_means_the_endpoint() -> None:
    """MCP 2025-03-26 clients send no ``resource``; a token without an audience is never made."""
    assert requested([], ORIGIN) == (MCP,)


def test_several_are_returned_once_each_in_their_order() -> None:
    """RFC 8707 §2."""
    assert requested([ORIGIN, f"{MCP}/", MCP, f"{ORIGIN}/"], ORIGIN) == (ORIGIN, MCP)


def test_there_may_be_no_more_than_a_few() -> None:
    assert requested([MCP] * MAX_RESOURCES, ORIGIN) == (MCP,)
    with pytest.raises(OAuthError) as caught:
        requested([MCP] * (MAX_RESOURCES + 1), ORIGIN)
    assert caught.value.code == "invalid_target"


@pytest.mark.parametrize(
    ("uris", "authorized", "expected"),
    [
        ([], (MCP,), (MCP,)),
        ([], (MCP, ORIGIN), (MCP, ORIGIN)),
        ([MCP], (MCP, ORIGIN), (MCP,)),
        ([f"{ORIGIN}/"], (MCP, ORIGIN), (ORIGIN,)),
        ([f"{MCP}?x=1"], (MCP,), (MCP,)),
    ],
)
def test_a_token_request_may_narrow(uris: list[str], authorized: tuple[str, ...], expected: tuple[str, ...]) -> None:
    """RFC 8707 §2.2."""
    assert narrowed(uris, authorized, ORIGIN) == expected


@pytest.mark.parametrize(
    ("uris", "authorized"),
    [([ORIGIN], (MCP,)), ([MCP], (ORIGIN,)), ([MCP, ORIGIN], (MCP,)), (["https://evil.example/"], (MCP,)), ([MCP], ())],
)
def test_a_token_request_may_not_widen(uris: list[str], authorized: tuple[str, ...]) -> None:
    """RFC 8707 §2.2: ``invalid_target``."""
    with pytest.raises(OAuthError) as caught:
        narrowed(uris, authorized, ORIGIN)
    assert caught.value.code == "invalid_target"
