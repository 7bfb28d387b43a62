"""The rows of notes: written, and taken away minutes later. For threads."""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from mcpserver.models import Note

# Longer than any reader looks back (``watermark.LATE_SECONDS``).
LIFETIME = timedelta(minutes=5)
_SWEEP_SECONDS = 60.0
_SWEEP_ROWS = 1_000


def write(kind: str, target: str, payload: Mapping[str, Any]) -> None:
    """Write a note; once a minute at most, take old ones away: the hourly housekeeping would come late."""
    now = timezone.now()
    Note.objects.create(kind=kind, target=target, payload=dict(payload), created_at=now)
    if _sweeping.is_due():
        old = Note.objects.filter(stale(now)).order_by("id").values_list("id", flat=True)[:_SWEEP_ROWS]
        ids = list(old)
        Note.objects.filter(id__in=ids).delete()
        if len(ids) == _SWEEP_ROWS:
            # There is more of it: who writes many takes as many away.
            _sweeping.go_on()


def stale(now: datetime) -> Q:
    """Return what tells notes that everybody has read."""
    return Q(created_at__lt=now - LIFETIME)


class _Sweeping:
    def __init__(self) -> None:
        self._next = time.monotonic() + _SWEEP_SECONDS

    def is_due(self) -> bool:
        if time.monotonic() < self._next:
            return False
        self._next = time.monotonic() + _SWEEP_SECONDS
        return True

    def go_on(self) -> None:
        self._next = 0.0


_sweeping = _Sweeping()
