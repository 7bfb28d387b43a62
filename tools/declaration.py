"""What a function must look like to become a tool, a resource or a prompt. A wrong one stops the start, with file and line."""

import inspect as python_inspect
import re
import typing
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from tools import asking, signatures
from tools.context import ToolContext
from tools.quotas import Quota
from tools.results import ToolResult

# MCP 2025-11-25 server/tools, Tool Names: up to 128 of these. Kept to 64, which older suites and clients enforce.
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")

# Shorter than the patience of any known client, longer than GitHub is given (``tools.github.http``), so that the better
# worded of the two errors is the one that is seen.
TIMEOUT_SECONDS = 10.0
TASK_SUPPORT = ("never", "optional", "required")
# How long a task is kept, from its creation.
MAX_TASK_SECONDS = 3600


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


def check_options(
    made: Declaration, *, title: str, scopes: object, timeout_seconds: float, output: type[BaseModel] | None
) -> None:
    """Check what the decorator was given.

    Raises:
        DeclarationError: see the message.
    """
    check_common(made.place, made.name, title=title, scopes=scopes, timeout_seconds=timeout_seconds)
    if output is not None and not is_model(output):
        raise DeclarationError(f"{made.place}: output of {made.name} must be a pydantic model")


def check_annotations(made: Declaration, annotations: dict[str, bool]) -> None:
    """Check that the hints agree with each other.

    Raises:
        DeclarationError: a tool that only reads cannot destroy.
    """
    if annotations["readOnlyHint"] and annotations["destructiveHint"]:
        raise DeclarationError(f"{made.place}: {made.name} cannot be read_only and destructive at once")


def check_task(made: Declaration, *, task: str, ask_first: bool, timeout_seconds: float) -> None:
    """Check what is said about tasks.

    Raises:
        DeclarationError: see the message.
    """
    if task not in TASK_SUPPORT:
        raise DeclarationError(f"{made.place}: task of {made.name} must be one of {', '.join(TASK_SUPPORT)}")
    if ask_first and task == "never":
        raise DeclarationError(f"{made.place}: ask_first of {made.name} means nothing without a task")
    if ask_first and not made.is_async:
        raise DeclarationError(f"{made.place}: {made.name} must be async to ask first and become a task then")
    if task != "never" and timeout_seconds > MAX_TASK_SECONDS:
        limit = f"at most {MAX_TASK_SECONDS}, the life of a task"
        raise DeclarationError(f"{made.place}: timeout_seconds of {made.name} must be {limit}")


def required_capabilities(made: Declaration, names: object) -> Mapping[str, Any]:
    """Return the capabilities object for what the client must offer.

    Raises:
        DeclarationError: it is no set of names that there are.
    """
    if not isinstance(names, AbstractSet):
        raise DeclarationError(f"{made.place}: requires of {made.name} must be a set of names")
    try:
        return asking.needs(names)
    except KeyError as error:
        raise DeclarationError(f"{made.place}: {made.name} requires {error}, which no client offers") from None


def quota(made: Declaration, *, per_minute: int | None, per_day: int | None) -> Quota:
    """Return how often one person may call it.

    Raises:
        DeclarationError: a number below 1.
    """
    if any(limit is not None and limit < 1 for limit in (per_minute, per_day)):
        raise DeclarationError(f"{made.place}: per_minute and per_day of {made.name} must be 1 or more")
    return Quota(per_minute, per_day)


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


def check_common(place: str, name: str, *, title: str, scopes: object, timeout_seconds: float) -> None:
    """Check what every decorator is given.

    Raises:
        DeclarationError: see the message.
    """
    if not title.strip():
        raise DeclarationError(f"{place}: {name} needs a title")
    # A plain string would pass for a set of its letters.
    if not isinstance(scopes, AbstractSet) or not all(isinstance(scope, str) and scope for scope in scopes):
        raise DeclarationError(f"{place}: scopes of {name} must be a set of scope names")
    if not timeout_seconds > 0:
        raise DeclarationError(f"{place}: timeout_seconds of {name} must be above 0")


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
    """Return file and line of a function."""
    code = function.__code__
    return f"{code.co_filename}:{code.co_firstlineno}"


def is_model(value: object) -> bool:
    """Return whether it is a pydantic model's class."""
    return isinstance(value, type) and issubclass(value, BaseModel)
