"""Statements written in Django's ORM, turned into SQL once, and run many times with other values.

Django writes the SQL of a queryset anew each time, which costs several times what the database does with it. Those of a
sign-in are the same each time but for their values: they are declared at the module's top, with a ``Parameter`` for each.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any, Generic, TypeVar
from uuid import UUID

import django
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import (
    BigIntegerField,
    BinaryField,
    CharField,
    DateTimeField,
    Expression,
    Field,
    GenericIPAddressField,
    JSONField,
    Model,
    QuerySet,
    UUIDField,
)
from django.db.models.query import get_related_populators
from django.db.models.sql import UpdateQuery

M = TypeVar("M", bound=Model)
Compiler = Any
Value = str | int | datetime | bytes | UUID | dict[str, Any] | None


class Parameter(Expression):
    """Stands in a queryset for a value that is given when the statement is run. It cannot stand for NULL in a condition."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Compiler, connection: Any) -> Any:  # noqa: ARG002  Django's way to call
        """Return a place, and this parameter in the place of its value."""
        return "%s", [self]


# Typed as the values that they stand for, which is anything.


def text(name: str) -> Any:
    """Return a parameter that is a text."""
    return Parameter(name, CharField())


def number(name: str) -> Any:
    """Return a parameter that is a number, or a row's."""
    return Parameter(name, BigIntegerField())


def moment(name: str) -> Any:
    """Return a parameter that is an aware time."""
    return Parameter(name, DateTimeField())


def blob(name: str) -> Any:
    """Return a parameter that is bytes."""
    return Parameter(name, BinaryField())


def uuid(name: str) -> Any:
    """Return a parameter that is a UUID, or a row's."""
    return Parameter(name, UUIDField())


def json(name: str) -> Any:
    """Return a parameter that is an object of JSON."""
    return Parameter(name, JSONField())


def address(name: str) -> Any:
    """Return a parameter that is an IP address."""
    return Parameter(name, GenericIPAddressField())


class Select(Generic[M]):
    """A query for rows. ``build`` is called once for each kind of database; it must not read what may change."""

    def __init__(self, build: Callable[[], QuerySet[M]]) -> None:
        self._build = build
        self._written: dict[str, _Written[M]] = {}

    def all(self, **values: Value) -> list[M]:
        """Return the rows."""
        if (written := self._written.get(connection.vendor)) is None:
            written = self._written[connection.vendor] = self._write()
        database: Any = connections[DEFAULT_DB_ALIAS]
        with database.cursor() as cursor:
            cursor.execute(written.sql, _bound(written.params, values, database))
            rows = cursor.fetchall()
        return [written.object(row) for row in _converted(rows, written.converted, database)]

    def first(self, **values: Value) -> M | None:
        """Return the first row, or None. For queries that find few: all are fetched."""
        return next(iter(self.all(**values)), None)

    def _write(self) -> "_Written[M]":
        queryset = self._build()
        compiler: Compiler = queryset.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        converters = compiler.get_converters([selected[0] for selected in compiler.select])
        # Converters know the connection of this thread: which columns need one is all that is kept.
        converted = [(place, column) for place, (_, column) in converters.items()]
        info = compiler.klass_info
        places = info["select_fields"]
        names = [compiler.select[place][0].target.attname for place in places]
        populators: Any = get_related_populators
        # Django 6.1 asks how rows that are missing are fetched: one by one, as ever.
        fetching = () if django.VERSION < (6, 1) else (import_module("django.db.models.fetch_modes").FETCH_ONE,)
        related = populators(info, compiler.select, DEFAULT_DB_ALIAS, *fetching)
        return _Written(sql, params, converted, info["model"], names, slice(places[0], places[-1] + 1), related)


class Update:
    """A change of rows by one statement, which also judges: whoever changes a row has won."""

    def __init__(self, build: Callable[[], QuerySet[Any]], **changes: Any) -> None:
        self._build, self._changes = build, changes
        self._written: dict[str, tuple[str, Sequence[Any]]] = {}

    def run(self, **values: Value) -> int:
        """Change the rows; return how many."""
        if (written := self._written.get(connection.vendor)) is None:
            written = self._written[connection.vendor] = self._write()
        sql, params = written
        with connection.cursor() as cursor:
            cursor.execute(sql, _bound(params, values, connection))
            return int(cursor.rowcount)

    def _write(self) -> tuple[str, Sequence[Any]]:
        query: Any = self._build().query.chain(UpdateQuery)
        query.add_update_values(self._changes)
        sql, params = query.get_compiler(connection=connection).as_sql()
        return str(sql), params


def insert(row: M) -> M:
    """Insert a new row by one statement, and return it with its key: what ``save`` does, without its signals and checks.

    A row of another database's making, or of a model with parents, is not for this.
    """
    fields, sql, key = _insertion(type(row))
    database: Any = connections[DEFAULT_DB_ALIAS]
    values = [field.get_db_prep_save(field.pre_save(row, add=True), database) for field in fields]
    with database.cursor() as cursor:
        cursor.execute(sql, values)
        if key is not None:
            setattr(row, key, cursor.fetchone()[0])
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return row


@dataclass(frozen=True, slots=True)
class _Written(Generic[M]):
    """A query's SQL and parameters, the columns that are not taken as they come, and how a row becomes an object."""

    sql: str
    params: Sequence[Any]
    converted: Sequence[tuple[int, Any]]
    model: type[M]
    names: Sequence[str]
    own: slice
    related: Sequence[Any]

    def object(self, row: Sequence[Any]) -> M:
        """Return a row's object, with its related ones: what Django's ``ModelIterable`` does."""
        made = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[self.own])
        for populator in self.related:
            populator.populate(row, made)
        return made


def _converted(rows: Sequence[Any], places: Sequence[tuple[int, Any]], database: Any) -> Sequence[Any]:
    if not (rows and places):
        return rows
    converters = [(at, of, database.ops.get_db_converters(of) + of.get_db_converters(database)) for at, of in places]
    found = [list(row) for row in rows]
    for row in found:
        for place, column, convert in converters:
            for converter in convert:
                row[place] = converter(row[place], column, database)
    return found


def _bound(params: Iterable[Any], values: dict[str, Value], database: Any) -> tuple[Any, ...]:
    return tuple(
        param.output_field.get_db_prep_value(values[param.name], database) if isinstance(param, Parameter) else param
        for param in params
    )


_Insertion = tuple[list[Any], str, str | None]
_insertions: dict[tuple[str, type[Model]], _Insertion] = {}


def _insertion(model: type[Model]) -> _Insertion:
    """Return the fields to write, the statement, and the name of the key that the database makes, if it does."""
    at = connection.vendor, model
    if at not in _insertions:
        meta: Any = model._meta
        quoted = connection.ops.quote_name
        made = meta.pk.attname if meta.pk.db_returning else None
        fields = [field for field in meta.concrete_fields if not (made and field.primary_key)]
        columns, places = ", ".join(quoted(field.column) for field in fields), ", ".join(["%s"] * len(fields))
        returning = f" RETURNING {quoted(meta.pk.column)}" if made else ""
        _insertions[at] = fields, f"INSERT INTO {quoted(meta.db_table)} ({columns}) VALUES ({places}){returning}", made  # noqa: S608
    return _insertions[at]
