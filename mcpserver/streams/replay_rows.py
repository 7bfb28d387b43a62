"""The rows of events that may be replayed: written, read, taken away. For threads of the database."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils import timezone

from mcpserver.models import StreamEvent
from mcpserver.streams.replay_bounds import ledger
from oauth_bridge import sealing
from wire import strict_json

LIFETIME = timedelta(minutes=15)
_SWEEP_SECONDS = 60.0
_SWEEP_ROWS = 1_000
# Above all last words: those of a request hold its id, which came in one body.
_MAX_LAST_WORDS = 8_000_000


@dataclass(frozen=True, slots=True)
class Event:
    """``data`` is a message, or empty: for the end of a stream without an answer."""

    number: int
    data: bytes
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose events they are: a transport session's, and with it a person's."""

    session_key: str
    person_id: int


def write(owner: Owner, stream: str, events: Sequence[Event]) -> None:
    """Write a stream's new events, and bound what is kept."""
    rows = _created(owner.session_key, stream, events)
    ledger.wrote(owner.session_key, owner.person_id, [len(row.data) for row in rows], has_ended=events[-1].is_last)
    _sweeping.sweep(timezone.now())


def head(last_words: Sequence[bytes]) -> Event:
    """Return the event that each stream begins with. It holds what is to be said if nobody is left to say more."""
    return Event(0, strict_json.dumps([each.decode() for each in last_words]))


def give_up(session_key: str, stream: str, after: int) -> None:
    """End a stream whose process has died with its last words, behind all numbers that were given, as far as they are known.

    Nothing happens if it has ended, by whoever it was.
    """
    rows = StreamEvent.objects.filter(session_id=session_key, stream=stream)
    if rows.filter(is_last=True).exists() or not rows.exists():
        return
    begun = rows.filter(number=0).values_list("data", flat=True).first()
    words: list[str] = []
    if begun is not None:
        words = strict_json.loads(sealing.unseal(bytes(begun)).encode(), max_bytes=_MAX_LAST_WORDS)
    number = 1 + max(after, rows.aggregate(last=Max("number"))["last"] or 0)
    # Without any it ends all the same.
    texts = words or [""]
    events = [Event(number + place, text.encode(), place == len(texts) - 1) for place, text in enumerate(texts)]
    try:
        with transaction.atomic():
            _created(session_key, stream, events)
    except IntegrityError:
        # Another one who follows was quicker, or the process lives after all, or the session has ended.
        return


def is_kept(session_key: str, stream: str) -> bool:
    """Return whether there is anything of the stream."""
    return StreamEvent.objects.filter(_fresh(session_key, stream)).exists()


def after(session_key: str, stream: str, number: int) -> list[Event]:
    """Return the events behind a number, in order. If the first one is not the next, some are kept no longer."""
    rows = StreamEvent.objects.filter(_fresh(session_key, stream), number__gt=number).order_by("number")
    return [
        Event(number, sealing.unseal(bytes(data)).encode(), is_last)
        for number, data, is_last in rows.values_list("number", "data", "is_last")
    ]


def next_number(session_key: str, stream: str, number: int) -> int | None:
    """Return the first number behind one that is kept, None if there is none."""
    rows = StreamEvent.objects.filter(_fresh(session_key, stream), number__gt=number).order_by("number")
    return rows.values_list("number", flat=True).first()


def has_ended(session_key: str, stream: str, number: int) -> bool:
    """Return whether no event comes behind a number any more: it is the last one's, or higher."""
    return StreamEvent.objects.filter(_fresh(session_key, stream), number__lte=number, is_last=True).exists()


def stale(now: datetime) -> Q:
    """Return what tells events that are kept no longer."""
    return Q(created_at__lt=now - LIFETIME)


def _created(session_key: str, stream: str, events: Sequence[Event]) -> list[StreamEvent]:
    now = timezone.now()
    return StreamEvent.objects.bulk_create(
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


def _fresh(session_key: str, stream: str) -> Q:
    return Q(session_id=session_key, stream=stream, created_at__gte=timezone.now() - LIFETIME)


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
