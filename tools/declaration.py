"""What a function must look like to become a tool. A wrong one stops the start, with file and line."""

import inspect as python_inspect
import re
import typing
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from tools.context import ToolContext
from tools.results import ToolResult

# MCP 2025-11-25 server/tools, Tool Names: up to 128 of these. Kept to 64, which older suites and clients enforce.
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class ToolDeclarationError(TypeError):
    """A tool is declared wrongly. The message begins with file and line."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the function itself says about the tool."""

    name: str
    description: str
    arguments: type[BaseModel]
    is_async: bool
    place: str


def inspect(function: Callable[..., Any]) -> Declaration:
    """Return what ``function`` declares.

    Raises:
        ToolDeclarationError: it lacks a docstring or an annotation, or takes something other than arguments and context.
    """
    place = _place(function)
    hints = _hints(function, place)
    name = function.__name__
    if not _NAME.fullmatch(name):
        raise ToolDeclarationError(f"{place}: the name {name!r} is not 1 to 64 of A-Z a-z 0-9 _ . -")
    description = python_inspect.getdoc(function)
    if not description:
        raise ToolDeclarationError(f"{place}: {name} needs a docstring: it is what a model reads to choose the tool")
    return Declaration(
        name=name,
        description=description,
        arguments=_arguments_model(name, hints, place, list(python_inspect.signature(function).parameters)),
        is_async=python_inspect.iscoroutinefunction(function),
        place=place,
    )


def check_options(
    made: Declaration, *, title: str, scopes: object, timeout_seconds: float, output: type[BaseModel] | None
) -> None:
    """Check what the decorator was given.

    Raises:
        ToolDeclarationError: see the message.
    """
    if not title.strip():
        raise ToolDeclarationError(f"{made.place}: {made.name} needs a title")
    # A plain string would pass for a set of its letters.
    if not isinstance(scopes, AbstractSet) or not all(isinstance(scope, str) and scope for scope in scopes):
        raise ToolDeclarationError(f"{made.place}: scopes of {made.name} must be a set of scope names")
    if not timeout_seconds > 0:
        raise ToolDeclarationError(f"{made.place}: timeout_seconds of {made.name} must be above 0")
    if output is not None and not _is_model(output):
        raise ToolDeclarationError(f"{made.place}: output of {made.name} must be a pydantic model")


def check_annotations(made: Declaration, annotations: dict[str, bool]) -> None:
    """Check that the hints agree with each other.

    Raises:
        ToolDeclarationError: a tool that only reads cannot destroy.
    """
    if annotations["readOnlyHint"] and annotations["destructiveHint"]:
        raise ToolDeclarationError(f"{made.place}: {made.name} cannot be read_only and destructive at once")


def _arguments_model(name: str, hints: dict[str, Any], place: str, parameters: list[str]) -> type[BaseModel]:
    if len(parameters) != 2:
        raise ToolDeclarationError(f"{place}: {name} must take two parameters, arguments and context")
    model = hints.get(parameters[0])
    if not _is_model(model):
        raise ToolDeclarationError(f"{place}: the first parameter of {name} must be annotated with a pydantic model")
    if hints.get(parameters[1]) is not ToolContext:
        raise ToolDeclarationError(f"{place}: the second parameter of {name} must be annotated with ToolContext")
    if hints.get("return") is not ToolResult:
        raise ToolDeclarationError(f"{place}: {name} must be annotated to return ToolResult")
    return typing.cast("type[BaseModel]", model)


def _hints(function: Callable[..., Any], place: str) -> dict[str, Any]:
    try:
        return typing.get_type_hints(function)
    except NameError as error:
        raise ToolDeclarationError(f"{place}: an annotation cannot be resolved: {error}") from None


def _place(function: Callable[..., Any]) -> str:
    code = function.__code__
    return f"{code.co_filename}:{code.co_firstlineno}"


def _is_model(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, BaseModel)
