"""How much is kept for replays: of one session, of one person, of all. What is too much goes, the oldest first.

Looked at by whoever writes, and not at each event: what one process has written of an owner since it looked last is counted.
"""

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Max, QuerySet, Sum
from django.db.models.functions import Length

from mcpserver.models import StreamEvent

# Counters that a process keeps at most.
_MAX_OWNERS = 10_000
# Rows that are taken away at once; more of them go when it is looked at again.
_CUT_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Bound:
    """How many events and bytes, as they are stored, may be kept of one owner."""

    events: int
    size: int

    @property
    def look_after(self) -> int:
        """Return after how many written bytes the owner is looked at."""
        return self.size // 4

    def counted(self, sizes: Sequence[int]) -> int:
        """Return what events of these sizes count: a small one as if it were larger, for there may be many."""
        least = self.look_after // self.events
        return sum(max(size, least) for size in sizes)


SESSION = Bound(1_000, 8_000_000)
PERSON = Bound(5_000, 40_000_000)
# Of twelve people who keep all that they may, or of the sessions of a few thousand who do not.
ALL = Bound(60_000, 500_000_000)


class Ledger:
    """What this process has written since it looked last, by owner. For threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._written: Counter[tuple[str, object]] = Counter()

    def wrote(self, session_key: str, person_id: int, sizes: Sequence[int], *, has_ended: bool) -> None:
        """Count written events, and bound those who are due; a session also at the end of each of its streams."""
        events = StreamEvent.objects.all()
        if self._is_due(("session", session_key), SESSION, sizes) or has_ended:
            self._looked_at(("session", session_key))
            _bound(events.filter(session_id=session_key), SESSION)
        if self._is_due(("person", person_id), PERSON, sizes):
            self._looked_at(("person", person_id))
            _bound(events.filter(session__oauth_session__person_id=person_id), PERSON)
        if self._is_due(("all", None), ALL, sizes):
            self._looked_at(("all", None))
            _bound(events, ALL)

    def _is_due(self, owner: tuple[str, object], bound: Bound, sizes: Sequence[int]) -> bool:
        with self._lock:
            if len(self._written) > _MAX_OWNERS:
                self._written.clear()
            self._written[owner] += bound.counted(sizes)
            return self._written[owner] >= bound.look_after

    def _looked_at(self, owner: tuple[str, object]) -> None:
        with self._lock:
            self._written.pop(owner, None)


ledger = Ledger()


def _bound(rows: QuerySet[StreamEvent], bound: Bound) -> None:
    """Delete the oldest of the rows beyond the bound; the newest always stays."""
    found = rows.aggregate(events=Count("id"), size=Sum(Length("data")), newest=Max("id"))
    events, size = found["events"] - bound.events, (found["size"] or 0) - bound.size
    if events <= 0 and size <= 0:
        return
    too_many: list[int] = []
    for event_id, length in rows.order_by("id").values_list("id", Length("data"))[:_CUT_ROWS]:
        if (events <= 0 and size <= 0) or event_id == found["newest"]:
            break
        too_many.append(event_id)
        events, size = events - 1, size - length
    if too_many:
        rows.filter(id__lte=too_many[-1]).delete()
