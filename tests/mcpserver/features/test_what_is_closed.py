"""What the operator has closed is in no list, is not to be had, and suggests nothing."""

from collections.abc import Mapping
from typing import Any

import pytest

from mcpserver.policies import POLICIES
from tests.mcpserver.features.conftest import Client
from tests.mcpserver.features.test_completion import NOTE, REVIEW
from tools import policy_rows
from tools.policy import Policy, Rule, Switch

pytestmark = pytest.mark.asyncio

CLOSED = {
    "a rule": {"rules": (Rule("set:core", False, "person", 1001, "deny"),)},
    "a switch": {"switches": {"*": Switch(False)}},
}


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Let a decision stand against everything that the catalog of these tests has."""
    decided: Mapping[str, Any] = CLOSED[request.param]
    monkeypatch.setattr(POLICIES, "_current", Policy(on_at_first=policy_rows.on_at_first(), **decided))


def completing(reference: Mapping[str, Any], argument: str) -> dict[str, Any]:
    return {"ref": reference, "argument": {"name": argument, "value": "co"}}


@pytest.mark.parametrize("closed", CLOSED, indirect=True)
@pytest.mark.parametrize("method", ["prompts/list", "resources/list", "resources/templates/list"])
async def test_what_is_closed_is_in_no_list(client: Client, method: str, closed: None) -> None:
    result = await client.result(method)
    [listed] = [value for value in result.values() if isinstance(value, list)]
    assert listed == []


@pytest.mark.parametrize("closed", CLOSED, indirect=True)
@pytest.mark.parametrize(("reference", "argument"), [(REVIEW, "topic"), (NOTE, "name")], ids=["prompt", "template"])
async def test_what_is_closed_suggests_nothing(client: Client, reference: dict[str, Any], argument: str, closed: None) -> None:
    """And answers as if it were not there."""
    nowhere = {"type": "ref/prompt", "name": "nope"}
    assert await client.error("completion/complete", completing(reference, argument)) == await client.error(
        "completion/complete", completing(nowhere, argument)
    )


@pytest.mark.parametrize("closed", CLOSED, indirect=True)
async def test_a_prompt_that_is_closed_says_so_and_is_not_given(client: Client, closed: None) -> None:
    error = await client.error("prompts/get", {"name": "review", "arguments": {"topic": "code"}})
    assert "review" in error["message"]


async def test_what_is_open_is_in_the_lists_and_suggests(client: Client) -> None:
    """So that the tests above do not hold for want of anything to close."""
    assert [each["name"] for each in (await client.result("prompts/list"))["prompts"]] == ["review"]
    assert (await client.result("completion/complete", completing(REVIEW, "topic")))["completion"]["values"] == [
        "code",
        "colour",
    ]
