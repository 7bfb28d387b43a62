"""This server's own resource identifiers (RFC 8707), in one spelling each, from configuration alone."""

import re
from collections.abc import Sequence

from oauth_bridge.protocol.errors import OAuthError

_URI = re.compile(r"(?P<scheme>[A-Za-z]+)://(?P<authority>[A-Za-z0-9.:\[\]-]+)(?P<path>/[^?#\s\\]*)?(?:\?[^#\s]*)?")
_DEFAULT_PORT = {"http": ":80", "https": ":443"}
MAX_RESOURCES = 4

MCP_PATH = "/mcp"
# The transport of 2024-11-05: clients that begin there take its own URL for the resource.
SSE_PATH = "/sse"


def own(origin: str) -> tuple[str, ...]:
    """Return the identifiers that a token may be for; the first is the default where a client names none."""
    return (f"{origin}{MCP_PATH}", f"{origin}{SSE_PATH}", origin)


def canonical(uri: str, origin: str) -> str | None:
    """Return the own identifier that a URI means, or None.

    Scheme and host in any case, a trailing slash, a default port and a query (ChatGPT adds one) make no difference: URL
    parsers of released clients send them (MCP authorization, Canonical Server URI). A fragment or anything else does.
    """
    match = _URI.fullmatch(uri)
    if match is None:
        return None
    scheme = match["scheme"].lower()
    authority = match["authority"].lower().removesuffix(_DEFAULT_PORT.get(scheme, ""))
    found = f"{scheme}://{authority}{match['path'] or ''}".removesuffix("/")
    return found if found in own(origin) else None


def requested(uris: Sequence[str], origin: str) -> tuple[str, ...]:
    """Return the identifiers that a request asks for; the default for none (clients of 2025-03-26 send none).

    Raises:
        OAuthError: ``invalid_target``: one of them is not this server's (RFC 8707 §2).
    """
    if not uris:
        return own(origin)[:1]
    found = [canonical(uri, origin) for uri in uris[:MAX_RESOURCES]]
    if len(uris) > MAX_RESOURCES or None in found:
        raise OAuthError("invalid_target", "The resource is not one of this server; use the one of its metadata.")
    return tuple(dict.fromkeys(uri for uri in found if uri))


def narrowed(uris: Sequence[str], authorized: Sequence[str], origin: str) -> tuple[str, ...]:
    """Return what a token request may have of what was authorized; all of it where it names none (RFC 8707 §2.2).

    Raises:
        OAuthError: ``invalid_target``: it asks for another.
    """
    if not uris:
        return tuple(authorized)
    found = requested(uris, origin)
    if not set(found) <= set(authorized):
        raise OAuthError("invalid_target", "The resource was not part of the authorization.")
    return found
