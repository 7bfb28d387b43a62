"""Stored copies: what every kind of them has in common."""

import re
from datetime import datetime, timedelta
from typing import Any

from oauth_bridge.documents.requests import Fetched, NotTried
from oauth_bridge.models.documents import StoredCopy
from oauth_bridge.protocol import http_caching, lifetimes

_ETAG = re.compile(r'(?:W/)?"[!#-~]{0,190}"')


def fields(url: str, fetched: Fetched[Any], now: datetime) -> dict[str, Any]:
    """Return the fields of a copy that is good as of now."""
    etag = fetched.headers.get("etag", "")
    return {
        "url": url,
        "body": fetched.body,
        "etag": etag if _ETAG.fullmatch(etag) else "",
        "fetched_at": now,
        "fresh_until": now + timedelta(seconds=http_caching.fresh_seconds(fetched.headers, now=now)),
        "failing_since": None,
        "error": "",
    }


def is_usable(copy: StoredCopy, now: datetime) -> bool:
    """Return whether the copy may stand in while the site gives nothing usable."""
    return now < copy.fetched_at + timedelta(seconds=lifetimes.CLIENT_DOCUMENT_STALE)


def note_failure(copy: StoredCopy, error: Exception, now: datetime) -> None:
    """Write down for the operator that the site fails, and since when. The copy stays as it is."""
    if isinstance(error, NotTried):
        return
    copies = type(copy)._default_manager.filter(pk=copy.pk)
    copies.filter(failing_since__isnull=True).update(failing_since=now)
    copies.update(error=str(error)[:200])
