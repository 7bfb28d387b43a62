"""Who may ask GitHub for a credential's new pair. GitHub's refresh tokens work once: of all processes, one asks at a time.

A lease and not a lock: a lock would hold a transaction, and with it a connection of the pool, for as long as GitHub thinks. It
has an end, for a process that dies with it, by the database's clock.
"""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from oauth_bridge import database_clock
from oauth_bridge.models import GitHubCredential

# Longer than GitHub gets, and than it takes to store the answer.
SECONDS = 15.0


def take(credential: GitHubCredential) -> datetime | None:
    """Return a lease, by its end; None if somebody has one, or the credential is not what it was when it was read."""
    now = database_clock.now()
    free = Q(renewing_until__isnull=True) | Q(renewing_until__lte=now)
    until = now + timedelta(seconds=SECONDS)
    return until if as_read(credential).filter(free).update(renewing_until=until) else None


def give_back(credential: GitHubCredential, lease: datetime) -> bool:
    """Let others ask; return whether the lease was still held."""
    held = GitHubCredential.objects.filter(pk=credential.pk, renewing_until=lease)
    return bool(held.update(renewing_until=None))


def is_held(credential: GitHubCredential) -> bool:
    """Return whether GitHub is being asked."""
    return credential.renewing_until is not None and credential.renewing_until > database_clock.now()


def as_read(credential: GitHubCredential) -> QuerySet[GitHubCredential]:
    """Return the row if nobody has stored another pair since: what is known of an old pair says nothing of a new one."""
    return GitHubCredential.objects.filter(
        pk=credential.pk, sealed_refresh_token=bytes(credential.sealed_refresh_token or b""), dead_at__isnull=True
    )
