"""Completion through the endpoint, in every revision (MCP server/utilities/completion)."""

from typing import Any

import pytest

from tests.mcpserver.features.conftest import Client
from tests.support import schemas

pytestmark = pytest.mark.asyncio

REVIEW = {"type": "ref/prompt", "name": "review"}
NOTE = {"type": "ref/resource", "uri": "notes://{owner}/by/{name}"}


async def test_an_argument_of_a_prompt_is_completed(client: Client) -> None:
    result = await client.result("completion/complete", {"ref": REVIEW, "argument": {"name": "topic", "value": "co"}})
    schemas.validate(result, client.version, "CompleteResult")
    assert result["completion"] == {"values": ["code", "colour"], "total": 2, "hasMore": False}


async def test_a_variable_of_a_template_is_completed_knowing_the_others(client: Client) -> None:
    asked = {"ref": NOTE, "argument": {"name": "name", "value": "x"}, "context": {"arguments": {"owner": "alice"}}}
    completion = (await client.result("completion/complete", asked))["completion"]
    assert (completion["values"][0], len(completion["values"])) == ("alice-x-0", 100)
    assert (completion["total"], completion["hasMore"]) == (150, True)


async def test_an_argument_that_nobody_completes_has_no_suggestions(client: Client) -> None:
    result = await client.result("completion/complete", {"ref": REVIEW, "argument": {"name": "tone", "value": ""}})
    assert result["completion"] == {"values": [], "total": 0, "hasMore": False}


@pytest.mark.parametrize(
    ("reference", "argument"),
    [
        ({"type": "ref/prompt", "name": "nope"}, "topic"),
        ({"type": "ref/resource", "uri": "notes://nope/{name}"}, "name"),
        (REVIEW, "nope"),
        (NOTE, "nope"),
        ({"type": "ref/tool", "name": "calculate"}, "a"),
    ],
)
async def test_what_is_not_there_is_refused(client: Client, reference: dict[str, Any], argument: str) -> None:
    error = await client.error("completion/complete", {"ref": reference, "argument": {"name": argument, "value": ""}})
    assert error["code"] == -32602


async def test_a_missing_scope_is_asked_for(client: Client) -> None:
    """What nobody may see is not to be guessed through its completions."""
    hidden = {"type": "ref/resource", "uri": "notes://hidden"}
    assert (await client.error("completion/complete", {"ref": hidden, "argument": {"name": "x", "value": ""}}))[
        "code"
    ] == -32602
