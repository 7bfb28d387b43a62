"""Logging: JSON lines in production, readable lines in development, the request's id in each, secrets in neither.

Nothing here is meant to see a secret: code that logs leaves them out. ``redact`` is the net below, spread where every line
passes (message, arguments, traceback), so that an exception's text or a library's debug line cannot give one away.
"""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from wire import request_id, strict_json

REDACTED = "[redacted]"

# Every alternative starts with a literal and holds one unbounded run: nothing to backtrack into.
_SECRET = re.compile(
    r"(?P<token>gth_[\w.~+/=-]+|gh[opsur]_\w+|github_pat_\w+)"
    r"|(?P<scheme>\b(?:bearer|basic)\s{1,4})[\w.~+/=-]{8,}"
    # `name=value`, and `'name': 'value'` as dictionaries and JSON print it. The names are endings: `access_token` counts.
    r"""|(?P<name>(?:(?<![a-z_])(?:(?:user|device)_)?code|verifier|secret|token|password|sessionid|assertion)"""
    r"""(?:\s?=\s?|["']\s?[:=]\s?))(?:"[^"]*"|'[^']*'|[^\s&"'<>,;)}\]\\]+)""",
    re.IGNORECASE,
)
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}


def redact(text: str) -> str:
    """Return ``text`` with everything that looks like a credential replaced by ``[redacted]``.

    Covers this server's tokens, GitHub's, ``Authorization`` values, and the values of OAuth's secret parameters.
    """
    if not _may_hold_secret(text.lower()):
        return text
    return _SECRET.sub(_without_value, text)


def _may_hold_secret(text: str) -> bool:
    """Return whether a match is possible at all: every form holds one of these, and most lines hold none."""
    return "_" in text or "=" in text or "'" in text or '"' in text or "bearer" in text or "basic" in text


def _without_value(match: re.Match[str]) -> str:
    return (match["scheme"] or match["name"] or "") + REDACTED


# Plain ASCII, so that no text can fail to be written.
_encode = json.JSONEncoder().encode


class RequestId(logging.Filter):
    """Puts the id of the request being served on every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.current.get()
        return True


class ReadableFormatter(logging.Formatter):
    """One line for people: time, level, logger, message, request id."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s [%(request_id)s]", "%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        # A message may quote what a stranger sent: it must not forge a line of its own or drive the terminal.
        record.message = record.message.translate(_CONTROL)
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line; a record's ``fields`` (a flat mapping given through ``extra``) stand beside the rest."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": redact(record.getMessage()),
            "request_id": getattr(record, "request_id", "-"),
        }
        for name, value in getattr(record, "fields", {}).items():
            line[name] = value if isinstance(value, int | float | None) else redact(str(value))
        if record.exc_info:
            line["exception"] = redact(self.formatException(record.exc_info))
        if record.stack_info:
            line["stack"] = redact(record.stack_info)
        try:
            encoded = strict_json.dumps(line).decode()
        except TypeError:
            # Text that is no Unicode, out of a path for one.
            return _encode(line)
        return encoded if encoded.isascii() else _encode(line)


def config(*, debug: bool, access: bool = True) -> dict[str, Any]:
    """Return the value of Django's ``LOGGING``: everything goes to standard error, once; ``access``: a line a request, too."""
    levels = {**_LEVELS, "gatehouse.access": "NOTSET" if access else "CRITICAL"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": RequestId}},
        "formatters": {"line": {"()": ReadableFormatter if debug else JsonFormatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {name: {"level": level, "handlers": [], "propagate": True} for name, level in levels.items()},
    }


_LEVELS = {
    "django": "INFO",
    # Each 4xx has its line in the access log already.
    "django.request": "ERROR",
    # What Django refuses (too many fields, a cookie that was changed) is in the access log as a 400, without a traceback.
    "django.security": "CRITICAL",
    "django.server": "WARNING",
    "django.channels.server": "WARNING",
    # Below these levels the libraries tell of routine, and some of it holds whole URLs with their query.
    "daphne": "WARNING",
    "uvicorn": "ERROR",
    "uvicorn.error": "ERROR",
    # While Redis is away: a traceback a second. `streams/bell.py` says that it is.
    "channels_redis": "CRITICAL",
    "httpx": "WARNING",
    "httpx2": "WARNING",
    "httpcore": "WARNING",
    "httpcore2": "WARNING",
    "urllib3": "WARNING",
    "oauthlib": "WARNING",
    "oauth2_provider": "WARNING",
    "social": "WARNING",
    "asyncio": "WARNING",
}
