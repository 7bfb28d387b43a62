"""What is refused before the app sees it, one rule a function. Pure: each returns a Refusal or None."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mcpserver.edge.config import EdgeConfig
from mcpserver.edge.head import Head
from mcpserver.edge.types import Header
from mcpserver.edge.zones import Zone

MAX_TARGET_BYTES = 16_384
MAX_QUERY_PARAMETERS = 200
RETRY_AFTER_SECONDS = 2

_LOOPBACK_HOST = re.compile(rb"(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?")
_LOOPBACK_ORIGIN = re.compile(rb"https?://(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?")
# U+FFFD is what the servers put for bytes that are not UTF-8. No path of ours holds it by right.
_BAD_PATH = re.compile(r"[\x00-\x1f\x7f\\\ufffd]")


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer of the wrapper's own. ``error`` is OAuth's word for it (RFC 6749 §5.2), ``code`` JSON-RPC's.

    No code of ours: MCP 2026-07-28 basic/index, Error Codes, leaves none of the reserved range to servers.
    """

    status: int
    error: str
    code: int
    message: str
    headers: tuple[Header, ...] = ()


def bad_request(message: str, status: int = 400) -> Refusal:
    """Return the refusal of a request that is wrong in itself."""
    return Refusal(status, "invalid_request", -32600, message)


TOO_LARGE = bad_request("the body is too large", 413)
BUSY = Refusal(
    503,
    "temporarily_unavailable",
    -32603,
    "the server is busy: try again in a moment",
    ((b"retry-after", b"%d" % RETRY_AFTER_SECONDS),),
)
INTERNAL = Refusal(500, "server_error", -32603, "internal error")


def refused_target(path: str, query: bytes) -> Refusal | None:
    """Return why a request's target is refused: none of ours is that long, nor holds NUL, backslash, control characters."""
    if len(path) + len(query) > MAX_TARGET_BYTES:
        return bad_request("the address is too long", 414)
    if query.count(b"&") >= MAX_QUERY_PARAMETERS:
        return bad_request("the address has too many parameters")
    if not path.startswith("/") or _BAD_PATH.search(path):
        return bad_request("the path is malformed")
    return None


def refused_host(head: Head, zone: Zone, config: EdgeConfig, hosts: frozenset[bytes]) -> Refusal | None:
    """Return why a ``Host`` is refused (MCP basic/transports/streamable-http: DNS rebinding; RFC 9110 §7.2: required).

    Health checks of a container ask its loopback address.
    """
    host = head.values.get(b"host", b"").lower()
    if host in hosts or ((config.debug or zone is Zone.HEALTH) and _LOOPBACK_HOST.fullmatch(host)):
        return None
    return bad_request("the Host header does not name this server" if host else "the Host header is missing")


def is_allowed_origin(origin: bytes, config: EdgeConfig) -> bool:
    """Return whether a web page of ``origin`` may talk to the MCP endpoints: our own, and tools on the user's machine."""
    origin = origin.lower()
    return origin == config.public_url.encode() or _LOOPBACK_ORIGIN.fullmatch(origin) is not None


def refused_origin(head: Head, zone: Zone, config: EdgeConfig) -> Refusal | None:
    """Return why an ``Origin`` is refused at the protocol's endpoints; absent is fine, ``null`` is not."""
    origin = head.values.get(b"origin")
    if zone is not Zone.MCP or origin is None or is_allowed_origin(origin, config):
        return None
    return Refusal(403, "access_denied", -32600, "requests from this Origin are not allowed")


def refused_length(values: Mapping[bytes, bytes], max_body_bytes: int) -> Refusal | None:
    """Return why a declared body is refused."""
    length = values.get(b"content-length")
    if length is None:
        return None
    if not length.isdigit():
        return bad_request("Content-Length is not a number")
    # No honest length has so many digits, and turning thousands of them into a number costs time.
    if len(length) > 15 or int(length) > max_body_bytes:
        return TOO_LARGE
    return None
