"""The headers that every answer carries. Pure: the app's headers in, the final ones out."""

from collections.abc import Iterable

from mcpserver.edge.types import Header
from mcpserver.edge.zones import Zone
from wire import csp

CONTENT_SECURITY_POLICY = csp.policy().encode("ascii")

# No Cross-Origin-Opener-Policy: the sign-in pop-up of a web client needs its opener.
_ALWAYS: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    # Not `no-referrer`: over https Django's CSRF check reads the Referer of our own forms.
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", CONTENT_SECURITY_POLICY),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
_HSTS: Header = (b"strict-transport-security", b"max-age=31536000")
# The wrapper alone decides on these.
_DROPPED = frozenset(
    {
        b"server",
        b"x-request-id",
        b"access-control-allow-origin",
        b"access-control-allow-credentials",
        b"access-control-expose-headers",
    }
)


def default_headers(zone: Zone, *, https: bool) -> tuple[Header, ...]:
    """Return what an answer of a zone gets unless the app has set it."""
    shared = b"cross-origin" if zone is Zone.OPEN else b"same-origin"
    return (*_ALWAYS, (b"cross-origin-resource-policy", shared), *((_HSTS,) if https else ()))


def final_headers(
    headers: Iterable[Header], defaults: tuple[Header, ...], added: tuple[Header, ...]
) -> tuple[list[Header], dict[bytes, bytes]]:
    """Return the headers to send, and the app's own by lower-case name."""
    own: dict[bytes, bytes] = {}
    result: list[Header] = []
    for pair in headers:
        name = pair[0].lower()
        if name not in _DROPPED:
            own[name] = pair[1]
            result.append((name, pair[1]))
    result.extend(pair for pair in defaults if pair[0] not in own)
    result.extend(added)
    return result, own
