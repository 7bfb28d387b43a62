"""What a function must look like to become a tool, a resource or a prompt. A wrong one stops the start, with file and line."""

import inspect as python_inspect
import re
import typing
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from tools import signatures
from tools.context import ToolContext
from tools.results import ToolResult

# MCP 2025-11-25 server/tools, Tool Names: up to 128 of these. Kept to 64, which older suites and clients enforce.
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")

# What a set may be called: rules and switches write ``set:NAME``.
_SET = re.compile(r"[a-z][a-z0-9_-]{0,63}")

# Shorter than the patience of any known client, longer than GitHub is given (``tools.github.http``), so that the better
# worded of the two errors is the one that is seen.
TIMEOUT_SECONDS = 10.0


class DeclarationError(TypeError):
    """Something is declared wrongly. The message begins with file and line."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the function itself says about the tool."""

    name: str
    description: str
    arguments: type[BaseModel]
    function: Callable[..., Any]
    is_async: bool
    place: str


def inspect(function: Callable[..., Any]) -> Declaration:
    """Return what ``function`` declares.

    Raises:
        DeclarationError: it lacks a docstring or an annotation, or takes something other than arguments and context.
    """
    place = place_of(function)
    hints = hints_of(function, place)
    name = name_of(function, place)
    description = description_of(function, place)
    if hints.get("return") is not ToolResult:
        raise DeclarationError(f"{place}: {name} must be annotated to return ToolResult")
    arguments, called = _arguments(function, name, hints, place)
    return Declaration(
        name=name,
        description=description,
        arguments=arguments,
        function=called,
        is_async=python_inspect.iscoroutinefunction(function),
        place=place,
    )


def _arguments(
    function: Callable[..., Any], name: str, hints: dict[str, Any], place: str
) -> tuple[type[BaseModel], Callable[..., Any]]:
    """Return the arguments' model, and what is called with it and the context."""
    parameters = list(python_inspect.signature(function).parameters)
    if not parameters or not is_model(hints.get(parameters[0])):
        try:
            return signatures.of_parameters(function)
        except signatures.NotArguments as error:
            raise DeclarationError(f"{place}: {name} {error}") from None
    if len(parameters) != 2:
        raise DeclarationError(f"{place}: {name} must take two parameters, arguments and context, or each argument by itself")
    if hints.get(parameters[1]) is not ToolContext:
        raise DeclarationError(f"{place}: the second parameter of {name} must be annotated with ToolContext")
    return hints[parameters[0]], function


def check_common(place: str, name: str, *, title: object, scopes: object, timeout_seconds: object, of_set: object) -> None:
    """Check what every decorator is given.

    Raises:
        DeclarationError: see the message.
    """
    if not isinstance(title, str) or not title.strip():
        raise DeclarationError(f"{place}: {name} needs a title")
    # A plain string would pass for a set of its letters.
    if not isinstance(scopes, AbstractSet) or not all(isinstance(scope, str) and scope for scope in scopes):
        raise DeclarationError(f"{place}: scopes of {name} must be a set of scope names")
    if not isinstance(timeout_seconds, int | float) or not timeout_seconds > 0:
        raise DeclarationError(f"{place}: timeout_seconds of {name} must be above 0")
    if not isinstance(of_set, str) or not _SET.fullmatch(of_set):
        raise DeclarationError(f"{place}: set of {name} must be a name in lower case, such as issues")


def name_of(function: Callable[..., Any], place: str) -> str:
    """Return the name on the wire: the function's own.

    Raises:
        DeclarationError: clients would refuse it.
    """
    name = function.__name__
    if not _NAME.fullmatch(name):
        raise DeclarationError(f"{place}: the name {name!r} is not 1 to 64 of A-Z a-z 0-9 _ . -")
    return name


def description_of(function: Callable[..., Any], place: str) -> str:
    """Return the docstring.

    Raises:
        DeclarationError: there is none.
    """
    description = python_inspect.getdoc(function)
    if not description:
        raise DeclarationError(f"{place}: {function.__name__} needs a docstring: it is what a model reads to choose it")
    return description


def hints_of(function: Callable[..., Any], place: str) -> dict[str, Any]:
    """Return the annotations, resolved.

    Raises:
        DeclarationError: one names what is not there.
    """
    try:
        return typing.get_type_hints(function)
    except NameError as error:
        raise DeclarationError(f"{place}: an annotation cannot be resolved: {error}") from None


def place_of(function: Callable[..., Any]) -> str:
    """Return file and line of a function; of what was wrapped, where something was.

    Raises:
        DeclarationError: it is no function, but a class, say.
    """
    inner = python_inspect.unwrap(function)
    if not python_inspect.isfunction(inner):
        module = getattr(inner, "__module__", "?")
        raise DeclarationError(f"{module}: {getattr(inner, '__name__', type(inner).__name__)} is no function")
    code = inner.__code__
    return f"{code.co_filename}:{code.co_firstlineno}"


def is_model(value: object) -> bool:
    """Return whether it is a pydantic model's class."""
    return isinstance(value, type) and issubclass(value, BaseModel)
