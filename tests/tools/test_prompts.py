"""Declaring prompts, and what their functions may say (MCP server/prompts)."""

import re
from collections.abc import Callable
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

from tests.support import schemas
from tools import content, prompts
from tools.content import Icon
from tools.context import ToolContext
from tools.declaration import DeclarationError
from tools.prompts import Message, Prompt, assistant, prompt, user


class Arguments(BaseModel):
    repository: str = Field(title="Repository", description="Which one")
    tone: Literal["kind", "frank"] = Field("kind", description="How to say it")
    lines: int = Field(10, description="How long")


class Nested(BaseModel):
    names: list[str] = Field(description="Which")


class Undescribed(BaseModel):
    name: str


async def review(arguments: Arguments, context: ToolContext) -> list[Message]:
    """Review a repository."""
    return [user(arguments.repository)]


async def simple(context: ToolContext) -> str:
    """Say hello."""
    return "hello"


async def without_docstring(context: ToolContext) -> str:
    return "hello"


async def without_context(arguments: Arguments) -> str:
    """Say hello."""
    return "hello"


async def without_anything() -> str:
    """Say hello."""
    return "hello"


async def with_a_third(arguments: Arguments, more: int, context: ToolContext) -> str:
    """Say hello."""
    return "hello"


async def with_a_dictionary(arguments: dict[str, str], context: ToolContext) -> str:
    """Say hello."""
    return "hello"


async def with_a_list(arguments: Nested, context: ToolContext) -> str:
    """Say hello."""
    return "hello"


async def with_a_riddle(arguments: Undescribed, context: ToolContext) -> str:
    """Say hello."""
    return "hello"


def declare(function: Callable[..., Any], **changes: Any) -> Prompt:
    return prompt(**({"title": "Review"} | changes))(function)


def test_everything_that_a_client_sees_comes_from_the_function() -> None:
    made = declare(review, icons=[Icon("https://a.example/i.png")])
    assert made.definition == {
        "name": "review",
        "title": "Review",
        "description": "Review a repository.",
        "arguments": [
            {"name": "repository", "title": "Repository", "description": "Which one", "required": True},
            {"name": "tone", "description": "How to say it", "required": False},
            {"name": "lines", "description": "How long", "required": False},
        ],
        "icons": [{"src": "https://a.example/i.png", "mimeType": "image/png"}],
    }
    schemas.validate(made.definition, "2026-07-28", "Prompt")


def test_a_prompt_may_take_no_arguments() -> None:
    made = declare(simple)
    assert made.definition == {"name": "simple", "title": "Review", "description": "Say hello."}
    assert not made.takes_arguments


@pytest.mark.parametrize(
    ("function", "options", "complaint"),
    [
        (without_docstring, {}, "needs a docstring"),
        (without_context, {}, "last parameter"),
        (without_anything, {}, "must take context"),
        (with_a_third, {}, "must take context"),
        (with_a_dictionary, {}, "first parameter"),
        (with_a_list, {}, "must be text, a number or an enumeration"),
        (with_a_riddle, {}, "needs a description"),
        (review, {"title": " "}, "needs a title"),
        (review, {"scopes": "read:user"}, "must be a set of scope names"),
        (review, {"timeout_seconds": -1}, "must be above 0"),
    ],
)
def test_a_wrong_declaration_is_named_with_file_and_line(
    function: Callable[..., Any], options: dict[str, Any], complaint: str
) -> None:
    place = re.escape(f"{__file__}:{function.__code__.co_firstlineno}: ")
    with pytest.raises(DeclarationError, match=f"^{place}.*{complaint}"):
        declare(function, **options)


IMAGE = content.image(b"hi")


@pytest.mark.parametrize(
    ("said", "messages"),
    [
        ("hi", (Message("user", {"type": "text", "text": "hi"}),)),
        (assistant("hi"), (Message("assistant", {"type": "text", "text": "hi"}),)),
        ([user(IMAGE), assistant("hi")], (Message("user", IMAGE), Message("assistant", {"type": "text", "text": "hi"}))),
    ],
)
def test_what_was_said_becomes_messages(said: Any, messages: tuple[Message, ...]) -> None:
    assert prompts.messages(said) == messages


@pytest.mark.parametrize("said", [None, [], 5, [IMAGE], {"role": "user"}])
def test_anything_else_is_a_bug(said: Any) -> None:
    with pytest.raises(TypeError):
        prompts.messages(said)
