"""Deleting what has had its time. Nothing here takes a right away: every reader checks the time itself.

It may run anywhere and at any time: each batch is a transaction of its own under one lock, so that two that run at once
never wait for each other, and one that is killed leaves nothing half done.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session as BrowserSession
from django.db import connection, transaction
from django.db.models import QuerySet
from social_django.models import Association, Code, Nonce, Partial

from oauth_bridge import orphans, people
from oauth_bridge.chain import retention
from oauth_bridge.models import (
    AccessRequest,
    AccessToken,
    AllowRule,
    Client,
    Grant,
    PendingAuthorization,
    RefreshToken,
    SignInAttempt,
    UsedAssertion,
)

BATCH = 500
# What is left after so many waits for the next run: no single one takes long.
MAX_BATCHES = 200
# Kept a little longer than it lives, so that a replay is still recognised, and a question of yesterday can be answered.
_KEPT = timedelta(days=1)
# A document that nobody came with for so long, and that never led to a session, is fetched again when it is needed.
_DOCUMENT_KEPT = timedelta(days=7)
# Longer than between two runs of all: what expired before that has been seen.
_EXPIRED_LATELY = timedelta(hours=2)
_SOCIAL_AUTH_KEPT = timedelta(days=14)
# Any number will do, so long as nothing else in the database locks it ("gatehous" in ASCII).
_LOCK = 0x6761_7465_686F_7573

Batch = Callable[[], int]
# What other apps have to take away: given the time, rows by name.
ALSO_STALE: list[Callable[[datetime], dict[str, QuerySet[Any]]]] = []
# What they have to do more for: given the time and how many rows at most, what deletes them and says how many.
ALSO_RETIRED: dict[str, Callable[[datetime, int], int]] = {}


class Busy(Exception):
    """Another process is sweeping."""


def run(now: datetime, *, may_go_on: Callable[[], bool] = lambda: True) -> dict[str, int]:
    """Do all that has to be done from time to time: sweep, then look whether people may still be here; return the counts.

    Raises:
        Busy: another process is at it.
    """
    done = sweep(now, may_go_on=may_go_on)
    if may_go_on():
        found = people.recheck(now)
        done |= {"people asked about at GitHub": found.asked, "sessions ended": found.ended}
    return done


def end_expired_rules(now: datetime) -> int:
    """End the sessions of people whose rule has expired lately; return how many. Costs one look-up where none has.

    Nothing new is given after a rule's end anyway, but an access token lives for an hour.
    """
    lately = AllowRule.objects.filter(expires_at__lte=now, expires_at__gt=now - _EXPIRED_LATELY)
    return people.enforce_rules() if lately.exists() else 0


def sweep(now: datetime, *, may_go_on: Callable[[], bool] = lambda: True) -> dict[str, int]:
    """Delete what ended long enough before ``now``; return how many rows of each kind.

    Sessions stay: they are the record of who was here. A refresh token stays until its own expiry, exchanged or not,
    since presenting it again is how a theft shows.

    Raises:
        Busy: another process is at it. What was deleted until then stays deleted.
    """
    done: dict[str, int] = {}
    for name, batch in _batches(now).items():
        done[name] = 0
        for _ in range(MAX_BATCHES):
            if not may_go_on():
                return done
            with _our_turn():
                count = batch()
            done[name] += count
            if count < BATCH:
                break
    return done


def _batches(now: datetime) -> dict[str, Batch]:
    """Return, by name, what deletes up to ``BATCH`` rows and says how many."""
    return {
        **{name: _deleting(rows) for stale in (_stale, *ALSO_STALE) for name, rows in stale(now).items()},
        # Before the events that stand for them.
        **{name: partial(retire, now, BATCH) for name, retire in ALSO_RETIRED.items()},
        "audit events": lambda: retention.retire(now, limit=BATCH),
        "clients retired": lambda: orphans.retire(now, limit=BATCH),
        "clients": lambda: orphans.delete_retired(now, limit=BATCH),
    }


def _stale(now: datetime) -> dict[str, QuerySet[Any]]:
    before, age = now - _KEPT, now - _SOCIAL_AUTH_KEPT
    return {
        "sign-in attempts": SignInAttempt.objects.filter(expires_at__lt=before),
        # Nobody can answer them any more, and anybody can make them: they go first.
        "authorization requests": PendingAuthorization.objects.filter(expires_at__lt=now - timedelta(minutes=10)),
        "authorization codes": Grant.objects.filter(expires__lt=before),
        "refresh tokens": RefreshToken.objects.filter(expires_at__lt=before),
        "client assertions": UsedAssertion.objects.filter(expires_at__lt=before),
        # One that a refresh token still points to stays with it.
        "access tokens": AccessToken.objects.filter(expires__lt=before, refresh_token__isnull=True),
        "browser sessions": BrowserSession.objects.filter(expire_date__lt=now),
        # Who asked for access, and what the operator said: as long as the record of it, and past the pause before the next.
        "requests for access": AccessRequest.objects.filter(decided_at__lt=now - timedelta(days=settings.AUDIT_RETENTION_DAYS)),
        "clients of documents": Client.objects.filter(
            orphans.unattended(now),
            registration_source=Client.RegistrationSource.CIMD,
            disabled_at__isnull=True,
            document__fetched_at__lt=now - _DOCUMENT_KEPT,
        ),
        # social-auth's own tables: this server's sign-in writes none of them.
        "social-auth partials": Partial.objects.filter(timestamp__lt=age),
        "social-auth codes": Code.objects.filter(timestamp__lt=age),
        "social-auth nonces": Nonce.objects.filter(timestamp__lt=int(age.timestamp())),
        "social-auth associations": Association.objects.filter(issued__lt=int(age.timestamp())),
    }


def _deleting(rows: QuerySet[Any]) -> Batch:
    """Return what deletes some of the rows.

    They are locked before what belongs to them is: whoever writes a client's document does it in that order too, and each
    would wait for the other. A row that somebody holds is in use, and left for the next run. What is locked is judged once
    more: it may have been renewed before it was.
    """

    def batch() -> int:
        stale = rows.values_list("pk", flat=True)
        locked = list(stale.select_for_update(skip_locked=True, of=("self",))[:BATCH])
        keys = list(stale.filter(pk__in=locked))
        rows.model._default_manager.filter(pk__in=keys).delete()
        return len(locked)

    return batch


@contextmanager
def _our_turn() -> Iterator[None]:
    """Hold the lock for one transaction. SQLite has one writer anyway, and waits for its turn at the beginning.

    Raises:
        Busy: another process holds it.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
                if not cursor.fetchone()[0]:
                    raise Busy
        yield
