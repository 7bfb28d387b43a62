"""Walking the chain: each event that was changed, removed or put in is named."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils import timezone

from oauth_bridge.chain import batch_verification, content, marks, sealing, triggers
from oauth_bridge.models import AuditMark, AuthEvent

_BATCH = 2000
# What is wrong with so many is wrong with all: the rest is counted.
MOST_FINDINGS = 100


@dataclass(slots=True)
class Report:
    """What was looked at, and what was found. ``findings`` is for the operator to read, empty where all is well."""

    checked: int = 0
    erased: int = 0
    unsealed: int = 0
    through: int = 0
    head: str = ""
    calls: int = 0
    unproved_calls: int = 0
    findings: list[str] = field(default_factory=list)
    more: int = 0

    def find(self, text: str) -> None:
        """Note something."""
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(text)
        else:
            self.more += 1


def verify(*, newest: int | None = None) -> Report:
    """Check the chain and the calls that it stands for.

    Or the ``newest`` of each alone, which is as good for them as long as the older ones are checked too.
    """
    report = Report(unsealed=sealing.unsealed().count())
    head, anchor = marks.read(marks.HEAD), marks.read(marks.ANCHOR)
    for mark in filter(None, (head, anchor, marks.read(marks.CALLS))):
        if not marks.is_genuine(mark):
            report.find(f"The mark {mark.name!r} was changed, or made under a key that is not in ENCRYPTION_KEYS any more.")
    start, before = (anchor.sequence, anchor.hash) if anchor else (0, content.GENESIS)
    if stray := AuthEvent.objects.filter(sequence__lte=start).order_by("sequence").first():
        report.find(f"{_named(stray.sequence, stray.pk)} was put in: the chain begins at {start + 1}.")
    if newest is not None and head is not None and head.sequence - newest > start:
        start = head.sequence - newest
        before = AuthEvent.objects.filter(sequence=start).values_list("hash", flat=True).first() or ""
    _walk(report, start, before)
    _compare_with_head(report, head, start)
    for source in batch_verification.SOURCES:
        walk = batch_verification.Walk(source, report.find)
        walk.run(newest)
        report.calls += walk.checked
        report.unproved_calls += walk.unproved
    if late := sealing.overdue():
        report.find(f"{late} events have waited for more than ten minutes to be sealed: does `manage.py serve` run?")
    if missing := triggers.missing():
        report.find(f"The database does not protect sealed events: {', '.join(missing)} missing. `manage.py migrate` makes it.")
    return report


def _walk(report: Report, start: int, before: str) -> None:
    expected, known = start + 1, before or None
    for event in _events(start):
        sequence = event.sequence or 0
        if sequence > expected:
            report.find(_gap(expected, sequence - 1))
            # What it followed is gone: its own hash cannot be checked, the next one's can.
            known = None
        if wrong := content.fault(event, known):
            report.find(f"{_named(sequence, event.id)} ({event.kind}, {event.at:%Y-%m-%d %H:%M:%S}): {wrong}.")
        report.checked += 1
        report.erased += event.is_erased
        report.through, report.head, known, expected = sequence, event.hash, event.hash, sequence + 1


def _compare_with_head(report: Report, head: AuditMark | None, start: int) -> None:
    if head is None:
        if report.checked:
            report.find("The mark 'head' is missing.")
        return
    last = max(report.through, start)
    if head.sequence > last:
        report.find(_gap(last + 1, head.sequence))
    elif head.sequence < last:
        report.find(f"The events {head.sequence + 1} to {last} were put in: the chain ends at {head.sequence}.")
    elif report.checked and head.hash != report.head:
        report.find(f"Event {last}, the newest, was changed: its hash is not the one that was sealed.")


def _events(start: int) -> Iterator[content.Event]:
    while True:
        rows = AuthEvent.objects.filter(sequence__gt=start).order_by("sequence").values_list(*content.FIELDS)[:_BATCH]
        batch = [content.Event(*row) for row in rows]
        yield from batch
        if len(batch) < _BATCH:
            return
        start = batch[-1].sequence or 0


def _gap(first: int, last: int) -> str:
    return f"Event {first} was removed." if first == last else f"The events {first} to {last} were removed."


def _named(sequence: int | None, key: int) -> str:
    return f"Event {sequence} (row {key})"


def summary(report: Report) -> str:
    """Return one line about a report."""
    told = f"{report.checked} events checked, through {report.through}, head {report.head or 'none'}"
    if report.calls:
        told += f"; {report.calls} tool calls checked"
    if report.unproved_calls:
        told += f"; {report.unproved_calls} tool calls are too old to be proved"
    if report.erased:
        told += f"; {report.erased} without personal data"
    if report.unsealed:
        told += f"; {report.unsealed} of the last moments are not sealed yet"
    return f"{told}. {timezone.now():%Y-%m-%d %H:%M:%S} UTC"
