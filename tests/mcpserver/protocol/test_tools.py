"""``tools/list`` and ``tools/call`` in the shape of each revision (MCP server/tools)."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from mcpserver.protocol import tools
from mcpserver.protocol.errors import InvalidParams
from mcpserver.protocol.versions import LATEST_MODERN, REVISIONS, by_name
from tests.mcpserver.protocol.samples import DEFINITION, SERVER

LINK = {"type": "resource_link", "uri": "https://example.com/a", "name": "a"}


@dataclass(frozen=True)
class Outcome:
    content: list[dict[str, Any]] = field(default_factory=lambda: [{"type": "text", "text": "hi"}])
    structured: dict[str, Any] | None = None
    is_error: bool = False


def listed(count: int, after: str | None = None) -> dict[str, Any]:
    definitions = [{**DEFINITION, "name": f"tool-{number}"} for number in range(count)]
    page: dict[str, Any] = json.loads(tools.list_result(definitions, after, LATEST_MODERN, SERVER))
    return page


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
    [tool] = json.loads(tools.list_result([DEFINITION], None, revision, SERVER))["tools"]
    assert set(tool) == fields
    assert tool["inputSchema"] == DEFINITION["inputSchema"]


def test_only_the_stateless_era_stamps_its_lists() -> None:
    for revision in REVISIONS:
        result = json.loads(tools.list_result([], None, revision, SERVER))
        stamped = {"resultType", "ttlMs", "cacheScope", "_meta"} if revision is LATEST_MODERN else set()
        assert set(result) - {"tools"} == stamped
    assert (listed(0)["ttlMs"], listed(0)["cacheScope"]) == (60_000, "private")


def test_a_list_is_cut_into_pages_that_together_hold_everything_once() -> None:
    names, cursor, pages = [], None, 0
    while True:
        page = listed(250, tools.parse_cursor({"cursor": cursor}))
        names += [tool["name"] for tool in page["tools"]]
        pages += 1
        if "nextCursor" not in page:
            break
        cursor = page["nextCursor"]
    assert names == [f"tool-{number}" for number in range(250)]
    assert pages == 3


def test_a_list_that_just_fits_has_no_further_page() -> None:
    assert "nextCursor" not in listed(tools.PAGE_SIZE)
    assert "nextCursor" in listed(tools.PAGE_SIZE + 1)


def test_a_cursor_holds_its_place_while_the_list_grows() -> None:
    """server/utilities/pagination: cursors should be stable."""
    before = [{**DEFINITION, "name": "b"}, {**DEFINITION, "name": "c"}]
    after = tools.parse_cursor({"cursor": tools.make_cursor("b")})
    for definitions in (before, [{**DEFINITION, "name": "a"}, *before]):
        [tool] = json.loads(tools.list_result(definitions, after, LATEST_MODERN, SERVER))["tools"]
        assert tool["name"] == "c"


def test_a_cursor_to_a_tool_that_is_not_listed_is_invalid() -> None:
    with pytest.raises(InvalidParams, match="Invalid cursor"):
        listed(3, tools.parse_cursor({"cursor": tools.make_cursor("hidden")}))


def test_a_cursor_is_absent_or_null_for_the_first_page() -> None:
    assert tools.parse_cursor({}) is None
    assert tools.parse_cursor({"cursor": None}) is None


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


def test_a_link_becomes_words_where_links_are_unknown() -> None:
    """``resource_link`` came with 2025-06-18."""
    titled = {**LINK, "title": "The file"}
    outcome = Outcome(content=[LINK, titled])
    assert called("2025-06-18", outcome)["content"] == [LINK, titled]
    assert called("2025-03-26", outcome)["content"] == [
        {"type": "text", "text": "a: https://example.com/a"},
        {"type": "text", "text": "The file: https://example.com/a"},
    ]


def test_a_result_that_is_not_json_is_a_fault() -> None:
    with pytest.raises(TypeError):
        called("2026-07-28", Outcome(structured={"a": object()}))
