"""The rows of transport sessions: written, read, swept. For threads of the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from mcpserver.models import TransportSession
from mcpserver.protocol import versions
from mcpserver.protocol.versions import Revision

MAX_PER_SIGN_IN = 50
IDLE = timedelta(days=1)
# A client whose sign-in ended may come back by a new one, and find its session again for so long.
IDLE_AFTER_SIGN_IN_ENDED = timedelta(hours=1)
_TOUCH_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Row:
    """A transport session as it is stored. ``client_id`` is the OAuth client's."""

    revision: Revision
    capabilities: Mapping[str, Any]
    log_level: str | None
    is_over_sse: bool
    person_id: int
    client_id: str


def write(key: str, sign_in: str, revision: str, capabilities: object, client_info: object, *, is_over_sse: bool) -> list[str]:
    """Write a new session; delete those that are too many in its sign-in, and return their keys."""
    now, oauth_session_id = timezone.now(), UUID(sign_in)
    TransportSession.objects.create(
        key=key,
        oauth_session_id=oauth_session_id,
        revision=revision,
        capabilities=capabilities,
        client_info=client_info,
        is_over_sse=is_over_sse,
        created_at=now,
        used_at=now,
    )
    siblings = TransportSession.objects.filter(oauth_session_id=oauth_session_id).order_by("-used_at", "-created_at", "key")
    too_many = list(siblings.values_list("key", flat=True)[MAX_PER_SIGN_IN:])
    if too_many:
        TransportSession.objects.filter(key__in=too_many).delete()
    return too_many


def read(key: str) -> Row | None:
    """Return a session that is there and was used lately enough, and note that it is in use."""
    now = timezone.now()
    found = (
        TransportSession.objects.filter(key=key, used_at__gt=now - IDLE)
        .values_list(
            "revision",
            "capabilities",
            "log_level",
            "is_over_sse",
            "oauth_session__person_id",
            "oauth_session__client__client_id",
            "used_at",
        )
        .first()
    )
    if found is None:
        return None
    revision, capabilities, log_level, is_over_sse, person_id, client_id, used_at = found
    if used_at < now - _TOUCH_AFTER:
        TransportSession.objects.filter(key=key).update(used_at=now)
    # A revision that is served no longer: its sessions are over.
    known = versions.by_name(revision, versions.SSE_REVISIONS)
    return None if known is None else Row(known, capabilities, log_level or None, is_over_sse, person_id, client_id)


def change(key: str, **values: object) -> None:
    """Change columns of a session that may have ended meanwhile."""
    TransportSession.objects.filter(key=key).update(**values)


def delete(key: str) -> None:
    """Delete a session, if it is still there, and with it what was kept for its streams."""
    TransportSession.objects.filter(key=key).delete()


def stale(now: datetime) -> Q:
    """Return what tells sessions that nobody will come back to."""
    ended = Q(oauth_session__ended_at__isnull=False) | Q(oauth_session__expires_at__lt=now)
    return Q(used_at__lt=now - IDLE) | (ended & Q(used_at__lt=now - IDLE_AFTER_SIGN_IN_ENDED))
