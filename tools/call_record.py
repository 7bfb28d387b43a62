"""What the record keeps of one call."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tools.context import ToolContext
from tools.registry import Tool

MAX_ARGUMENTS_CHARACTERS = 4_000


@dataclass(slots=True)
class CallRecord:
    """The columns of a ``ToolCall``, and its key once it is written. A model's instance would cost a tenth of a small call."""

    at: datetime
    github_id: int
    login: str
    client_id: str
    client_name: str
    session_id: str
    tool: str
    tool_set: str
    outcome: str
    duration_ms: int
    result_size: int
    request_id: str
    arguments: str
    pk: int | None = None


def of(
    tool: Tool, arguments: Mapping[str, Any], context: ToolContext, *, outcome: str, duration_ms: int, result_size: int
) -> CallRecord:
    """Return the record of a call that has just ended, no longer anywhere than the column is."""
    return CallRecord(
        datetime.now(UTC),
        context.person.github_id,
        context.person.login[:150],
        context.client_id[:255],
        context.client_name[:255],
        context.session_id[:36],
        tool.name,
        tool.set[:100],
        outcome,
        duration_ms,
        result_size,
        context.request_id[:64],
        _arguments(arguments) if tool.record_arguments else "",
    )


def _arguments(arguments: Mapping[str, Any]) -> str:
    # ASCII: no character that a database refuses, and with it a whole batch of other people's records.
    return json.dumps(dict(arguments), ensure_ascii=True)[:MAX_ARGUMENTS_CHARACTERS]
