"""Connections of the pool: a live one is lent without a question to the database, a dead one not at all."""

from collections.abc import Callable, Iterator
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
import pytest
from django.db import connections
from psycopg_pool import ConnectionPool

pytestmark = pytest.mark.django_db(transaction=True)
Lend = Callable[[], "psycopg.Connection[Any]"]


@pytest.fixture
def lend() -> Iterator[Lend]:
    """Return a function that lends a connection of a pool with one place, as a request does, after taking the last one back."""
    if connections["default"].vendor != "postgresql":
        pytest.skip("SQLite has no connections to lose")
    from mcpserver.postgresql.base import DatabaseWrapper

    settings = {**connections["default"].settings_dict, "OPTIONS": {"pool": {"min_size": 1, "max_size": 1, "timeout": 5}}}
    wrapper: Any = DatabaseWrapper(settings, "probe")

    def borrow() -> "psycopg.Connection[Any]":
        wrapper.close()
        wrapper.ensure_connection()
        return wrapper.connection  # type: ignore[no-any-return]

    yield borrow
    wrapper.close()
    wrapper.close_pool()


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return the connections whose server was asked."""
    asked: list[object] = []
    ask = ConnectionPool.check_connection

    def check(connection: Any) -> None:
        asked.append(connection)
        ask(connection)

    monkeypatch.setattr(ConnectionPool, "check_connection", staticmethod(check))
    return asked


def end(pid: int) -> None:
    """Have the database close a connection."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        assert cursor.fetchone() == (True,)


def test_a_live_connection_is_lent_again_without_a_question(lend: Lend, questions: list[object]) -> None:
    """One request after another has the same one."""
    first = lend()
    questions.clear()
    assert lend() is first
    assert questions == []


def test_a_connection_that_the_database_closed_is_not_lent(lend: Lend) -> None:
    """As after a restart: whoever comes next has one that works."""
    first = lend()
    pid = first.info.backend_pid
    end(pid)
    second = lend()
    assert second is not first
    assert second.info.backend_pid != pid
    assert second.execute("SELECT 1").fetchone() == (1,)


def test_a_connection_that_died_before_anybody_had_it_is_not_lent(lend: Lend, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pool makes them ahead of need, and in the place of those that went."""
    first = lend()
    monkeypatch.setattr("mcpserver.postgresql.base._lent", WeakKeyDictionary())
    end(first.info.backend_pid)
    second = lend()
    assert second is not first
    assert second.execute("SELECT 1").fetchone() == (1,)


def test_a_connection_that_rested_long_is_asked(lend: Lend, questions: list[object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Something in between may have forgotten it."""
    first = lend()
    questions.clear()
    monkeypatch.setattr("mcpserver.postgresql.base.ASK_AFTER_SECONDS", 0.0)
    assert lend() is first
    assert questions == [first]
