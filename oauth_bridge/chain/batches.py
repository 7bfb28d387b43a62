"""Rows that are written too often to be events themselves: one event stands for a batch, and proves each row of it.

The event is written in the transaction of its rows. It holds their keys, a SHA-256 over all of them, and for each the
beginning of its own, so that the one that was changed can be named. The chain holds the event. Who keeps such rows is a
``Source``: this app knows of sign-ins alone.
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from oauth_bridge import audit
from oauth_bridge.chain import keys, marks
from oauth_bridge.chain.keys import Keys
from oauth_bridge.models import AuthEvent

logger = logging.getLogger(__name__)

# What of a row's own hash is kept, in hexadecimal digits: enough that nobody finds another row with the same.
_PRINT = 16
# More rows than one batch has are none that this server wrote.
LARGEST = 10_000
# How many keys one event of deleted rows names.
_DELETED_AT_ONCE = 5_000
_encode = json.JSONEncoder(separators=(",", ":")).encode


class Row(NamedTuple):
    """A row as it is proved: ``content`` is its columns in the source's order, as JSON has them."""

    key: int
    at: datetime
    content: Sequence[Any]


class Source(Protocol):
    """Who keeps the rows."""

    def rows(self, wanted: Sequence[int]) -> Iterable[Row]:
        """Return those of the rows that there are."""

    def present(self, *, since: datetime | None, after: int) -> Iterator[int]:
        """Yield the keys of the rows from ``since`` and with keys above ``after``, in order."""

    def count_before(self, moment: datetime) -> int:
        """Return how many rows are of before a time."""

    def moments(self, wanted: Sequence[int]) -> dict[int, datetime]:
        """Return the times of the rows that there are."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What an event says of its rows. ``prints`` are the beginnings of their hashes, in the order of the keys."""

    event: int
    begins: datetime
    keys: Keys
    prints: Sequence[str]
    digest: str


def row_hash(row: Row) -> str:
    """Return the SHA-256 of a row."""
    at = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(_encode([row.key, at, *row.content]).encode()).hexdigest()


def digest(hashes: Iterable[str]) -> str:
    """Return the SHA-256 of a batch, from those of its rows in the order of their keys."""
    return hashlib.sha256("".join(hashes).encode()).hexdigest()


def record(rows: Iterable[Row]) -> None:
    """Write the event of rows that were just written, in the same transaction. There is at least one."""
    ordered = sorted(rows)
    hashes = [row_hash(row) for row in ordered]
    moments = [row.at for row in ordered]
    audit.record(
        audit.Kind.TOOL_CALLS,
        calls=len(ordered),
        rows=Keys(row.key for row in ordered).written(),
        begins=min(moments).astimezone(UTC).isoformat(timespec="microseconds"),
        ends=max(moments).astimezone(UTC).isoformat(timespec="microseconds"),
        digest=digest(hashes),
        prints="".join(text[:_PRINT] for text in hashes),
    )


def read(event: int, detail: Any) -> Batch:
    """Return what the event with the key ``event`` says.

    Raises:
        keys.Unreadable: somebody else wrote it.
    """
    try:
        begins, told, prints = datetime.fromisoformat(detail["begins"]), keys.read(detail["rows"]), str(detail["prints"])
        batch = Batch(event, begins, told, [prints[at : at + _PRINT] for at in range(0, len(prints), _PRINT)], detail["digest"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise keys.Unreadable(event) from None
    if begins.tzinfo is None or not 0 < len(told) <= LARGEST or len(batch.prints) != len(told):
        raise keys.Unreadable(event)
    return batch


def record_deletion(gone: Iterable[int]) -> None:
    """Write that rows are deleted, in the same transaction, because their person's data are."""
    ordered = sorted(gone)
    for at in range(0, len(ordered), _DELETED_AT_ONCE):
        piece = ordered[at : at + _DELETED_AT_ONCE]
        audit.record(audit.Kind.CALLS_DELETED, reason="a person's data", calls=len(piece), rows=Keys(piece).written())


def deleted() -> Keys:
    """Return the keys of all rows that were deleted with a person's data. What cannot be read excuses nothing."""
    found = Keys()
    for detail in AuthEvent.objects.filter(kind=audit.Kind.CALLS_DELETED).order_by("pk").values_list("detail", flat=True):
        try:
            found.update(keys.read(detail.get("rows", "")))
        except (keys.Unreadable, AttributeError):
            continue
    return found


def floor() -> datetime | None:
    """Return the time before which rows were deleted by retention, if they were."""
    mark = marks.read(marks.CALLS)
    return _moment(mark.sequence) if mark else None


def raise_floor(before: datetime) -> bool:
    """Note that rows from before a time are about to be deleted; return whether they may be.

    One event for each time that it is raised. Where the mark is nobody's, everything is kept for whoever looks into it.
    """
    mark = marks.read(marks.CALLS)
    if mark is not None and not marks.is_genuine(mark):
        logger.error("records of calls are kept: the mark of the oldest was changed; see `manage.py audit verify`")
        return False
    if mark is None or _moment(mark.sequence) < before:
        begin_at(before)
        audit.record(audit.Kind.CALLS_DELETED, reason="AUDIT_RETENTION_DAYS", before=before.isoformat(timespec="seconds"))
    return True


def begin_at(moment: datetime) -> None:
    """Prove nothing of rows from before a time: they are deleted, or were written when there were no batches."""
    marks.move(marks.CALLS, round(moment.timestamp() * 1_000_000), "")


def _moment(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1_000_000, tz=UTC)
