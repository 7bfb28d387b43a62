"""How long a fetched document counts as fresh (RFC 9111 §4.2, §5), within this server's own bounds. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from oauth_bridge.protocol import lifetimes

# Longer ones say nothing that a sensible site says.
_MAX_HEADER_LENGTH = 1000


def fresh_seconds(headers: Mapping[str, str], *, now: datetime) -> int:
    """Return for how many seconds the answer is fresh. ``headers`` has names in lower case.

    The site's word counts between the bounds only: it can make this server neither fetch at each sign-in nor keep a
    copy for a year.
    """
    seconds = _stated(headers, now)
    if seconds is None:
        seconds = lifetimes.CLIENT_DOCUMENT_FRESH
    return min(max(seconds, lifetimes.CLIENT_DOCUMENT_FRESH_MIN), lifetimes.CLIENT_DOCUMENT_FRESH_MAX)


def _stated(headers: Mapping[str, str], now: datetime) -> int | None:
    directives = _directives(headers.get("cache-control", ""))
    if "no-store" in directives or "no-cache" in directives:
        return 0
    if "max-age" in directives:
        return (_seconds(directives["max-age"]) or 0) - _age(headers)
    if "expires" in headers:
        return _until_expiry(headers, now) - _age(headers)
    return None


def _directives(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for directive in text[:_MAX_HEADER_LENGTH].split(","):
        name, _, value = directive.partition("=")
        found.setdefault(name.strip().lower(), value.strip().strip('"'))
    return found


def _until_expiry(headers: Mapping[str, str], now: datetime) -> int:
    expires, sent = _date(headers["expires"]), _date(headers.get("date", ""))
    # An ``Expires`` that cannot be read, "0" above all, means that it has expired (RFC 9111 §5.3).
    return int((expires - (sent or now)).total_seconds()) if expires else 0


def _age(headers: Mapping[str, str]) -> int:
    return _seconds(headers.get("age", "")) or 0


def _seconds(text: str) -> int | None:
    # More digits than that are "for ever", and the bound cuts it.
    return int(text[:12]) if text.isascii() and text.isdigit() else None


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text[:_MAX_HEADER_LENGTH])
    except (TypeError, ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
