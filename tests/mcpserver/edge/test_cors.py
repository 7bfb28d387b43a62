import pytest

from mcpserver.edge import cors
from mcpserver.edge.head import Head, read_head
from mcpserver.edge.zones import Zone


def preflight(asked: bytes = b"") -> Head:
    pairs = [(b"origin", b"https://web.example"), (b"access-control-request-method", b"POST")]
    return read_head([*pairs, (b"access-control-request-headers", asked)])


def test_a_preflight_is_an_options_request_with_origin_and_method() -> None:
    assert cors.is_preflight("OPTIONS", preflight(), Zone.MCP)
    assert cors.is_preflight("OPTIONS", preflight(), Zone.OPEN)
    assert not cors.is_preflight("POST", preflight(), Zone.MCP)
    assert not cors.is_preflight("OPTIONS", read_head([(b"origin", b"https://web.example")]), Zone.MCP)
    assert not cors.is_preflight("OPTIONS", read_head([(b"access-control-request-method", b"POST")]), Zone.MCP)


@pytest.mark.parametrize("zone", [Zone.PAGE, Zone.STATIC, Zone.HEALTH])
def test_pages_give_no_leave_to_other_origins(zone: Zone) -> None:
    assert not cors.is_preflight("OPTIONS", preflight(), zone)
    assert cors.cors_headers(zone, b"https://web.example") == ()


def test_a_preflight_allows_what_browser_clients_send() -> None:
    """Requirement PR-28."""
    allowed = dict(cors.preflight_headers(preflight(), Zone.MCP))[b"access-control-allow-headers"].decode().split(", ")
    assert allowed == [
        "Authorization",
        "Content-Type",
        "Accept",
        "Mcp-Session-Id",
        "MCP-Protocol-Version",
        "Last-Event-ID",
        "Mcp-Method",
        "Mcp-Name",
    ]


def test_parameter_headers_are_given_back_by_name() -> None:
    """`Mcp-Param-*` is a family of names, and CORS knows no such wildcard."""
    asked = b"authorization, mcp-param-region, Mcp-Param-Zone,x-other, mcp-param-, mcp-param-a b"
    allowed = dict(cors.preflight_headers(preflight(asked), Zone.MCP))[b"access-control-allow-headers"]
    assert allowed.endswith(b"Mcp-Name, mcp-param-region, Mcp-Param-Zone")


def test_the_number_of_parameter_headers_given_back_is_bounded() -> None:
    asked = b",".join(b"mcp-param-%d" % number for number in range(1_000))
    assert len(dict(cors.preflight_headers(preflight(asked), Zone.MCP))[b"access-control-allow-headers"]) < 2_000


def test_discovery_and_oauth_are_open_to_all_without_credentials() -> None:
    headers = dict(cors.cors_headers(Zone.OPEN, None))
    assert headers[b"access-control-allow-origin"] == b"*"
    assert b"access-control-allow-credentials" not in headers


def test_mcp_names_the_origin_it_lets_in_and_varies_by_it() -> None:
    headers = dict(cors.cors_headers(Zone.MCP, b"http://localhost:6274"))
    assert headers[b"access-control-allow-origin"] == b"http://localhost:6274"
    assert headers[b"access-control-expose-headers"] == b"Mcp-Session-Id, WWW-Authenticate, X-Request-Id, Retry-After"
    assert headers[b"vary"] == b"Origin"
    assert cors.cors_headers(Zone.MCP, None) == ((b"vary", b"Origin"),)
