"""The rows of events that may be replayed: written, read, bounded. For threads of the database."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.db.models.functions import Length
from django.utils import timezone

from mcpserver.models import StreamEvent
from oauth_bridge import sealing

LIFETIME = timedelta(minutes=15)
MAX_EVENTS = 1_000
MAX_BYTES = 8_000_000
# A stream that has written so much since the last time bounds what its session has; a small event counts as if it were larger.
BOUND_EVERY_BYTES = 2_000_000
_LEAST_BYTES = BOUND_EVERY_BYTES // MAX_EVENTS
_SWEEP_SECONDS = 60.0
_SWEEP_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Event:
    """``data`` is a message, or empty: for the event that only tells an id, and for the end of a stream without an answer."""

    number: int
    data: bytes
    is_last: bool = False


def counted_bytes(event: Event) -> int:
    """Return what an event counts towards ``BOUND_EVERY_BYTES``."""
    return max(len(event.data), _LEAST_BYTES)


def write(session_key: str, stream: str, events: Sequence[Event], *, bounds: bool = False) -> None:
    """Write a stream's new events; at its end, or if told, bound what the session has."""
    now = timezone.now()
    StreamEvent.objects.bulk_create(
        StreamEvent(
            session_id=session_key,
            stream=stream,
            number=event.number,
            data=sealing.seal(event.data.decode()),
            is_last=event.is_last,
            created_at=now,
        )
        for event in events
    )
    if events[-1].is_last or bounds:
        _bound(session_key)
        _sweeping.sweep(now)


def is_kept(session_key: str, stream: str) -> bool:
    """Return whether there is anything of the stream."""
    return StreamEvent.objects.filter(_fresh(session_key, stream)).exists()


def after(session_key: str, stream: str, number: int) -> list[Event]:
    """Return the events behind a number, in order."""
    rows = StreamEvent.objects.filter(_fresh(session_key, stream), number__gt=number).order_by("number")
    return [
        Event(number, sealing.unseal(bytes(data)).encode(), is_last)
        for number, data, is_last in rows.values_list("number", "data", "is_last")
    ]


def stale(now: datetime) -> Q:
    """Return what tells events that are kept no longer."""
    return Q(created_at__lt=now - LIFETIME)


def _fresh(session_key: str, stream: str) -> Q:
    return Q(session_id=session_key, stream=stream, created_at__gte=timezone.now() - LIFETIME)


def _bound(session_key: str) -> None:
    """Delete what a session has beyond ``MAX_EVENTS`` or ``MAX_BYTES``, the oldest first; the last event always stays."""
    newest = StreamEvent.objects.filter(session_id=session_key).order_by("-id").values_list("id", Length("data"))
    size = 0
    for position, (event_id, length) in enumerate(newest[: MAX_EVENTS + 1]):
        size += length
        if position and (position >= MAX_EVENTS or size > MAX_BYTES):
            StreamEvent.objects.filter(session_id=session_key, id__lte=event_id).delete()
            return


class _Sweeping:
    """Deletes what is old, a bounded number of rows at once, and once a minute unless there is more of it.

    The hourly housekeeping would come too late.
    """

    def __init__(self) -> None:
        self._next = time.monotonic() + _SWEEP_SECONDS

    def sweep(self, now: datetime) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _SWEEP_SECONDS
        old = list(StreamEvent.objects.filter(stale(now)).order_by("id").values_list("id", flat=True)[:_SWEEP_ROWS])
        StreamEvent.objects.filter(id__in=old).delete()
        if len(old) == _SWEEP_ROWS:
            # There is more of it: who writes many takes as many away.
            self._next = 0.0


_sweeping = _Sweeping()
