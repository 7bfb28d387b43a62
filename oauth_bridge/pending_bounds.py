"""How many authorization requests are kept: anybody can make them, with a few kilobytes each, and nobody need answer one.

An address can push out its own alone. Where a client or all together have too many, those go first whose address has most of
them: somebody who is about to press *Allow* is one of one.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Case, Count, Min, Q, QuerySet, When
from django.utils import timezone

from oauth_bridge.models import PendingAuthorization

OF_ADDRESS = 200
OF_CLIENT = 3_000
OF_ALL = 10_000
# Looked at once in so many requests, and then more than so many are taken away: the number cannot grow.
LOOK_EVERY = 20
BITE = 200


def keep(pending: PendingAuthorization) -> None:
    """After a new request, now and then: take the oldest away where there are too many."""
    if pending.pk % LOOK_EVERY:
        return
    rows, now = PendingAuthorization.objects.exclude(pk=pending.pk), timezone.now()
    own = rows.filter(network=pending.network)
    _remove(own, _surplus(own, OF_ADDRESS), now)
    for among, limit in ((rows.filter(client=pending.client_id), OF_CLIENT), (rows, OF_ALL)):
        _thin(among, _surplus(among, limit), now)


def _surplus(rows: QuerySet[PendingAuthorization], limit: int) -> int:
    return min(max(rows.count() - limit, 0), BITE)


def _thin(rows: QuerySet[PendingAuthorization], surplus: int, now: datetime) -> None:
    """Remove that many, of the addresses that have most; where all have few, of those that came first."""
    if not surplus:
        return
    by_address = rows.values("network").annotate(count=Count("pk"), oldest=Min("pk")).order_by("-count", "oldest")
    for network in by_address[:surplus]:
        surplus -= _remove(rows.filter(network=network["network"]), min(surplus, network["count"]), now)
        if surplus <= 0:
            return


@transaction.atomic
def _remove(rows: QuerySet[PendingAuthorization], count: int, now: datetime) -> int:
    """Delete so many; return how many.

    Expired ones go first, then finished ones, which were kept for who presses Allow again, then unanswered ones, and last those
    whose person is at GitHub.
    """
    if not count:
        return 0
    is_finished = Q(person__isnull=False) | Q(denied_at__isnull=False)
    rank = Case(When(expires_at__lte=now, then=0), When(is_finished, then=1), When(allowed_at__isnull=True, then=2), default=3)
    # One that is being answered is locked by that, and stays: nobody waits here for another.
    first = rows.select_for_update(skip_locked=True, of=("self",)).order_by(rank, "pk").values_list("pk", flat=True)
    keys = list(first[:count])
    PendingAuthorization.objects.filter(pk__in=keys).delete()
    return len(keys)
