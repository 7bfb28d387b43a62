"""Audit events as CSV (RFC 4180) and JSON Lines, a piece at a time."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator

from oauth_bridge.models import AuthEvent

COLUMNS = (
    "sequence", "at", "kind", "login", "person", "client_name", "client", "session", "operator", "address", "reference",
    "detail", "row", "hash",
)  # fmt: skip
# What a spreadsheet takes for the beginning of a formula, full-width forms included.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
Value = str | int | None


def as_csv(events: Iterable[AuthEvent]) -> Iterator[str]:
    """Yield a line for the names, then one for each event. No cell is a formula: strangers choose names and addresses."""
    yield line(COLUMNS)
    for event in events:
        row = _row(event)
        yield line(row[name] for name in COLUMNS)


def as_json_lines(events: Iterable[AuthEvent]) -> Iterator[str]:
    """Yield an object for each event, its detail as it is."""
    for event in events:
        yield json.dumps({**_row(event), "detail": event.detail}) + "\n"


FORMATS: dict[str, tuple[str, Callable[[Iterable[AuthEvent]], Iterator[str]]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "jsonl": ("application/jsonl", as_json_lines),
}


def _row(event: AuthEvent) -> dict[str, Value]:
    return {
        "sequence": event.sequence,
        "at": event.at.isoformat(),
        "kind": event.kind,
        "login": event.login,
        "person": event.person_id,
        "client_name": event.client_name,
        "client": event.client_id,
        "session": str(event.session_id) if event.session_id else None,
        "operator": event.operator,
        "address": event.address,
        "reference": event.request_id,
        "detail": json.dumps(event.detail),
        "row": event.pk,
        "hash": event.hash,
    }


def line(cells: Iterable[Value]) -> str:
    """Return a line of a CSV file. No cell of it is a formula."""
    written = io.StringIO()
    csv.writer(written).writerow(map(_cell, cells))
    return written.getvalue()


def _cell(value: Value) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
