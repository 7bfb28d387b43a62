import re
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from tools.context import ToolContext
from tools.declaration import DeclarationError
from tools.registry import tool
from tools.results import ToolResult, text


class Arguments(BaseModel):
    pass


async def right(arguments: Arguments, context: ToolContext) -> ToolResult:
    """Do it."""
    return text("done")


def plain(arguments: Arguments, context: ToolContext) -> ToolResult:
    """Do it."""
    return text("done")


async def without_docstring(arguments: Arguments, context: ToolContext) -> ToolResult:
    return text("done")


async def without_context(arguments: Arguments) -> ToolResult:
    """Do it."""
    return text("done")


async def with_a_third(arguments: Arguments, context: ToolContext, more: int) -> ToolResult:
    """Do it."""
    return text("done")


async def with_another_context(arguments: Arguments, context: int) -> ToolResult:
    """Do it."""
    return text("done")


async def with_another_result(arguments: Arguments, context: ToolContext) -> str:
    """Do it."""
    return "done"


async def with_an_unknown_name(arguments: "Nowhere", context: ToolContext) -> ToolResult:  # type: ignore[name-defined]  # noqa: F821
    """Do it."""
    return text("done")


class NoModel:
    pass


class WithoutSchema(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)
    value: NoModel


class Unfinished(BaseModel):
    other: "Nowhere"  # type: ignore[name-defined]  # noqa: F821


async def with_an_unfinished_model(arguments: Unfinished, context: ToolContext) -> ToolResult:
    """Do it."""
    return text("done")


RIGHT_OPTIONS: dict[str, Any] = {"title": "Right", "scopes": {"a"}, "read_only": True}


def declare(function: Callable[..., Any], **changes: Any) -> Any:
    return tool(**(RIGHT_OPTIONS | changes))(function)


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (without_docstring, "needs a docstring"),
        (without_context, "must take two parameters"),
        (with_a_third, "must take two parameters"),
        (with_another_context, "second parameter"),
        (with_another_result, "to return ToolResult"),
        (with_an_unknown_name, "cannot be resolved"),
        (with_an_unfinished_model, "without a JSON schema"),
    ],
)
def test_a_wrong_function_is_named_with_file_and_line(function: Callable[..., Any], complaint: str) -> None:
    place = re.escape(f"{__file__}:{function.__code__.co_firstlineno}: ")
    with pytest.raises(DeclarationError, match=f"^{place}.*{complaint}"):
        declare(function)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"title": " "}, "needs a title"),
        ({"scopes": "read:user"}, "must be a set of scope names"),
        ({"scopes": {""}}, "must be a set of scope names"),
        ({"scopes": {1}}, "must be a set of scope names"),
        ({"timeout_seconds": 0}, "must be above 0"),
        ({"timeout_seconds": float("nan")}, "must be above 0"),
        ({"output": dict}, "must be a pydantic model"),
        ({"read_only": True, "destructive": True}, "read_only and destructive"),
        ({"title": 5}, "needs a title"),
        ({"timeout_seconds": "5"}, "must be above 0"),
        ({"step_up": {"repo"}}, "must be a function of the arguments"),
        ({"set": ""}, "must be a name in lower case"),
        ({"set": "My Set"}, "must be a name in lower case"),
        ({"set": "*"}, "must be a name in lower case"),
        ({"max_result_characters": 0}, "must be a whole number, 1 or more"),
        ({"max_result_characters": True}, "must be a whole number, 1 or more"),
        ({"per_minute": "5"}, "must be 1 or more"),
        ({"per_day": 1.5}, "must be 1 or more"),
        ({"output": WithoutSchema}, "without a JSON schema"),
    ],
)
def test_wrong_options_are_named_with_file_and_line(options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(DeclarationError, match=f"^{re.escape(__file__)}:[0-9]+: .*{complaint}"):
        declare(right, **options)


@pytest.mark.parametrize("name", ["with space", "ü", "a" * 65, "a/b", "<lambda>"])
def test_a_name_that_clients_refuse_is_refused_here(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """MCP 2025-11-25 server/tools, Tool Names."""
    monkeypatch.setattr(right, "__name__", name)
    with pytest.raises(DeclarationError, match="is not 1 to 64 of"):
        declare(right)


def test_a_plain_function_is_known_for_one() -> None:
    assert declare(right).is_async
    assert not declare(plain).is_async


def test_what_is_no_function_is_named() -> None:
    with pytest.raises(DeclarationError, match=f"^{__name__}: Arguments is no function"):
        declare(Arguments)
