"""How far the notes are read. Ids are given when rows are written, and seen when their transactions commit, in any order."""

import time
from collections.abc import Iterable
from typing import Any

from django.db.models import Max, Q

from mcpserver.models import Note

# A transaction that wrote a note may be open for so long, and the note is still read.
LATE_SECONDS = 120.0
# Ids that are looked back for when reading begins, and that one gap may hold: what is more was never given, or is ancient.
MAX_LATE = 256
# One note may be some hundred kilobytes.
_BATCH = 50


class Watermark:
    """``read`` returns each note once, though it may be committed after ones with higher ids. Belongs to one reader.

    ``has_more`` says that what was read last may not be all there is.
    """

    def __init__(self) -> None:
        self.has_more = False
        self._last: int | None = None
        self._missing: dict[int, float] = {}

    def read(self) -> list[tuple[str, str, Any]]:
        """Return notes (kind, target, payload) that were committed since the last time, lowest id first, a batch at most.

        The first time nothing: reading begins with what is committed after that.
        """
        if self._last is None:
            self._begin()
            return []
        rows = list(
            Note.objects.filter(Q(id__gt=self._last) | Q(id__in=self._late()))
            .order_by("id")
            .values_list("id", "kind", "target", "payload")[:_BATCH]
        )
        for note_id, *_ in rows:
            self._pass(note_id)
        self.has_more = len(rows) == _BATCH
        return [(kind, target, payload) for _, kind, target, payload in rows]

    def _begin(self) -> None:
        last = Note.objects.aggregate(last=Max("id"))["last"] or 0
        first = max(1, last - MAX_LATE)
        there = set(Note.objects.filter(id__range=(first, last)).values_list("id", flat=True))
        self._last = last
        self._miss(number for number in range(first, last) if number not in there)

    def _pass(self, note_id: int) -> None:
        if self._missing.pop(note_id, None) is None:
            last = self._last or 0
            self._miss(range(max(last + 1, note_id - MAX_LATE), note_id))
            self._last = max(last, note_id)

    def _miss(self, numbers: Iterable[int]) -> None:
        now = time.monotonic()
        for number in numbers:
            self._missing[number] = now

    def _late(self) -> list[int]:
        before = time.monotonic() - LATE_SECONDS
        self._missing = {number: since for number, since in self._missing.items() if since > before}
        return list(self._missing)[-4 * MAX_LATE :]
