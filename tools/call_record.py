"""What the record keeps of one call."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from tools.context import ToolContext
from tools.models import ToolCall
from tools.registry import Tool

MAX_ARGUMENTS_CHARACTERS = 4_000


def of(
    tool: Tool, arguments: Mapping[str, Any], context: ToolContext, *, outcome: str, duration_ms: int, result_size: int
) -> ToolCall:
    """Return the row for a call that has just ended."""
    return ToolCall(
        at=timezone.now(),
        github_id=context.person.github_id,
        login=context.person.login[:150],
        client_id=context.client_id[:255],
        client_name=context.client_name[:255],
        session_id=context.session_id[:36],
        tool=tool.name,
        tool_set=tool.set[:100],
        outcome=outcome,
        duration_ms=duration_ms,
        result_size=result_size,
        request_id=context.request_id[:64],
        arguments=_arguments(arguments) if tool.record_arguments else "",
    )


def _arguments(arguments: Mapping[str, Any]) -> str:
    # ASCII: no character that a database refuses, and with it a whole batch of other people's records.
    return json.dumps(dict(arguments), ensure_ascii=True)[:MAX_ARGUMENTS_CHARACTERS]
