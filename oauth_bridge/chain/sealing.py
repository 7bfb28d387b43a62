"""Sealing: events that are a few seconds old get their place in the chain, in batches, by one process at a time."""

import json
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from oauth_bridge import audit
from oauth_bridge.chain import content, marks
from oauth_bridge.models import AuthEvent

BATCH = 500
# A row that counts is still changed in its minute, and by requests that began in it.
_COUNTED_FOR = timedelta(minutes=3)
# Later than that there is nobody who seals.
OVERDUE = timedelta(minutes=10)

_SEAL = "UPDATE oauth_bridge_authevent SET sequence = %s, hash = %s, seal = %s, salt = %s WHERE id = %s AND sequence IS NULL"


def unsealed() -> QuerySet[AuthEvent]:
    """Return the events that have no place yet."""
    return AuthEvent.objects.filter(sequence__isnull=True)


def seal(now: datetime, *, may_go_on: Callable[[], bool] = lambda: True) -> int:
    """Seal what there is; return how many events. Where there is none, it costs one look-up.

    Raises:
        BrokenChain: the head is not this server's; nothing is sealed until ``manage.py audit accept``.
    """
    done = 0
    while may_go_on() and _ready(now).exists():
        count = _seal_batch(now)
        done += count
        if count < BATCH:
            break
    return done


@transaction.atomic
def accept(operator: str) -> None:
    """Go on from the chain as it is, after a mark was found to be nobody's. The record says so."""
    last = AuthEvent.objects.filter(sequence__isnull=False).order_by("-sequence").first()
    first = AuthEvent.objects.filter(sequence__isnull=False).order_by("sequence").first()
    marks.move(marks.HEAD, *((last.sequence or 0, last.hash) if last else (0, content.GENESIS)))
    anchor = marks.read(marks.ANCHOR)
    if anchor is not None and not marks.is_genuine(anchor):
        marks.move(marks.ANCHOR, (first.sequence or 1) - 1 if first else 0, anchor.hash)
    calls = marks.read(marks.CALLS)
    if calls is not None and not marks.is_genuine(calls):
        marks.move(marks.CALLS, calls.sequence, calls.hash)
    audit.record(audit.Kind.AUDIT_ACCEPTED, by=operator, through=(last.sequence or 0) if last else 0)


@transaction.atomic
def _seal_batch(now: datetime) -> int:
    head = marks.lock_head()
    if head is None:
        return 0
    sequence, before, rows = head.sequence, head.hash, []
    # Locked: an event whose person is being deleted right now is read as it will be.
    locked = _ready(now).select_for_update(no_key=True, skip_locked=True).order_by("pk")[:BATCH]
    for values in locked.values_list(*content.FIELDS):
        event = content.Event(*values)
        salt = secrets.token_hex(16)
        kept = content.seal(event, salt)
        sequence += 1
        before = content.event_hash(event, before, sequence, kept)
        rows.append((sequence, before, json.dumps(kept), salt, event.id))
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_SEAL, rows)
        marks.move(marks.HEAD, sequence, before)
    return len(rows)


def _ready(now: datetime) -> QuerySet[AuthEvent]:
    still_counting = Q(kind=AuthEvent.Kind.COUNTED_ONLY, at__gt=now - _COUNTED_FOR)
    return unsealed().exclude(still_counting)


def overdue(now: datetime | None = None) -> int:
    """Return how many events should have been sealed long ago."""
    return unsealed().filter(at__lt=(now or timezone.now()) - OVERDUE).count()
