"""Events that strangers can make at will and that tell of nobody who is known: the first of a minute in full, the rest counted.

A row for each would let one address fill the record, and what matters would be lost in it.
"""

from datetime import UTC, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from oauth_bridge import audit, shared_cache, statements, throttle
from oauth_bridge.models import AuthEvent, Client
from wire import caller

IN_FULL = 20
WINDOW_SECONDS = 60


def _counted() -> QuerySet[AuthEvent]:
    # One that is sealed is never changed: whoever comes so late counts in a new one.
    rows = AuthEvent.objects.filter(kind=audit.Kind.COUNTED_ONLY, at=statements.moment("minute"), sequence__isnull=True)
    # Nobody waits for another of the same address, who may be many: where all rows are taken, there is one more.
    return rows.select_for_update(skip_locked=True).order_by("pk")


_COUNTED = statements.Select(lambda: _counted().filter(address=statements.address("address"))[:1])
_COUNTED_NOWHERE = statements.Select(lambda: _counted().filter(address=None)[:1])
_COUNT = statements.Update(lambda: AuthEvent.objects.filter(pk=statements.number("row")), detail=statements.json("detail"))


def record(kind: AuthEvent.Kind, *, client: Client | None, **detail: str | int | bool | list[str]) -> None:
    """Write an event, or count it in the one row that its address has for that minute: ``{"consent_refused": 7}``."""
    window = int(timezone.now().timestamp()) // WINDOW_SECONDS
    network = throttle.network(caller.address.get())
    if shared_cache.count(f"anonymous:{network}:{window}", seconds=2 * WINDOW_SECONDS) <= IN_FULL:
        audit.record(kind, client=client, **detail)  # type: ignore[arg-type]  # detail is what is left
    else:
        _count(kind, network, datetime.fromtimestamp(window * WINDOW_SECONDS, UTC))


def _count(kind: AuthEvent.Kind, network: str, minute: datetime) -> None:
    # A line of IPv6 has as many addresses as it likes: its first stands for all of them.
    address = network.partition("/")[0] if network != throttle.UNKNOWN else None
    # In the transaction that is under way, if there is one: what fails here fails there.
    with transaction.atomic(savepoint=False):
        row = _COUNTED.first(minute=minute, address=address) if address else _COUNTED_NOWHERE.first(minute=minute)
        if row is None:
            # As many at once make as many rows: the next ones count in the first.
            row = AuthEvent.objects.create(kind=audit.Kind.COUNTED_ONLY, at=minute, address=address, detail={})
        row.detail[str(kind.value)] = row.detail.get(str(kind.value), 0) + 1
        _COUNT.run(row=row.pk, detail=row.detail)
