"""How large a result may be, and what becomes of one that is larger. Pure but for its error."""

from dataclasses import replace
from typing import Any, ClassVar

from tools.results import ToolError, ToolResult
from wire import strict_json

# About what the large clients take of one result; beyond it they cut, and the model never learns what is missing.
MAX_RESULT_CHARACTERS = 150_000

CUT = (
    "\n\n[Cut here: the result of {name} has {size} characters, and at most {most} are sent. To see the rest, ask for less "
    "at a time: a smaller limit, a later page, or a narrower part.]"
)


class ResultTooLarge(ToolError):
    """The result has too many characters, and what it holds cannot be cut."""

    outcome: ClassVar[str] = "result_too_large"


def bounded(name: str, result: ToolResult, most: int) -> tuple[ToolResult, int]:
    """Return the result, its text cut if need be, and its size in characters of JSON.

    Text and structured content are measured apart: a client shows the one or the other.

    Raises:
        ResultTooLarge: structured content, pictures and the like make sense only as a whole.
    """
    structured = 0 if result.structured is None else _characters(result.structured)
    text = _characters(result.content)
    if structured <= most and text > most and (kept := _cut(name, result.content, text, most)) is not None:
        result = replace(result, content=kept)
        text = _characters(kept)
    if max(structured, text) > most:
        message = f"The result of {name} is too large ({max(structured, text)} characters, at most {most}). Ask for less."
        raise ResultTooLarge(message)
    return result, structured + text


def _cut(name: str, content: list[dict[str, Any]], size: int, most: int) -> list[dict[str, Any]] | None:
    """Return the blocks with the last one cut, None where it is no text or where that would not help."""
    *others, last = content
    if last.get("type") != "text":
        return None
    note = CUT.format(name=name, size=size, most=most)
    room = most - _characters([*others, {**last, "text": note}])
    if room < 0:
        return None
    return [*others, {**last, "text": _beginning(last["text"], room) + note}]


def _beginning(text: str, room: int) -> str:
    """Return as much of the text as ``room`` characters of JSON hold: a line break takes two there."""
    text = text[:room]
    while (over := len(strict_json.dumps(text).decode()) - 2 - room) > 0:
        # At most six characters of JSON are one of text: never cut by more than is too much.
        text = text[: -max(1, over // 6)]
    return text


def _characters(value: Any) -> int:
    data = strict_json.dumps(value)
    return len(data) if data.isascii() else len(data.decode())
