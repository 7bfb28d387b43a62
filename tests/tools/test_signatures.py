"""Annotated parameters in the place of a model."""

import threading
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

from tests.tools.cast import context_of
from tools import runner
from tools.context import ToolContext
from tools.declaration import DeclarationError
from tools.registry import Tool, tool
from tools.results import ToolResult, text


def declare(function: Any) -> Tool:
    return tool(title="Sample", scopes=set(), read_only=True)(function)


class Point(BaseModel):
    x: int


async def add(a: int, b: Annotated[int, Field(ge=0, description="What is added")] = 1, *, context: ToolContext) -> ToolResult:
    """Add."""
    return text(f"{context.person.login}: {a + b}")


async def where(label: str, point: Point, context: ToolContext) -> ToolResult:
    """Say where."""
    return text(f"{label} {point.x}")


async def nothing(context: ToolContext) -> ToolResult:
    """Take nothing."""
    return text("nothing")


def plain(a: int, context: ToolContext) -> ToolResult:
    """Work in a thread."""
    return text("thread" if threading.current_thread() is not threading.main_thread() else "loop")


def test_the_schema_is_that_of_a_model() -> None:
    assert declare(add).definition["inputSchema"] == {
        "type": "object",
        "properties": {
            "a": {"type": "integer"},
            "b": {"type": "integer", "default": 1, "minimum": 0, "description": "What is added"},
        },
        "required": ["a"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    ("function", "arguments", "answer"),
    [
        (add, {"a": 2, "b": 3}, "alice: 5"),
        (add, {"a": 2}, "alice: 3"),
        (where, {"label": "here", "point": {"x": 4}}, "here 4"),
        (nothing, {}, "nothing"),
        (plain, {"a": 1}, "thread"),
    ],
)
@pytest.mark.asyncio
async def test_the_function_is_called_with_what_it_asked_for(function: Any, arguments: dict[str, Any], answer: str) -> None:
    assert (await runner.run(declare(function), arguments, context_of())) == text(answer)


@pytest.mark.asyncio
async def test_all_errors_are_told_at_once() -> None:
    result = await runner.run(declare(add), {"a": "2", "b": -1, "c": 0}, context_of())
    said = result.content[0]["text"]
    assert result.is_error
    assert [line.partition(":")[0] for line in said.splitlines()[1:]] == ["- a", "- b", "- c"]


async def context_first(context: ToolContext, a: int) -> ToolResult:
    """Do it."""
    return text("")


async def without_annotation(a, context: ToolContext) -> ToolResult:  # type: ignore[no-untyped-def]
    """Do it."""
    return text("")


async def of_any_number(*a: int, context: ToolContext) -> ToolResult:
    """Do it."""
    return text("")


async def of_any_name(context: ToolContext, **a: int) -> ToolResult:
    """Do it."""
    return text("")


async def by_place(a: int, /, context: ToolContext) -> ToolResult:
    """Do it."""
    return text("")


async def hidden(_a: int, context: ToolContext) -> ToolResult:
    """Do it."""
    return text("")


async def taken(model_dump: int, context: ToolContext) -> ToolResult:
    """Do it."""
    return text("")


async def with_a_field_as_default(context: ToolContext, a: int = Field(1)) -> ToolResult:
    """Do it."""
    return text("")


async def field_default(a: int = Field(1), *, context: ToolContext) -> ToolResult:
    """Do it."""
    return text("")


async def not_json(a: threading.Thread, context: ToolContext) -> ToolResult:
    """Do it."""
    return text("")


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (context_first, "the last parameter"),
        (without_annotation, "must annotate a"),
        (of_any_number, "by a name of its own"),
        (of_any_name, "the last parameter"),
        (by_place, "by a name of its own"),
        (hidden, "cannot call a parameter _a"),
        (taken, "cannot call a parameter model_dump"),
        (with_a_field_as_default, "the last parameter"),
        (field_default, "Annotated"),
        (not_json, "JSON cannot carry"),
    ],
)
def test_what_would_surprise_stops_the_start(function: Any, complaint: str) -> None:
    with pytest.raises(DeclarationError, match=rf"^{__file__}:[0-9]+: {function.__name__} .*{complaint}"):
        declare(function)
