"""What must be right before the server listens. Each check raises ``CannotStart`` with one line."""

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks.registry import registry
from django.db import DatabaseError, connections

from mcpserver import pending_migrations
from mcpserver.serving.refusal import CannotStart
from oauth_bridge.models import AllowRule

# What is wrong in the code whatever is configured. `manage.py check` finds it, and so does the image's build: to look for it
# here would mean to load every page and command before the first request.
_OF_CODE = {checks.Tags.admin, checks.Tags.commands, checks.Tags.models, checks.Tags.urls}


def check_all() -> None:
    """Run every check.

    Raises:
        CannotStart: the first that fails.
    """
    check_storage(settings.DATABASES["default"])
    check_system()
    check_migrations()


def check_storage(database: dict[str, Any]) -> None:
    """Check that SQLite's folder can be written (it makes files beside the database).

    Raises:
        CannotStart: it cannot.
    """
    if not database["ENGINE"].endswith("sqlite3") or ":memory:" in str(database["NAME"]):
        return
    folder = Path(database["NAME"]).parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise CannotStart(
            f"{folder} cannot be written ({error.strerror}): give this user the right, or set DATABASE_URL to another place."
        ) from error


def check_system() -> None:
    """Run the system checks of what is configured.

    Raises:
        CannotStart: one reports an error.
    """
    for message in checks.run_checks(tags=sorted(registry.tags_available() - _OF_CODE)):
        if message.is_serious() and not message.is_silenced():
            hint = f" {message.hint}" if message.hint else ""
            raise CannotStart(_one_line(f"{message.msg}{hint} ({message.id})"))


def check_migrations() -> None:
    """Check that the database answers and is up to date.

    Raises:
        CannotStart: it does not, or is not.
    """
    try:
        pending = pending_migrations.count()
    except DatabaseError as error:
        raise CannotStart(_one_line(f"the database does not answer: {error} Check DATABASE_URL.")) from error
    finally:
        connections.close_all()
    if pending:
        raise CannotStart(f"the database lacks {pending} migration(s): run `manage.py migrate` first.")


def multi_process_warning(workers: int) -> str | None:
    """Return what to tell an operator who runs several workers on parts that live in one process."""
    if workers < 2:
        return None
    parts = {
        "SQLite": settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"),
        "the in-memory channel layer": "InMemory" in settings.CHANNEL_LAYERS["default"]["BACKEND"],
        "the in-memory cache": "locmem" in settings.CACHES["default"]["BACKEND"],
    }
    found = [name for name, is_so in parts.items() if is_so]
    if not found:
        return None
    return f"{workers} workers on {', '.join(found)}: several are meant for PostgreSQL and Redis (DATABASE_URL, REDIS_URL)."


def empty_list_warning() -> str | None:
    """Return what to tell an operator whose list is empty: nobody gets in, and that may not be what was meant."""
    if settings.ALLOW_EVERYONE or AllowRule.objects.exists():
        return None
    return "nobody may sign in yet: list GitHub logins in ALLOWED_USERNAMES, or add them in the dashboard."


def _one_line(text: str) -> str:
    return " ".join(text.split())
