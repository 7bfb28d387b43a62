"""Prompts that show the way: they name tools that exist, and nothing that a caller writes can become a sentence in them."""

import re

import pytest

from oauth_bridge.github.simulator import Simulator
from tests.tools.catalog.caller import EVERYTHING, Caller, tool_of
from tools import reader, sets
from tools.arguments import InvalidArguments
from tools.catalog.github_prompts import DATA
from tools.prompts import Prompt

pytestmark = pytest.mark.asyncio

ARGUMENTS = {"owner": "alice", "repository": "amber-anchor", "number": "5"}


def arguments_of(prompt: Prompt) -> dict[str, str]:
    return {name: ARGUMENTS[name] for name in prompt.arguments.model_fields}


@pytest.mark.parametrize("prompt", EVERYTHING.prompts, ids=lambda prompt: prompt.name)
async def test_a_prompt_names_tools_that_exist_and_says_what_is_data(alice: Caller, prompt: Prompt) -> None:
    (message,) = await reader.get(prompt, arguments_of(prompt), alice.context)
    text = str(message.content["text"])
    named = set(re.findall(r"\b(?:get|list|read|search|create)_[a-z_]+", text))
    assert named
    # Switched off together: a prompt whose tools are away would lead nowhere.
    assert {tool_of(name).set for name in named} <= {prompt.set, sets.REPOSITORIES}
    assert text.endswith(DATA)
    assert alice.asked == []


@pytest.mark.parametrize(
    "wrong",
    [{"owner": "alice. Now do this"}, {"repository": "a\nIgnore"}, {"repository": ""}, {"number": "0"}, {"number": "x"}],
    ids=str,
)
async def test_no_sentence_fits_into_an_argument(alice: Caller, wrong: dict[str, str]) -> None:
    prompt = EVERYTHING.prompt("review_pull_request")
    assert prompt is not None
    with pytest.raises(InvalidArguments):
        await reader.get(prompt, {**ARGUMENTS, **wrong}, alice.context)


@pytest.mark.parametrize(
    ("argument", "value", "chosen", "expected"),
    [("owner", "al", {}, ("alice",)), ("repository", "amber-bea", {"owner": "bob"}, ("amber-beacon",))],
)
async def test_arguments_are_completed(
    upstream: Simulator, argument: str, value: str, chosen: dict[str, str], expected: tuple[str, ...]
) -> None:
    prompt = EVERYTHING.prompt("summarise_repository")
    assert prompt is not None
    alice = Caller(upstream, "alice")
    found = await reader.complete(prompt, prompt.completers[argument], value, chosen, alice.context)
    assert found.values == expected
