"""What the start refuses, and what it only tells: wrong values one by one, and combinations that do not do what is meant."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

PROJECT = Path(__file__).resolve().parents[2]
SECRET = "s3cret-s3cret-s3cret-s3cret-s3cret"

PRODUCTION: dict[str, str | None] = {
    "SECRET_KEY": SECRET,
    "PUBLIC_URL": "https://gate.example",
    "ENCRYPTION_KEYS": SECRET,
    "GITHUB_CLIENT_ID": "client",
    "GITHUB_CLIENT_SECRET": SECRET,
    "REDIS_URL": f"redis://:{SECRET}@127.0.0.1:1/0",
    "ALLOWED_USERNAMES": "octocat",
}


def manage_check(folder: Path, variables: dict[str, str | None]) -> subprocess.CompletedProcess[str]:
    """Run ``manage.py check`` with nothing but these variables; None leaves one out."""
    environment = {
        "PATH": os.environ["PATH"],
        "ENV_FILE": os.devnull,
        "VAR_DIR": str(folder),
        **{name: value for name, value in variables.items() if value is not None},
    }
    command = [sys.executable, str(PROJECT / "manage.py"), "check"]
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


# What is changed in a good configuration, the variable that the line begins with, and what it says.
WRONG: list[tuple[dict[str, str | None], str, str]] = [
    ({"REDIS_URL": "garbage"}, "REDIS_URL", "must be a URL"),
    ({"DEBUG": "maybe"}, "DEBUG", "must be on or off"),
    ({"PORT": "80a"}, "PORT", "must be a number from 1 to 65535"),
    ({"PORT": "65536"}, "PORT", "must be a number from 1 to 65535"),
    ({"SECRET_KEY": None}, "SECRET_KEY", "is required"),
    ({"SECRET_KEY": ""}, "SECRET_KEY", "is required"),
    ({"SECRET_KEY_FILE": "/nowhere"}, "SECRET_KEY", "and SECRET_KEY_FILE are both set"),
    ({"SECRET_KEY": None, "SECRET_KEY_FILE": "/nowhere"}, "SECRET_KEY_FILE", "cannot be read"),
    ({"PUBLIC_URL": None}, "PUBLIC_URL", "is required"),
    ({"PUBLIC_URL": "http://gate.example"}, "PUBLIC_URL", "must begin with https://"),
    ({"PUBLIC_URL": "gate.example"}, "PUBLIC_URL", "must be a URL"),
    ({"PUBLIC_URL": "https://gate.example/mcp"}, "PUBLIC_URL", "nothing else"),
    ({"DATABASE_URL": f"mysql://gate:{SECRET}@db/gate"}, "DATABASE_URL", "must begin with postgres://"),
    ({"DATABASE_URL": f"postgres://gate:{SECRET}@db"}, "DATABASE_URL", "is not a database URL"),
    ({"GITHUB_CLIENT_ID": None}, "GITHUB_CLIENT_ID", "belong together"),
    ({"GITHUB_CLIENT_SECRET": None}, "GITHUB_CLIENT_ID", "belong together"),
    ({"GITHUB_CLIENT_ID": None, "GITHUB_CLIENT_SECRET": None}, "GITHUB_CLIENT_ID", "https://gate.example/callback"),
    ({"GITHUB_CLIENT_SECRET": None, "GITHUB_CLIENT_SECRET_FILE": "/nowhere"}, "GITHUB_CLIENT_SECRET_FILE", "cannot be read"),
    ({"GITHUB_URL": "http://github.corp.example"}, "GITHUB_URL", "must begin with https://"),
    ({"GITHUB_API_URL": "github.corp.example/api/v3"}, "GITHUB_API_URL", "must be a URL"),
    ({"ALLOWED_ORGS": "octo-org,octo org"}, "ALLOWED_ORGS", "'octo org' is neither"),
    ({"ALLOWED_ORGS": "octo-org/"}, "ALLOWED_ORGS", "'octo-org/' is neither"),
    ({"ALLOWED_ORGS": "octo-org/a/b"}, "ALLOWED_ORGS", "'octo-org/a/b' is neither"),
    ({"ALLOW_EVERYONE": "everyone"}, "ALLOW_EVERYONE", "must be on or off"),
    ({"ENCRYPTION_KEYS": None}, "ENCRYPTION_KEYS", "is required"),
    ({"ENCRYPTION_KEYS": f"{SECRET},short"}, "ENCRYPTION_KEYS", "32 characters or more"),
    ({"ENCRYPTION_KEYS": None, "COOKIE_ENCRYPTION_KEY": "short"}, "ENCRYPTION_KEYS", "32 characters or more"),
    ({"RATE_REGISTER": "many"}, "RATE_REGISTER", "must look like 60/minute"),
    ({"RATE_TOKEN": "0/minute"}, "RATE_TOKEN", "must look like 600/minute"),
    ({"RATE_LOGIN": "30"}, "RATE_LOGIN", "must look like 30/minute"),
    ({"TRUSTED_PROXIES": "10.0.0.0/8,proxy"}, "TRUSTED_PROXIES", "'proxy' is neither"),
    ({"SIMULATOR_PORT": "0"}, "SIMULATOR_PORT", "must be a number from 1 to 65535"),
    ({"DEBUG": "on", "SECRET_KEY": None, "VAR_DIR": "/dev/null/var"}, "VAR_DIR", "set VAR_DIR to a folder"),
]


@pytest.mark.parametrize(
    ("changes", "variable", "said"), WRONG, ids=lambda value: " ".join(value) if isinstance(value, dict) else None
)
def test_a_wrong_value_stops_the_start_with_one_line(
    tmp_path: Path, changes: dict[str, str | None], variable: str, said: str
) -> None:
    """Contract, Configuration: the line names the variable and says what to do; it quotes no secret."""
    done = manage_check(tmp_path, PRODUCTION | changes)
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"gatehouse: {variable} ")
    assert said in line
    assert SECRET not in line


def test_a_wrong_line_of_the_file_stops_the_start_with_one_line(tmp_path: Path) -> None:
    file = tmp_path / "gatehouse.env"
    file.write_text(f"DEBUG=on\nSECRET KEY={SECRET}\n", encoding="utf-8")
    done = manage_check(tmp_path, {"ENV_FILE": str(file)})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "gatehouse: gatehouse.env line 2 must look like NAME=VALUE.\n"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"ENCRYPTION_KEYS": None, "COOKIE_ENCRYPTION_KEY": SECRET},
        {"PUBLIC_URL": "http://localhost:8000", "GITHUB_URL": "http://127.0.0.1:9000"},
        {"DATABASE_URL": f"postgres://gate:{SECRET}@127.0.0.1:1/gate"},
        dict.fromkeys(PRODUCTION) | {"DEBUG": "on"},
    ],
    ids=["production", "alias", "this machine", "postgres", "development"],
)
def test_a_right_configuration_has_nothing_to_complain_of(tmp_path: Path, changes: dict[str, str | None]) -> None:
    done = manage_check(tmp_path, PRODUCTION | changes)
    assert (done.returncode, done.stderr) == (0, "")


def test_secrets_may_all_come_in_files(tmp_path: Path) -> None:
    """Contract, Configuration: secrets also as ``NAME_FILE``."""
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n", encoding="utf-8")
    names = ["SECRET_KEY", "ENCRYPTION_KEYS", "GITHUB_CLIENT_SECRET"]
    changes = dict.fromkeys(names) | {f"{name}_FILE": str(file) for name in names}
    done = manage_check(tmp_path, PRODUCTION | changes)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_development_key_is_made_once_for_this_user_alone(tmp_path: Path) -> None:
    """What it signed and sealed survives a restart."""
    development = dict.fromkeys(PRODUCTION) | {"DEBUG": "on"}
    assert manage_check(tmp_path, development).returncode == 0
    file = tmp_path / "secret-key"
    made = file.read_text(encoding="ascii")
    assert len(made) >= 64
    assert file.stat().st_mode & 0o777 == 0o600
    assert manage_check(tmp_path, development).returncode == 0
    assert file.read_text(encoding="ascii") == made


# --- Combinations that start, and do not do what is meant ---

QUIET = {
    "DEVELOPMENT": False,
    "PUBLIC_URL": "https://gate.example",
    "REDIS_URL": "redis://h",
    "ALLOW_EVERYONE": False,
    "GITHUB_SIMULATOR": False,
}


@pytest.mark.django_db  # Django 6.1 checks what is in the database, too.
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {}),
        ({"ALLOW_EVERYONE": True}, {"gatehouse.W001": "ALLOWED_USERNAMES"}),
        ({"ALLOW_EVERYONE": True, "GITHUB_SIMULATOR": True}, {}),
        ({"REDIS_URL": ""}, {"gatehouse.W002": "REDIS_URL"}),
        ({"REDIS_URL": "", "DEVELOPMENT": True, "PUBLIC_URL": "http://localhost:8000"}, {}),
        ({"DEVELOPMENT": True}, {"gatehouse.W003": "DEBUG"}),
        ({"DEVELOPMENT": True, "PUBLIC_URL": "http://localhost:8000"}, {}),
        ({"REDIS_URL": "", "ALLOW_EVERYONE": True}, {"gatehouse.W001": "ALLOWED_USERNAMES", "gatehouse.W002": "REDIS_URL"}),
    ],
    ids=str,
)
def test_a_combination_that_does_not_do_what_is_meant_is_told(
    settings: Settings, changes: dict[str, Any], expected: dict[str, str]
) -> None:
    """The hint names the variable to change."""
    for name, value in (QUIET | changes).items():
        setattr(settings, name, value)
    told = {message.id: message for message in run_checks() if str(message.id).startswith("gatehouse.")}
    assert set(told) == set(expected)
    for identity, variable in expected.items():
        assert not told[identity].is_serious()
        assert variable in str(told[identity].hint)


def test_a_first_start_makes_its_folder_also_with_a_key_of_ones_own(tmp_path: Path) -> None:
    """A fresh clone has no ``var/``, and SQLite makes no folders."""
    variables = {"DEBUG": "on", "SECRET_KEY": "k" * 60, "VAR_DIR": str(tmp_path / "new" / "var")}
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, **variables}
    command = [sys.executable, str(PROJECT / "manage.py"), "migrate", "--plan"]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
