"""How each part of the server is. What is near is asked at once; what is far (GitHub) is asked with a short patience."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx2
from django.conf import settings
from django.core import checks
from django.db import connection

from mcpserver import __version__, health

GITHUB_PATIENCE_SECONDS = 3.0
_SLOW_MS = 250


@dataclass(frozen=True, slots=True)
class Part:
    """One part. ``state`` is ``good``, ``warn`` or ``bad``; ``hint`` says what to do about it."""

    name: str
    state: str
    says: str
    hint: str = ""


def near() -> list[Part]:
    """Return what this process can tell by itself."""
    return [_database(), _cache(), _configuration(), Part("Version", "good", f"Gatehouse {__version__}")]


def github() -> Part:
    """Return whether GitHub answers, in three seconds."""
    host = httpx2.URL(settings.GITHUB_API_URL).host
    began = time.monotonic()
    try:
        # `/meta` needs no token, and a limit that is used up is an answer as well.
        answer = httpx2.get(f"{settings.GITHUB_API_URL}/meta", timeout=GITHUB_PATIENCE_SECONDS)
    except httpx2.HTTPError as error:
        hint = "People who are signed in stay so; nobody new can come in. See githubstatus.com, and your firewall."
        return Part("GitHub", "bad", f"{host} does not answer ({type(error).__name__})", hint)
    took = _milliseconds(began)
    if answer.status_code >= 500:
        return Part("GitHub", "bad", f"{host} answers {answer.status_code}", "See githubstatus.com.")
    return Part("GitHub", "good", f"{host} answers in {took} ms")


def _database() -> Part:
    kind = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(connection.vendor, connection.vendor)
    return _asked("Database", kind, health._database, "Check DATABASE_URL, and that the database server runs.")


def _cache() -> Part:
    if not settings.REDIS_URL:
        state = "good" if settings.DEVELOPMENT else "warn"
        return Part("Redis", state, "Not set: one process only", "" if settings.DEVELOPMENT else "Set REDIS_URL.")
    return _asked("Redis", "Redis", health._cache, "Check REDIS_URL. Until it answers, each process counts for itself.")


def _asked(name: str, kind: str, check: Callable[[], None], hint: str) -> Part:
    began = time.monotonic()
    try:
        check()
    except Exception as error:  # noqa: BLE001  whatever a driver raises, the part does not work
        return Part(name, "bad", f"{kind} does not answer ({type(error).__name__})", hint)
    took = _milliseconds(began)
    return Part(name, "warn" if took > _SLOW_MS else "good", f"{kind} answers in {took} ms", hint if took > _SLOW_MS else "")


def _configuration() -> Part:
    found = [message for message in checks.run_checks() if not message.is_silenced()]
    if not found:
        return Part("Configuration", "good", "All checks pass")
    says = found[0].msg if len(found) == 1 else f"{len(found)} remarks: {found[0].msg}"
    state = "bad" if any(message.is_serious() for message in found) else "warn"
    return Part("Configuration", state, says, found[0].hint or "")


def _milliseconds(began: float) -> int:
    return max(1, round((time.monotonic() - began) * 1000))
