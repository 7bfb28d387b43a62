"""What stands between a fresh database and the first start: its schema, the rules of the environment, the first operator."""

import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, transaction

from mcpserver import pending_migrations
from mcpserver.env import ConfigurationError
from oauth_bridge import people

FIRST_ADMIN = "admin"


class Command(BaseCommand):
    """Safe to run before every start: what is done already is left alone."""

    help = "Prepare the database for the first start (every start may run it)."
    # The checks run with `serve`, a moment later; once is enough.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Add ``--migrate``: without it the schema must be the newest already."""
        parser.add_argument("--migrate", action="store_true", help="bring the schema up to date first, if it is not")

    def handle(self, *_args: Any, migrate: bool, **_options: Any) -> None:
        """Do what is missing.

        Raises:
            ConfigurationError: no database, or no right to write the folder for data; one line that says what to do.
        """
        _connect_without_pool()
        try:
            if pending_migrations.count():
                self._bring_up_to_date(allowed=migrate)
            people.sync_rules_from_settings()
            # In production operators come by ADMIN_USERNAMES, or from `manage.py createsuperuser`.
            if settings.DEVELOPMENT:
                self._first_admin()
        except OperationalError as error:
            raise ConfigurationError(_unreachable(error)) from error

    def _bring_up_to_date(self, *, allowed: bool) -> None:
        if not allowed:
            raise ConfigurationError("the database lacks migrations: add --migrate, or run `manage.py migrate` first.")
        self.stdout.write("Preparing the database ...")
        call_command("migrate", verbosity=0, interactive=False)

    def _first_admin(self) -> None:
        """Create an operator with a random password, if there is none; print it once and keep it in ``first-admin.txt``."""
        person = get_user_model()
        if person.objects.filter(is_staff=True).exists():
            return
        password = secrets.token_urlsafe(12)
        file = settings.VAR_DIR / "first-admin.txt"
        # Together: an operator whose password nobody was told would keep every later start from making one.
        with transaction.atomic():
            person.objects.create_superuser(username=FIRST_ADMIN, password=password)
            _write_for_owner_only(file, f"login: {FIRST_ADMIN}\npassword: {password}\n")
        self.stdout.write(f"First admin: login {FIRST_ADMIN}, password {password} (kept in {file})")


def _connect_without_pool() -> None:
    """Let a server that is away be told at once and with its reason: a pool would try for ten seconds, and log each try."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.connection is None:
        connection.settings_dict["OPTIONS"].pop("pool", None)


def _unreachable(error: OperationalError) -> str:
    """Return one line. The driver's message names host, port and user, never the password."""
    reason = " ".join(str(error).split()) or type(error).__name__
    return f"the database does not answer: {reason}. Check DATABASE_URL, and that the server runs."


def _write_for_owner_only(file: Path, text: str) -> None:
    """Write a new file of mode 0600 in place of an older one.

    Raises:
        ConfigurationError: the folder cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        # EXCL: what somebody else put here in between, a link above all, is never written through.
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise ConfigurationError(
            f"cannot write {file} ({error.strerror}): make the folder writable, or set VAR_DIR."
        ) from error
