"""The database's clock, where two moments are compared that two processes may have written.

Clocks of replicas differ, by seconds where somebody forgot to set them. A lost race must not look like a theft for that, nor a
theft like a race. SQLite runs in one process on one machine: there the process's own clock is the one.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import DateTimeField
from django.utils import timezone

from oauth_bridge import statements


class _Stamp(statements.Parameter):
    def as_postgresql(self, *_: Any) -> tuple[str, list[Any]]:
        return "STATEMENT_TIMESTAMP()", []


def stamp(name: str) -> Any:
    """Return a parameter for the present moment, by this process's clock: PostgreSQL puts its own in that place.

    It is the moment at which the statement begins.
    """
    return _Stamp(name, DateTimeField())


def now() -> datetime:
    """Return the present moment, as the database sees it."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def at(moment: datetime) -> datetime:
    """Return when a moment of this process's clock was, as the database sees it; never later than it was."""
    by_database = now()
    # Read in this order: the time that the question took makes the moment earlier, and a replay at most a race.
    return by_database - max(timezone.now() - moment, timedelta())
