"""Suggestions for an argument while a person types it (MCP 2026-07-28 server/utilities/completion)."""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from tools import declaration

MAX_VALUES = 100

# ``async def suggest(value, chosen, context)``: what is typed so far, and what was chosen for other arguments.
Suggest = Callable[[str, Mapping[str, str], Any], Awaitable[Sequence[str]] | Sequence[str]]
SuggestT = TypeVar("SuggestT", bound=Suggest)


@dataclass(frozen=True, slots=True)
class Completer:
    """What suggests values for one argument."""

    function: Suggest
    is_async: bool


@dataclass(frozen=True, slots=True)
class Suggestions:
    """At most ``MAX_VALUES`` values, how many there are in all, and whether that is more than these."""

    values: tuple[str, ...] = ()
    total: int = 0

    @property
    def has_more(self) -> bool:
        """Return whether some are left out."""
        return self.total > len(self.values)


def suggestions(found: Sequence[str]) -> Suggestions:
    """Return what is sent of the values that a completer found.

    Raises:
        TypeError: it is no list of strings.
    """
    if isinstance(found, str) or not all(isinstance(value, str) for value in found):
        raise TypeError("a completion returns a list of strings")
    return Suggestions(tuple(found[:MAX_VALUES]), len(found))


def registering(
    completers: dict[str, Completer], argument: str, known: Sequence[str], owner: str
) -> Callable[[SuggestT], SuggestT]:
    """Return the decorator that makes a function the completer of ``argument``.

    Raises:
        DeclarationError: ``owner`` has no such argument, it has a completer already, or the function takes other parameters.
    """

    def register(function: SuggestT) -> SuggestT:
        place = declaration.place_of(function)
        if argument not in known:
            raise declaration.DeclarationError(f"{place}: {owner} has no argument {argument!r} to complete")
        if argument in completers:
            raise declaration.DeclarationError(f"{place}: {argument!r} of {owner} has a completion already")
        if len(inspect.signature(function).parameters) != 3:
            raise declaration.DeclarationError(f"{place}: a completion takes three parameters: value, chosen, context")
        completers[argument] = Completer(function, inspect.iscoroutinefunction(function))
        return function

    return register
