"""Connections that are looked at before they are lent: after a restart of the database no request meets a dead one.

Django's own check is a question to the database, for each request and again after each wait for GitHub. A server that goes
away says so, or its machine does: the socket has something to read then, which costs nothing to see. The question is left
for that, and for a connection that nobody used for a while, which something in between may have forgotten without a word.
"""

import select
import time
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool

ASK_AFTER_SECONDS = 30.0

# When each was lent last, in seconds of the monotonic clock.
_lent: "WeakKeyDictionary[psycopg.Connection[Any], float]" = WeakKeyDictionary()


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes its connections from the pool alive. ``CONN_HEALTH_CHECKS`` would have the pool ask each time, and is off."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> "psycopg.Connection[Any]":
        """Return a connection; dead ones go, one by one, and the pool makes new ones in their place."""
        connection: psycopg.Connection[Any] = super().get_new_connection(conn_params)
        pool: ConnectionPool[Any] | None = self.pool
        while pool is not None and not _is_alive(connection):
            pool.putconn(connection)
            connection = super().get_new_connection(conn_params)
        return connection


def _is_alive(connection: "psycopg.Connection[Any]") -> bool:
    now = time.monotonic()
    last = _lent.get(connection)
    _lent[connection] = now
    try:
        # The pool makes them ahead of need, too: nobody knows how long one has waited that was never lent.
        if last is None or now - last > ASK_AFTER_SECONDS or _has_something_to_read(connection):
            ConnectionPool.check_connection(connection)
    except psycopg.OperationalError:
        connection.close()
        return False
    return True


def _has_something_to_read(connection: "psycopg.Connection[Any]") -> bool:
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
