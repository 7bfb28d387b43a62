"""``completion/complete`` (MCP server/utilities/completion)."""

import json
from typing import Any

import pytest

from mcpserver.protocol import completion
from mcpserver.protocol.completion import Question
from mcpserver.protocol.errors import InvalidParams
from mcpserver.protocol.versions import Revision
from tests.mcpserver.protocol.samples import SERVER
from tests.mcpserver.protocol.test_resources import each_revision
from tests.support import schemas

PROMPT = {"ref": {"type": "ref/prompt", "name": "review"}, "argument": {"name": "repository", "value": "ga"}}
RESOURCE = {"ref": {"type": "ref/resource", "uri": "notes://{number}"}, "argument": {"name": "number", "value": ""}}


def test_a_question_is_about_a_prompt_or_a_template() -> None:
    assert completion.parse_question(PROMPT) == Question(True, "review", "repository", "ga", {})
    assert completion.parse_question(RESOURCE) == Question(False, "notes://{number}", "number", "", {})


def test_what_was_chosen_before_comes_along() -> None:
    """2025-06-18 and later."""
    asked = completion.parse_question({**PROMPT, "context": {"arguments": {"owner": "alice"}}})
    assert asked.chosen == {"owner": "alice"}
    assert completion.parse_question({**PROMPT, "context": {}}).chosen == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"ref": None},
        {"ref": "review"},
        {"ref": {}},
        {"ref": {"type": "ref/tool", "name": "review"}},
        {"ref": {"type": ["ref/prompt"], "name": "review"}},
        {"ref": {"type": "ref/prompt"}},
        {"ref": {"type": "ref/prompt", "uri": "notes://1"}},
        {"ref": {"type": "ref/resource", "name": "review"}},
        {"argument": None},
        {"argument": {}},
        {"argument": {"name": "repository"}},
        {"argument": {"name": "repository", "value": 5}},
        {"argument": {"name": 5, "value": ""}},
        {"context": None},
        {"context": []},
        {"context": {"arguments": []}},
        {"context": {"arguments": {"owner": 1}}},
    ],
)
def test_what_is_no_question_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidParams):
        completion.parse_question({**PROMPT, **changes})


@each_revision
def test_suggestions_say_how_many_there_are(revision: Revision) -> None:
    body = completion.complete_result(["a", "b"], total=7, has_more=True, revision=revision, server=SERVER)
    result = json.loads(body)
    schemas.validate(result, revision.name, "CompleteResult")
    assert result["completion"] == {"values": ["a", "b"], "total": 7, "hasMore": True}
    # Suggestions are not to be kept (MCP 2026-07-28 server/utilities/caching, Cacheable Results).
    assert "ttlMs" not in result
