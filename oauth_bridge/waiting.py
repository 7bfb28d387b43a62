"""Before a thread waits for somebody outside."""

from django.db import connection


def give_back_connection() -> None:
    """Return this thread's database connection to the pool, unless a transaction holds it.

    Django keeps it from the first query to the end of the request. Were it kept while GitHub or a client's site is slow,
    a few dozen sign-ins would leave no connection for anybody else.
    """
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        connection.close()
