"""Pull requests: listed, and shown with their difference."""

from typing import Any

import pytest

from tests.tools.catalog.caller import Caller

pytestmark = pytest.mark.asyncio

ANCHOR: dict[str, Any] = {"owner": "alice", "repository": "amber-anchor"}


async def test_open_ones_are_listed(alice: Caller) -> None:
    found = await alice.get("list_pull_requests", **ANCHOR, sort="created")
    assert [each["number"] for each in found["pull_requests"]] == [45, 35, 30, 25, 15, 10, 5]
    assert found["pull_requests"][0]["source"] == "alice:change-45"
    assert found["pull_requests"][0]["target"] == "main"


async def test_merged_ones_are_told_from_closed_ones(alice: Caller) -> None:
    found = await alice.get("list_pull_requests", **ANCHOR, state="closed")
    assert {each["state"] for each in found["pull_requests"]} == {"merged"}


async def test_pages_follow_each_other(alice: Caller) -> None:
    seen, page = [], 1
    while page:
        found = await alice.get("list_pull_requests", **ANCHOR, state="all", limit=4, page=page)
        seen += [each["number"] for each in found["pull_requests"]]
        page = found.get("next_page", 0)
    assert sorted(seen) == list(range(5, 46, 5))


async def test_one_is_shown_with_its_difference(alice: Caller) -> None:
    found = await alice.get("get_pull_request", **ANCHOR, number=10)
    assert [each["path"] for each in found["files"]] == ["src/part_0.py", "src/part_1.py", "assets/logo.png"]
    assert "+new" in found["files"][0]["patch"]
    assert found["files"][2]["patch"] == ""
    assert (found["changed_files"], found["additions"], found["mergeable"]) == (3, 2, True)


async def test_many_files_come_in_pages(alice: Caller) -> None:
    first = await alice.get("get_pull_request", **ANCHOR, number=5, limit=100)
    second = await alice.get("get_pull_request", **ANCHOR, number=5, limit=100, page=first["next_page"])
    assert (len(first["files"]), len(second["files"]), second["has_more"]) == (100, 21, False)


async def test_without_the_difference_only_names_come(alice: Caller) -> None:
    found = await alice.get("get_pull_request", **ANCHOR, number=10, diff=False)
    assert not any(each["patch"] or each["cut"] for each in found["files"])


async def test_a_long_difference_is_cut_and_says_so(alice: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.catalog.get_pull_request.MAX_PATCH_CHARACTERS", 7)
    found = await alice.get("get_pull_request", **ANCHOR, number=10)
    assert [(len(each["patch"]), each["cut"]) for each in found["files"]] == [(7, True), (7, True), (0, False)]


@pytest.mark.parametrize("number", [1, 999])
async def test_what_is_no_pull_request_is_not_there(alice: Caller, number: int) -> None:
    assert "nothing there" in await alice.refusal("get_pull_request", **ANCHOR, number=number)
