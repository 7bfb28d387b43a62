"""What the database lacks: told from names where nothing is missing, and by Django's own plan where something is."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from mcpserver import pending_migrations

pytestmark = pytest.mark.django_db


def test_a_database_that_is_up_to_date_lacks_nothing_and_no_migration_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pending_migrations, "MigrationExecutor", None)
    assert pending_migrations.count() == 0


def test_the_names_are_those_that_django_loads() -> None:
    assert pending_migrations._names() == set(MigrationExecutor(connection).loader.disk_migrations)


@pytest.mark.parametrize("label", ["oauth_bridge", "mcpserver", "tools", "sessions"])
def test_the_newest_that_was_not_run_is_missing(label: str) -> None:
    newest = max(name for app, name in MigrationRecorder(connection).applied_migrations() if app == label)
    MigrationRecorder(connection).record_unapplied(label, newest)
    assert pending_migrations.count() == 1


def test_an_empty_database_lacks_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MigrationRecorder, "has_table", lambda _: False)
    assert pending_migrations.count() == len(pending_migrations._names())


def test_migrations_of_a_later_version_are_no_fault() -> None:
    MigrationRecorder(connection).record_applied("tools", "9999_of_tomorrow")
    assert pending_migrations.count() == 0
