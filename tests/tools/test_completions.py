"""Declaring completions, and how many values are sent (MCP server/utilities/completion)."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.tools.test_prompts import review
from tests.tools.test_resources import URI, note, welcome
from tools import completions
from tools.completions import Suggestions
from tools.context import ToolContext
from tools.declaration import DeclarationError
from tools.prompts import Prompt, prompt
from tools.resources import Resource, resource


async def suggest(value: str, chosen: Mapping[str, str], context: ToolContext) -> list[str]:
    return [value]


def plain(value: str, chosen: Mapping[str, str], context: ToolContext) -> list[str]:
    return [value]


def with_two(value: str, context: ToolContext) -> list[str]:
    return [value]


@pytest.mark.parametrize(
    ("owner", "arguments"),
    [(prompt(title="P")(review), ("repository", "tone")), (resource(URI, title="R")(note), ("owner", "name"))],
)
def test_a_completion_belongs_to_an_argument(owner: Prompt | Resource, arguments: tuple[str, str]) -> None:
    assert owner.complete(arguments[0])(suggest) is suggest
    assert owner.complete(arguments[1])(plain) is plain
    assert [(name, owner.completers[name].is_async) for name in arguments] == [(arguments[0], True), (arguments[1], False)]


@pytest.mark.parametrize(
    ("argument", "function", "complaint"),
    [
        ("nobody", suggest, "has no argument 'nobody'"),
        ("repository", suggest, "has a completion already"),
        ("tone", with_two, "takes three parameters"),
    ],
)
def test_a_wrong_completion_is_named_with_file_and_line(argument: str, function: Callable[..., Any], complaint: str) -> None:
    made = prompt(title="P")(review)
    made.complete("repository")(suggest)
    with pytest.raises(DeclarationError, match=f"^{re.escape(__file__)}:[0-9]+: .*{complaint}"):
        made.complete(argument)(function)


def test_a_resource_without_variables_has_nothing_to_complete() -> None:
    with pytest.raises(DeclarationError, match="has no argument"):
        resource("notes://a", title="R")(welcome).complete("a")(suggest)


@pytest.mark.parametrize(("count", "sent", "has_more"), [(0, 0, False), (100, 100, False), (101, 100, True), (5000, 100, True)])
def test_at_most_a_hundred_values_are_sent(count: int, sent: int, *, has_more: bool) -> None:
    made = completions.suggestions([str(number) for number in range(count)])
    assert (len(made.values), made.total, made.has_more) == (sent, count, has_more)
    assert made.values == tuple(str(number) for number in range(sent))


def test_nothing_is_suggested_unless_somebody_does() -> None:
    assert (Suggestions().values, Suggestions().total, Suggestions().has_more) == ((), 0, False)


@pytest.mark.parametrize("found", ["abc", [1], [None], None, 5])
def test_anything_but_a_list_of_strings_is_a_bug(found: Any) -> None:
    with pytest.raises(TypeError):
        completions.suggestions(found)
