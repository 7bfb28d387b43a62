"""Reading a long table newest first and in pieces, by key: the next piece begins where the last one ended."""

from collections.abc import Iterator
from typing import TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)

_BATCH = 500


def page(rows: QuerySet[M], *, before: int | None, size: int) -> list[M]:
    """Return up to ``size`` rows older than the one with the key ``before``. ``rows`` are newest first."""
    return list((rows if before is None else rows.filter(pk__lt=before))[:size])


def every(rows: QuerySet[M]) -> Iterator[M]:
    """Yield all of them, some hundred at a time: between them the database is free."""
    before: int | None = None
    while found := page(rows, before=before, size=_BATCH):
        yield from found
        before = found[-1].pk
