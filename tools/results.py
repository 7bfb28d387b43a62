"""What a tool answers: a result, or an error worded so that a model can try again."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel

from wire import strict_json, values


@values.value
class ToolResult:
    """Content blocks in the wire's shape, and structured content if the tool has an output schema (MCP server/tools)."""

    content: list[dict[str, Any]]
    structured: dict[str, Any] | None = None
    is_error: bool = False


class ToolError(Exception):
    """A call that did not work out. The message is safe to show, and says what to do differently.

    ``outcome`` is the word for it in the record of calls.
    """

    outcome: ClassVar[str] = "tool_error"


def text(message: str) -> ToolResult:
    """Return a result of one text block."""
    return ToolResult([_text_block(message)])


def blocks(*content: dict[str, Any]) -> ToolResult:
    """Return a result of several content blocks, made by ``tools.content``: ``blocks(words("…"), image(png))``."""
    return ToolResult(list(content))


def structured(value: BaseModel | Mapping[str, Any], text: str | None = None) -> ToolResult:
    """Return a result with structured content, and the same as text for clients that read only text.

    The text is the same JSON (MCP 2026-07-28 server/tools, Structured Content), or ``text`` where plain words say it better.
    """
    content = value.model_dump(mode="json") if isinstance(value, BaseModel) else dict(value)
    return ToolResult([_text_block(strict_json.dumps(content).decode() if text is None else text)], content)


def error(message: str) -> ToolResult:
    """Return a result with ``isError``: the call was understood, and could not be done."""
    return ToolResult([_text_block(message)], is_error=True)


def _text_block(message: str) -> dict[str, Any]:
    return {"type": "text", "text": message}
