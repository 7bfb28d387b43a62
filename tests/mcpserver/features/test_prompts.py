"""Prompts through the endpoint, in every revision (MCP server/prompts)."""

from typing import Any

import pytest

from tests.mcpserver.features.conftest import Client
from tests.mcpserver.protocol.test_content import SOUND_IN_WORDS
from tests.support import schemas

pytestmark = pytest.mark.asyncio


async def test_what_one_may_see_is_listed(client: Client) -> None:
    result = await client.result("prompts/list")
    schemas.validate(result, client.version, "ListPromptsResult")
    [review] = result["prompts"]
    assert review["arguments"] == [
        {"name": "topic", "description": "What about", "required": True},
        {"name": "tone", "description": "How to say it", "required": False},
    ]


async def test_messages_carry_every_kind_of_block(client: Client) -> None:
    result = await client.result("prompts/get", {"name": "review", "arguments": {"topic": "code"}})
    schemas.validate(result, client.version, "GetPromptResult")
    assert result["description"] == "Review a topic."
    assert [each["role"] for each in result["messages"]] == ["user", "assistant", "user", "user", "user", "user"]
    blocks = [each["content"] for each in result["messages"]]
    assert blocks[0] == {"type": "text", "text": "Review code."}
    kinds = ["text", "text", "image", "audio", "resource", "resource_link" if client.version >= "2025-06-18" else "text"]
    assert [block["type"] for block in blocks] == kinds
    assert SOUND_IN_WORDS not in blocks


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"name": "nope"}, "Unknown prompt."),
        ({}, '"name" must be a string.'),
        ({"name": "review"}, "Missing arguments: topic."),
        ({"name": "review", "arguments": {"tone": "kind"}}, "Missing arguments: topic."),
        ({"name": "review", "arguments": {"topic": "a", "more": "b"}}, "review takes these arguments: topic, tone."),
        ({"name": "review", "arguments": {"topic": "a", "tone": "rude"}}, "tone: Input should be 'kind' or 'frank'"),
        ({"name": "review", "arguments": {"topic": 5}}, '"arguments" must be an object of strings.'),
    ],
)
async def test_wrong_params_are_named(client: Client, params: dict[str, Any], words: str) -> None:
    """MCP server/prompts, Error Handling."""
    error = await client.error("prompts/get", params)
    assert error["code"] == -32602
    assert words in error["message"]


async def test_a_missing_scope_is_asked_for_before_anything_runs(client: Client) -> None:
    answer = await client.post("prompts/get", {"name": "hidden_prompt"})
    assert answer.status == 403
    assert b"insufficient_scope" in answer.body
