"""The parts of the site that the wrapper treats alike. Pure: a path in, its zone out."""

from enum import Enum


class Zone(Enum):
    """``MCP``: the protocol's endpoints. ``OPEN``: OAuth and discovery, readable from any web origin. ``PAGE``: the rest
    of Django. ``STATIC`` and ``HEALTH``: cheap, and exempt from the cap, so that a busy server still shows its state.
    """

    MCP = "mcp"
    OPEN = "open"
    PAGE = "page"
    STATIC = "static"
    HEALTH = "health"


_BY_FIRST_SEGMENT = {
    "mcp": Zone.MCP,
    "sse": Zone.MCP,
    "messages": Zone.MCP,
    ".well-known": Zone.OPEN,
    "auth": Zone.OPEN,
    "authorize": Zone.OPEN,
    "token": Zone.OPEN,
    "register": Zone.OPEN,
    "revoke": Zone.OPEN,
    "introspect": Zone.OPEN,
    "static": Zone.STATIC,
    "health": Zone.HEALTH,
}


def zone_of(path: str) -> Zone:
    """Return the zone of a decoded path. The first segment decides, so that no trailing slash or suffix slips past.

    Leading slashes count as one, as they do for Channels' routes: ``//mcp`` reaches the protocol too.
    """
    return _BY_FIRST_SEGMENT.get(path.lstrip("/").partition("/")[0], Zone.PAGE)
