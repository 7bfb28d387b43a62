"""``manage.py bootstrap``: what is missing before the first start, and nothing at the second."""

import os
import stat
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from mcpserver.env import ConfigurationError
from oauth_bridge.models import AllowRule, Person
from tests.support.ports import free_port
from tests.support.processes import PROJECT
from tests.support.served import environment_for

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    """Make it a development server that keeps its data in a new folder; return the folder."""
    settings.DEVELOPMENT = True
    settings.VAR_DIR = tmp_path / "var"
    return tmp_path / "var"


def bootstrap(**options: Any) -> str:
    """Run the command; return what it says."""
    output = StringIO()
    call_command("bootstrap", stdout=output, **options)
    return output.getvalue()


def test_the_first_start_makes_an_operator_and_tells_the_password_once(folder: Path) -> None:
    said = bootstrap()
    kept = (folder / "first-admin.txt").read_text()
    password = kept.removeprefix("login: admin\npassword: ").strip()
    assert len(password) >= 16
    assert f"login admin, password {password}" in said
    operator = Person.objects.get(username="admin")
    assert operator.is_staff
    assert operator.is_superuser
    assert operator.check_password(password)
    assert bootstrap() == ""
    assert Person.objects.count() == 1


def test_the_password_is_for_the_owner_alone(folder: Path) -> None:
    bootstrap()
    assert stat.S_IMODE((folder / "first-admin.txt").stat().st_mode) == 0o600


def test_every_installation_has_a_password_of_its_own(folder: Path) -> None:
    bootstrap()
    first = (folder / "first-admin.txt").read_text()
    Person.objects.all().delete()
    bootstrap()
    assert (folder / "first-admin.txt").read_text() != first


def test_a_link_in_the_files_place_is_replaced_and_not_followed(folder: Path, tmp_path: Path) -> None:
    folder.mkdir()
    (tmp_path / "victim").write_text("untouched")
    (folder / "first-admin.txt").symlink_to(tmp_path / "victim")
    bootstrap()
    assert (tmp_path / "victim").read_text() == "untouched"


def test_an_operator_that_exists_is_enough(folder: Path) -> None:
    Person.objects.create_superuser(username="operator", password="a password of their own")
    assert bootstrap() == ""
    assert not folder.exists()


def test_production_gets_no_operator_by_itself(settings: Settings, folder: Path) -> None:
    settings.DEVELOPMENT = False
    assert bootstrap() == ""
    assert not Person.objects.exists()
    assert not folder.exists()


@pytest.mark.parametrize("debug", [True, False])
def test_the_rules_of_the_environment_become_rows(settings: Settings, *, debug: bool) -> None:
    settings.DEVELOPMENT = debug
    settings.ALLOWED_USERNAMES, settings.ADMIN_USERNAMES = ["alice"], ["Carol"]
    bootstrap()
    assert set(AllowRule.objects.values_list("login", "is_admin")) == {("alice", False), ("Carol", True)}


def test_a_password_that_cannot_be_kept_makes_no_operator(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings.VAR_DIR = tmp_path / "file"
    with pytest.raises(ConfigurationError, match="make the folder writable, or set VAR_DIR"):
        bootstrap()
    assert not Person.objects.exists()


def test_an_up_to_date_schema_is_left_alone() -> None:
    assert "Preparing" not in bootstrap(migrate=True)


@pytest.mark.django_db(transaction=True)
def test_a_schema_that_is_behind_is_brought_up_to_date() -> None:
    call_command("migrate", "sessions", "zero", verbosity=0)
    assert "django_session" not in connection.introspection.table_names()
    with pytest.raises(ConfigurationError, match="add --migrate"):
        bootstrap()
    assert "Preparing the database" in bootstrap(migrate=True)
    assert "django_session" in connection.introspection.table_names()
    assert "Preparing" not in bootstrap(migrate=True)


def test_a_database_that_is_away_is_said_in_one_line_without_its_password(tmp_path: Path) -> None:
    url = f"postgres://somebody:the-password@127.0.0.1:{free_port()}/nowhere"
    completed = subprocess.run(
        [sys.executable, "manage.py", "bootstrap", "--migrate"],
        cwd=PROJECT,
        env={**os.environ, **environment_for(tmp_path, free_port(), DATABASE_URL=url)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert completed.returncode == 2
    (line,) = completed.stderr.splitlines()
    assert line.startswith("gatehouse: the database does not answer: ")
    assert "Connection refused" in line
    assert "Check DATABASE_URL" in line
    assert "the-password" not in completed.stdout + completed.stderr
