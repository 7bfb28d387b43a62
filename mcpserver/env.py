"""Typed reading of the environment. With ``settings.py``, the only reader; every fault names its variable."""

import io
import ipaddress
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ

from oauth_bridge.protocol import logins

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})

_ENV_LINE = re.compile(r"(?:export )?[A-Za-z_0-9]+=[^\0]*|\s*(?:#.*)?")
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.?|[0-9a-f:.]*:[0-9a-f:.]*")


class ConfigurationError(Exception):
    """A value is wrong or missing. The message is one line: the variable, what is wrong, what to do."""


def load_env_file(path: Path) -> None:
    """Add what ``.env`` says and the environment does not.

    Raises:
        ConfigurationError: it cannot be read, or a line is not ``NAME=VALUE``.
    """
    if not path.is_file():
        return
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path.name} cannot be read ({type(error).__name__}): check its rights.") from error
    for number, line in enumerate(content.splitlines(), start=1):
        # Not quoted: the line may hold a secret. django-environ would log it, and go on without it.
        if not _ENV_LINE.fullmatch(line):
            raise ConfigurationError(f"{path.name} line {number} must look like NAME=VALUE.")
    environ.Env.read_env(io.StringIO(content), overwrite=False)


def text(name: str, default: str = "") -> str:
    """Return the variable, or the content of the file that ``NAME_FILE`` names (secrets of a container).

    Raises:
        ConfigurationError: both are set, or the file cannot be read.
    """
    value, file = os.environ.get(name, ""), os.environ.get(f"{name}_FILE", "")
    if value and file:
        raise ConfigurationError(f"{name} and {name}_FILE are both set: keep one.")
    if not file:
        return value.strip() or default
    try:
        return Path(file).read_text(encoding="utf-8").strip() or default
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{name}_FILE cannot be read ({type(error).__name__}): check the path and its rights."
        ) from error


def flag(name: str, *, default: bool = False) -> bool:
    """Return a switch: 1/true/yes/on or 0/false/no/off.

    Raises:
        ConfigurationError: anything else; a typing error must not turn a switch silently.
    """
    value = text(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ConfigurationError(f"{name} must be on or off, not {value[:20]!r}.")


def integer(name: str, default: int, *, minimum: int, maximum: int) -> int:
    """Return a whole number within its bounds.

    Raises:
        ConfigurationError: not a number, or out of bounds.
    """
    value = text(name)
    if not value:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", value) or not minimum <= int(value) <= maximum:
        raise ConfigurationError(f"{name} must be a number from {minimum} to {maximum}, not {value[:20]!r}.")
    return int(value)


def words(name: str) -> list[str]:
    """Return a comma-separated list without blanks and repetitions, in its order."""
    return list(dict.fromkeys(word for part in text(name).split(",") if (word := part.strip())))


def organizations(name: str) -> list[str]:
    """Return GitHub organizations (``org``) and teams (``org/team``).

    Raises:
        ConfigurationError: an entry can be neither.
    """
    found = words(name)
    for word in found:
        if logins.parse_organization(word) is None:
            raise ConfigurationError(f"{name} must list `org` or `org/team`, and {word[:50]!r} is neither.")
    return found


def public_url(name: str, default: str) -> str:
    """Return an origin (scheme, host, port) in its one spelling: lower case, no default port, no trailing slash.

    Raises:
        ConfigurationError: missing, not an origin, or plain http on a host that is not this machine.
    """
    value = text(name, default)
    if not value:
        raise ConfigurationError(f"{name} is required: the https:// address under which clients reach this server.")
    return _origin(name, value, keep_path=False)


def upstream_url(name: str, default: str) -> str:
    """Return a base URL without trailing slash; a path is kept (``https://HOST/api/v3``).

    Raises:
        ConfigurationError: not a URL, or plain http on a host that is not this machine.
    """
    return _origin(name, text(name, default), keep_path=True)


def networks(name: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Return addresses and networks.

    Raises:
        ConfigurationError: an entry is neither.
    """
    found = []
    for word in words(name):
        try:
            found.append(ipaddress.ip_network(word, strict=False))
        except ValueError as error:
            raise ConfigurationError(f"{name} must list addresses or networks, and {word[:50]!r} is neither.") from error
    return found


def rate(name: str, default: str) -> tuple[int, int]:
    """Return ``(requests, seconds)`` from ``60/minute``.

    Raises:
        ConfigurationError: not of that form.
    """
    match = re.fullmatch(r"([0-9]{1,7})/(second|minute|hour)", text(name, default))
    if not match or int(match[1]) == 0:
        raise ConfigurationError(f"{name} must look like {default}: a number above 0, then /second, /minute or /hour.")
    return int(match[1]), {"second": 1, "minute": 60, "hour": 3600}[match[2]]


def database(name: str, default: str) -> dict[str, Any]:
    """Return Django's settings of one database.

    Raises:
        ConfigurationError: the URL is malformed, or names an engine other than PostgreSQL and SQLite.
    """
    url = text(name, default)
    if not re.match(r"(?:postgres(?:ql)?|sqlite)://", url):
        # Judged here: django-environ warns of an engine that it does not know, password included.
        raise ConfigurationError(f"{name} must begin with postgres:// (or sqlite:///).")
    try:
        settings = dict(environ.Env.db_url_config(url))
    except Exception:  # noqa: BLE001  django-environ raises whatever its parts raise, and may quote the password
        settings = {}
    if not settings.get("NAME"):
        raise ConfigurationError(f"{name} is not a database URL like postgres://USER:PASSWORD@HOST:5432/NAME.")
    return settings


def redis(name: str) -> str:
    """Return the URL of a Redis server, or an empty text.

    Raises:
        ConfigurationError: not such a URL: without this, throttles would silently be off.
    """
    url = text(name)
    if url and not re.fullmatch(r"(?:rediss?|unix)://\S+", url):
        raise ConfigurationError(f"{name} must be a URL like redis://HOST:6379/0.")
    return url


def _origin(name: str, value: str, *, keep_path: bool) -> str:
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError as error:
        raise ConfigurationError(f"{name} is not a URL.") from error
    host = (parts.hostname or "").lower()
    # Blanks: `urlsplit` would take some of them away without a word.
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host) or port == 0 or re.search(r"\s", value):
        raise ConfigurationError(f"{name} must be a URL like https://mcp.example.com.")
    if parts.scheme == "http" and host not in LOOPBACK_HOSTS:
        raise ConfigurationError(f"{name} must begin with https:// (plain http is for this machine only).")
    if parts.username is not None or parts.query or parts.fragment or (parts.path.strip("/") and not keep_path):
        raise ConfigurationError(f"{name} must hold a scheme, a host and perhaps a port, and nothing else.")
    authority = f"[{host}]" if ":" in host else host
    if port is not None and port != {"http": 80, "https": 443}[parts.scheme]:
        authority += f":{port}"
    return f"{parts.scheme}://{authority}{parts.path.rstrip('/')}"
