"""Log messages to the client, and ``logging/setLevel`` of the handshake era (MCP server/utilities/logging)."""

from collections.abc import Mapping
from typing import Any

from mcpserver.protocol.errors import InvalidParams

NOTIFICATION = "notifications/message"

# RFC 5424, from the least to the most severe.
LEVELS = ("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency")
_RANKS = {level: rank for rank, level in enumerate(LEVELS)}


def level_of(value: Any, name: str) -> str:
    """Return the level that a client named in the member ``name``.

    Raises:
        InvalidParams: there is no such level.
    """
    if isinstance(value, str) and value in _RANKS:
        return value
    raise InvalidParams(f'"{name}" must be one of {", ".join(LEVELS)}.')


def parse_set_level(params: Mapping[str, Any]) -> str:
    """Return the level that ``logging/setLevel`` sets.

    Raises:
        InvalidParams: there is none, or no such level.
    """
    return level_of(params.get("level"), "level")


def is_wanted(level: str, threshold: str | None) -> bool:
    """Return whether a client that set ``threshold`` hears of ``level``; one that set none hears nothing.

    Raises:
        KeyError: there is no such level.
    """
    return threshold is not None and _RANKS[level] >= _RANKS[threshold]


def message_params(level: str, data: Any, logger: str | None) -> dict[str, Any]:
    """Return the params of ``notifications/message``."""
    params = {"level": level, "data": data}
    return params if logger is None else {**params, "logger": logger}
