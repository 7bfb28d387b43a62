"""``prompts/list`` and ``prompts/get`` in the shape of each revision (MCP server/prompts)."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from mcpserver.protocol import pages, prompts
from mcpserver.protocol.errors import InvalidParams
from mcpserver.protocol.versions import Revision
from tests.mcpserver.protocol.samples import SERVER
from tests.mcpserver.protocol.test_content import AUDIO, EMBEDDED, IMAGE, LINK, LINK_IN_WORDS, SOUND_IN_WORDS, TEXT
from tests.mcpserver.protocol.test_resources import SINCE, each_revision
from tests.support import schemas

PROMPT: dict[str, Any] = {
    "name": "review",
    "title": "Review",
    "description": "Review a repository.",
    "arguments": [{"name": "repository", "title": "Repository", "description": "Which one", "required": True}],
    "icons": [{"src": "https://gatehouse.example/a.png"}],
}


@dataclass(frozen=True)
class Said:
    role: str
    content: dict[str, Any]


@each_revision
def test_a_prompt_is_described_with_what_the_revision_knows(revision: Revision) -> None:
    result = json.loads(pages.list_result(prompts.PROMPTS, [PROMPT], None, revision, SERVER))
    schemas.validate(result, revision.name, "ListPromptsResult")
    [prompt] = result["prompts"]
    assert set(prompt) == {name for name in PROMPT if SINCE.get(name, "") <= revision.name}
    [argument] = prompt["arguments"]
    assert ("title" in argument) is (revision.name >= "2025-06-18")
    assert argument["required"] is True


@each_revision
def test_messages_carry_the_blocks_that_the_revision_has(revision: Revision) -> None:
    said = [Said("user", TEXT), Said("assistant", IMAGE), Said("user", EMBEDDED), Said("user", AUDIO), Said("user", LINK)]
    result = json.loads(prompts.get_result("Review.", said, revision, SERVER))
    schemas.validate(result, revision.name, "GetPromptResult")
    assert result["description"] == "Review."
    assert [message["role"] for message in result["messages"]] == ["user", "assistant", "user", "user", "user"]
    blocks = [message["content"] for message in result["messages"]]
    assert blocks[:3] == [TEXT, IMAGE, EMBEDDED]
    assert blocks[3] == (AUDIO if revision.name >= "2025-03-26" else SOUND_IN_WORDS)
    assert blocks[4] == (LINK if revision.name >= "2025-06-18" else LINK_IN_WORDS)


@pytest.mark.parametrize(
    ("params", "parsed"),
    [
        ({"name": "a"}, ("a", {})),
        ({"name": "a", "arguments": None}, ("a", {})),
        ({"name": "", "arguments": {"b": "1"}, "_meta": {}}, ("", {"b": "1"})),
    ],
)
def test_arguments_may_be_missing(params: dict[str, Any], parsed: tuple[str, dict[str, str]]) -> None:
    assert prompts.parse_get(params) == parsed


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"name": 5},
        {"name": "a", "arguments": []},
        {"name": "a", "arguments": {"b": 1}},
        {"name": "a", "arguments": {"b": None}},
    ],
)
def test_a_name_and_strings_are_asked_for(params: dict[str, Any]) -> None:
    """MCP schema, GetPromptRequest: ``arguments`` map strings to strings."""
    with pytest.raises(InvalidParams):
        prompts.parse_get(params)
