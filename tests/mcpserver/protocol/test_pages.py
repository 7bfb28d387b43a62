"""Cutting the four lists into pages (MCP server/utilities/pagination)."""

import json
from typing import Any

import pytest

from mcpserver.protocol import pages, prompts, resources, tools
from mcpserver.protocol.errors import InvalidParams
from mcpserver.protocol.pages import Kind
from mcpserver.protocol.versions import LATEST_MODERN, REVISIONS
from tests.mcpserver.protocol.samples import SERVER

KINDS = (tools.TOOLS, resources.RESOURCES, resources.TEMPLATES, prompts.PROMPTS)

each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.member)


def entry(kind: Kind, key: str) -> dict[str, Any]:
    return {kind.key: key, "name": key}


def listed(kind: Kind, count: int, after: str | None = None) -> dict[str, Any]:
    definitions = [entry(kind, f"a:{number}") for number in range(count)]
    page: dict[str, Any] = json.loads(pages.list_result(kind, definitions, after, LATEST_MODERN, SERVER))
    return page


@each_kind
def test_a_list_is_cut_into_pages_that_together_hold_everything_once(kind: Kind) -> None:
    keys, cursor, count = [], None, 0
    while True:
        page = listed(kind, 250, pages.parse_cursor({"cursor": cursor}))
        keys += [each[kind.key] for each in page[kind.member]]
        count += 1
        # MCP 2026-07-28 server/utilities/caching: one scope for all pages.
        assert (page["ttlMs"], page["cacheScope"]) == (60_000, "private")
        if "nextCursor" not in page:
            break
        cursor = page["nextCursor"]
    assert keys == [f"a:{number}" for number in range(250)]
    assert count == 3


@each_kind
def test_a_list_that_just_fits_has_no_further_page(kind: Kind) -> None:
    assert "nextCursor" not in listed(kind, pages.PAGE_SIZE)
    assert "nextCursor" in listed(kind, pages.PAGE_SIZE + 1)


@each_kind
def test_only_the_stateless_era_stamps_its_lists(kind: Kind) -> None:
    for revision in REVISIONS:
        result = json.loads(pages.list_result(kind, [], None, revision, SERVER))
        stamped = {"resultType", "ttlMs", "cacheScope", "_meta"} if revision is LATEST_MODERN else set()
        assert set(result) - {kind.member} == stamped


@each_kind
def test_a_cursor_holds_its_place_while_the_list_grows(kind: Kind) -> None:
    """Cursors should be stable."""
    before = [entry(kind, "b"), entry(kind, "c")]
    after = pages.parse_cursor({"cursor": pages.make_cursor("b")})
    for definitions in (before, [entry(kind, "a"), *before]):
        [found] = json.loads(pages.list_result(kind, definitions, after, LATEST_MODERN, SERVER))[kind.member]
        assert found[kind.key] == "c"


def test_a_cursor_to_what_is_not_listed_is_invalid() -> None:
    with pytest.raises(InvalidParams, match="Invalid cursor"):
        listed(tools.TOOLS, 3, pages.parse_cursor({"cursor": pages.make_cursor("hidden")}))


def test_a_cursor_is_absent_or_null_for_the_first_page() -> None:
    assert pages.parse_cursor({}) is None
    assert pages.parse_cursor({"cursor": None}) is None


@pytest.mark.parametrize("cursor", ["", "x", "YWZ0ZXI6", "YWZ0ZXI6Yg", "YWZ0ZXI6Yg==\n", "Yg==", "/w==", 5, [], {}, True])
def test_a_cursor_that_is_none_of_ours_is_refused(cursor: Any) -> None:
    """The empty string is a cursor like any other."""
    with pytest.raises(InvalidParams):
        listed(tools.TOOLS, 3, pages.parse_cursor({"cursor": cursor}))
