"""What a prompt is, and how a function becomes one (MCP 2026-07-28 server/prompts)."""

import inspect
import typing
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel

from tools import completions, content, declaration, schemas, sets
from tools.completions import Completer
from tools.content import Block, Icon
from tools.context import ToolContext

_PLAIN_TYPES = frozenset({"string", "integer", "number", "boolean"})


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of the conversation that a prompt begins: who speaks, and one content block."""

    role: Literal["user", "assistant"]
    content: Block


def user(said: str | Block) -> Message:
    """Return what the person says: text, or one block of ``tools.content``."""
    return Message("user", _block(said))


def assistant(said: str | Block) -> Message:
    """Return what the model says: text, or one block of ``tools.content``."""
    return Message("assistant", _block(said))


Said = str | Message | Sequence[Message]
PromptFunction = Callable[..., Awaitable[Said] | Said]


class NoArguments(BaseModel):
    """For a prompt that takes none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One prompt, ready to be listed and got. ``definition`` is the newest revision's wire shape; treat it as read-only."""

    name: str
    scopes: frozenset[str]
    timeout_seconds: float
    arguments: type[BaseModel]
    takes_arguments: bool
    function: PromptFunction
    is_async: bool
    definition: dict[str, Any]
    completers: dict[str, Completer] = field(default_factory=dict)
    set: str = sets.CORE

    @property
    def writes(self) -> bool:
        """Return that it changes nothing, which the decisions about tools ask of all that they are about."""
        return False

    def complete(self, argument: str) -> Callable[[completions.SuggestT], completions.SuggestT]:
        """Make ``async def suggest(value, chosen, context) -> list[str]`` the completion of one argument.

        ``value`` is what is typed so far, ``chosen`` maps the arguments that were chosen before to their values.

        Raises:
            DeclarationError: at import, with file and line.
        """
        return completions.registering(self.completers, argument, tuple(self.arguments.model_fields), self.name)


def prompt(
    *,
    title: str,
    scopes: AbstractSet[str] = frozenset(),
    icons: Sequence[Icon] = (),
    timeout_seconds: float = declaration.TIMEOUT_SECONDS,
    set: str = sets.CORE,  # noqa: A002 - reads well where it is declared
) -> Callable[[PromptFunction], Prompt]:
    """Turn ``async def name(arguments: Arguments, context: ToolContext) -> list[Message]`` into a ``Prompt``.

    Without arguments it is ``async def name(context: ToolContext)``. A string is one message of the person's. Argument values
    come as strings (MCP server/prompts); a field that is a number or an enumeration is read from its text. A plain function
    runs in a thread, away from the event loop.

    Raises:
        DeclarationError: at import, with file and line, when the declaration does not make a prompt.
    """

    def declare(function: PromptFunction) -> Prompt:
        place = declaration.place_of(function)
        name = declaration.name_of(function, place)
        description = declaration.description_of(function, place)
        declaration.check_common(place, name, title=title, scopes=scopes, timeout_seconds=timeout_seconds, of_set=set)
        arguments = _arguments_model(function, name, place)
        definition: dict[str, Any] = {"name": name, "title": title, "description": description}
        if arguments is not None and arguments.model_fields:
            definition["arguments"] = _arguments_on_wire(arguments, name, place)
        return Prompt(
            name=name,
            scopes=frozenset(scopes),
            timeout_seconds=timeout_seconds,
            arguments=arguments or NoArguments,
            takes_arguments=arguments is not None,
            function=function,
            is_async=inspect.iscoroutinefunction(function),
            definition={**definition, **content.icons_on_wire(icons)},
            set=set,
        )

    return declare


def messages(said: Said) -> tuple[Message, ...]:
    """Return what a prompt's function said as messages.

    Raises:
        TypeError: it said something else, or nothing.
    """
    if isinstance(said, str):
        return (user(said),)
    made = (said,) if isinstance(said, Message) else tuple(said)
    if not made or not all(isinstance(each, Message) for each in made):
        raise TypeError("a prompt returns text or messages made by user() and assistant()")
    return made


def _block(said: str | Block) -> Block:
    return content.words(said) if isinstance(said, str) else said


def _arguments_model(function: PromptFunction, name: str, place: str) -> type[BaseModel] | None:
    hints = declaration.hints_of(function, place)
    parameters = list(inspect.signature(function).parameters)
    if not 1 <= len(parameters) <= 2:
        raise declaration.DeclarationError(f"{place}: {name} must take context, or arguments and context")
    if hints.get(parameters[-1]) is not ToolContext:
        raise declaration.DeclarationError(f"{place}: the last parameter of {name} must be annotated with ToolContext")
    if len(parameters) == 1:
        return None
    model = hints.get(parameters[0])
    if not declaration.is_model(model):
        raise declaration.DeclarationError(f"{place}: the first parameter of {name} must be annotated with a pydantic model")
    return typing.cast("type[BaseModel]", model)


def _arguments_on_wire(model: type[BaseModel], name: str, place: str) -> list[dict[str, Any]]:
    properties = schemas.input_schema(model)["properties"]
    listed = []
    for argument, about in model.model_fields.items():
        # A value is a string on the wire: it can stand for a plain value, and for no object or list.
        if properties[argument].get("type") not in _PLAIN_TYPES and "$ref" not in properties[argument]:
            raise declaration.DeclarationError(
                f"{place}: the argument {argument} of {name} must be text, a number or an enumeration"
            )
        if about.description is None:
            raise declaration.DeclarationError(f"{place}: the argument {argument} of {name} needs a description")
        titled = {} if about.title is None else {"title": about.title}
        listed.append({"name": argument, **titled, "description": about.description, "required": about.is_required()})
    return listed
