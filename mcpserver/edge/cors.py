"""Cross-origin rules (Fetch standard, "CORS protocol"). Pure: a head and a zone in, response headers out."""

import re

from mcpserver.edge.head import Head
from mcpserver.edge.types import Header
from mcpserver.edge.zones import Zone

# A browser keeps a preflight's answer no longer than two hours.
_MAX_AGE_SECONDS = b"7200"
_METHODS = {Zone.MCP: b"GET, POST, DELETE", Zone.OPEN: b"GET, POST, PUT, DELETE"}
_ALLOWED_HEADERS = (
    b"Authorization, Content-Type, Accept, Mcp-Session-Id, MCP-Protocol-Version, Last-Event-ID, Mcp-Method, Mcp-Name"
)
_EXPOSED: Header = (b"access-control-expose-headers", b"Mcp-Session-Id, WWW-Authenticate, X-Request-Id, Retry-After")
_VARY: Header = (b"vary", b"Origin")
_MCP_PARAMETER = re.compile(rb"mcp-param-[a-z0-9!#$%&'*+.^`|~-]{1,100}", re.IGNORECASE)
_MAX_PARAMETERS = 50


def is_preflight(method: str, head: Head, zone: Zone) -> bool:
    """Return whether a browser asks for leave, at a path that gives it."""
    return (
        method == "OPTIONS"
        and zone in _METHODS
        and b"origin" in head.values
        and b"access-control-request-method" in head.values
    )


def preflight_headers(head: Head, zone: Zone) -> tuple[Header, ...]:
    """Return what a preflight's answer adds. ``Mcp-Param-*`` has no wildcard in CORS: the names asked for are given back."""
    asked = head.values.get(b"access-control-request-headers", b"").split(b",")[:_MAX_PARAMETERS]
    parameters = [name.strip() for name in asked if _MCP_PARAMETER.fullmatch(name.strip())]
    return (
        (b"access-control-allow-methods", _METHODS[zone]),
        (b"access-control-allow-headers", b", ".join((_ALLOWED_HEADERS, *parameters))),
        (b"access-control-max-age", _MAX_AGE_SECONDS),
    )


def cors_headers(zone: Zone, allowed_origin: bytes | None) -> tuple[Header, ...]:
    """Return what every answer of a zone carries. Nowhere are credentials (cookies) allowed.

    ``allowed_origin`` is the request's Origin if the zone lets it in.
    """
    if zone is Zone.OPEN:
        return ((b"access-control-allow-origin", b"*"), _EXPOSED)
    if zone is Zone.MCP:
        return ((b"access-control-allow-origin", allowed_origin), _EXPOSED, _VARY) if allowed_origin else (_VARY,)
    return ()
