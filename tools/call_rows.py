"""Writing records of calls. The ORM takes several times as long for a row as the database does."""

from collections.abc import Sequence
from functools import cache
from operator import attrgetter
from typing import Any

from django.db import connection

from tools.call_record import CallRecord
from tools.models import ToolCall

_COLUMNS = [field.attname for field in ToolCall._meta.concrete_fields if not field.primary_key]
_values = attrgetter(*_COLUMNS)
# Rows of one statement. Its parameters stay below the 999 that the oldest SQLite takes, and the interpreter is held by the
# thread that writes for a fraction of a millisecond.
_PIECE = 999 // len(_COLUMNS)


def insert(records: Sequence[CallRecord]) -> None:
    """Write records, and give each its key. Inside a transaction of the caller's."""
    for start in range(0, len(records), _PIECE):
        piece = records[start : start + _PIECE]
        for record, key in zip(piece, _insert(piece), strict=True):
            record.pk = key


def _insert(piece: Sequence[CallRecord]) -> list[int]:
    adapted = connection.ops.adapt_datetimefield_value
    parameters: list[Any] = []
    for record in piece:
        at, *others = _values(record)
        parameters += (adapted(at), *others)
    with connection.cursor() as cursor:
        cursor.execute(_statement(len(piece)), parameters)
        return [key for (key,) in cursor.fetchall()]


@cache
def _statement(count: int) -> str:
    row = f"({', '.join(['%s'] * len(_COLUMNS))})"
    columns = ", ".join(f'"{column}"' for column in _COLUMNS)
    values = ", ".join([row] * count)
    return f'INSERT INTO "{ToolCall._meta.db_table}" ({columns}) VALUES {values} RETURNING "id"'  # noqa: S608  names of ours
