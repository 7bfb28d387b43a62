import pytest

from mcpserver.edge.zones import Zone, zone_of


@pytest.mark.parametrize(
    ("path", "zone"),
    [
        ("/mcp", Zone.MCP),
        ("/mcp/", Zone.MCP),
        ("/mcp//x", Zone.MCP),
        ("/sse", Zone.MCP),
        ("/messages/abc", Zone.MCP),
        ("/.well-known/oauth-protected-resource/mcp", Zone.OPEN),
        ("/auth", Zone.OPEN),
        ("/authorize", Zone.OPEN),
        ("/token", Zone.OPEN),
        ("/register/3f2a", Zone.OPEN),
        ("/revoke", Zone.OPEN),
        ("/introspect", Zone.OPEN),
        ("/static/site.css", Zone.STATIC),
        ("/health", Zone.HEALTH),
        ("/health/ready", Zone.HEALTH),
        ("/", Zone.PAGE),
        ("/admin/", Zone.PAGE),
        ("/account", Zone.PAGE),
        ("/mcpx", Zone.PAGE),
        ("/tokens", Zone.PAGE),
        ("/healthy", Zone.PAGE),
        ("/callback", Zone.PAGE),
        ("//mcp", Zone.MCP),
        ("///sse", Zone.MCP),
        ("//", Zone.PAGE),
        ("", Zone.PAGE),
    ],
)
def test_the_first_segment_alone_decides_the_zone(path: str, zone: Zone) -> None:
    assert zone_of(path) is zone
