"""``tools/list`` and ``tools/call`` in the shape of each revision (MCP server/tools)."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from mcpserver.protocol import pages, tools
from mcpserver.protocol.versions import by_name
from tests.mcpserver.protocol.samples import DEFINITION, SERVER

LINK = {"type": "resource_link", "uri": "https://example.com/a", "name": "a"}


@dataclass(frozen=True)
class Outcome:
    content: list[dict[str, Any]] = field(default_factory=lambda: [{"type": "text", "text": "hi"}])
    structured: dict[str, Any] | None = None
    is_error: bool = False


def called(version: str, outcome: Outcome) -> dict[str, Any]:
    revision = by_name(version)
    assert revision is not None
    result: dict[str, Any] = json.loads(tools.call_result(outcome, revision, SERVER))
    return result


@pytest.mark.parametrize(
    ("version", "fields"),
    [
        ("2025-03-26", {"name", "description", "inputSchema", "annotations"}),
        ("2025-06-18", {"name", "description", "inputSchema", "annotations", "title", "outputSchema"}),
        ("2025-11-25", set(DEFINITION)),
        ("2026-07-28", set(DEFINITION)),
    ],
)
def test_a_tool_is_described_with_what_the_revision_knows(version: str, fields: set[str]) -> None:
    revision = by_name(version)
    assert revision is not None
    [tool] = json.loads(pages.list_result(tools.TOOLS, [DEFINITION], None, revision, SERVER))["tools"]
    assert set(tool) == fields
    assert tool["inputSchema"] == DEFINITION["inputSchema"]


@pytest.mark.parametrize(
    ("params", "parsed"),
    [
        ({"name": "a"}, ("a", {})),
        ({"name": "a", "arguments": None}, ("a", {})),
        ({"name": "a", "arguments": {}}, ("a", {})),
        ({"name": "", "arguments": {"b": 1}, "task": {}, "_meta": {}}, ("", {"b": 1})),
    ],
)
def test_arguments_may_be_missing(params: dict[str, Any], parsed: tuple[str, dict[str, Any]]) -> None:
    """TypeScript schema of every revision: ``arguments?``. What else stands there is ignored, a ``task`` included."""
    assert tools.parse_call(params) == parsed


@pytest.mark.parametrize("version", ["2025-06-18", "2025-11-25"])
def test_a_result_of_the_handshake_era_has_nothing_extra(version: str) -> None:
    result = called(version, Outcome(structured={"a": 1}))
    assert result == {"content": [{"type": "text", "text": "hi"}], "isError": False, "structuredContent": {"a": 1}}


def test_structured_content_is_left_out_where_it_is_unknown() -> None:
    assert set(called("2025-03-26", Outcome(structured={"a": 1}))) == {"content", "isError"}


def test_a_result_of_the_stateless_era_says_complete_and_from_whom() -> None:
    result = called("2026-07-28", Outcome(structured={}, is_error=True))
    assert (result["resultType"], result["isError"], result["structuredContent"]) == ("complete", True, {})
    assert result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"] == "gatehouse"
    assert "ttlMs" not in result


def test_a_result_that_is_not_json_is_a_fault() -> None:
    with pytest.raises(TypeError):
        called("2026-07-28", Outcome(structured={"a": object()}))
