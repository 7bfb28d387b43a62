"""Issues: listed, shown, created."""

import asyncio
import secrets
from typing import Any

import pytest

from oauth_bridge.github.simulator import Simulator
from tests.tools.catalog.caller import BASE, Answering, Caller, tool_of
from tools import permissions

pytestmark = pytest.mark.asyncio

ANCHOR: dict[str, Any] = {"owner": "alice", "repository": "amber-anchor"}
YES = {"action": "accept", "content": {"create": True}}


def numbers(found: dict[str, Any]) -> list[int]:
    return [each["number"] for each in found["issues"]]


async def test_pull_requests_are_left_out_and_it_says_so(alice: Caller) -> None:
    found = await alice.get("list_issues", **ANCHOR, state="all", sort="created", limit=10)
    assert numbers(found) == [44, 43, 42, 41, 39, 38, 37, 36]
    assert "Pull requests are left out" in found["note"]


@pytest.mark.parametrize(
    ("asked", "check"),
    [
        ({"state": "open"}, lambda issue: issue["state"] == "open"),
        ({"state": "closed"}, lambda issue: issue["state"] == "closed"),
        ({"labels": ["bug"], "state": "all"}, lambda issue: "bug" in issue["labels"]),
    ],
)
async def test_issues_are_filtered(alice: Caller, asked: dict[str, Any], check: Any) -> None:
    found = await alice.get("list_issues", **ANCHOR, **asked, limit=100)
    assert found["issues"]
    assert all(check(issue) for issue in found["issues"])


async def test_pages_of_issues_follow_each_other(alice: Caller) -> None:
    seen, page = [], 1
    while page:
        found = await alice.get("list_issues", **ANCHOR, state="all", limit=10, page=page)
        seen += numbers(found)
        page = found.get("next_page", 0)
    assert sorted(seen) == [number for number in range(1, 46) if number % 5]


async def test_without_a_repository_it_is_about_the_person(alice: Caller) -> None:
    found = await alice.get("list_issues", limit=100)
    assert found["issues"]
    assert all("alice" in issue["assignees"] for issue in found["issues"])


async def test_issues_of_private_repositories_need_repo(upstream: Simulator) -> None:
    """The credential gives them, the session does not: each is judged by itself."""
    narrow, wide = (
        Caller(upstream, "alice", credential_scope="read:user repo"),
        Caller(upstream, "alice", scopes=BASE | {"repo"}),
    )
    private = {"alice/amber-ferry", "alice/brisk-engine"}
    shown: dict[str, set[str]] = {"narrow": set(), "wide": set()}
    for name, caller in (("narrow", narrow), ("wide", wide)):
        for page in range(1, 5):
            found = await caller.get("list_issues", limit=100, page=page, state="all")
            shown[name] |= {issue["repository"] for issue in found["issues"]}
            assert ("private true" in found.get("note", "")) is (caller is narrow)
    assert private <= shown["wide"]
    assert private.isdisjoint(shown["narrow"])
    assert permissions.missing_scopes(tool_of("list_issues"), {"private": True}, BASE) == {"repo"}


@pytest.mark.parametrize(
    "wrong",
    [{"owner": "alice"}, {"repository": "amber-anchor"}, {"labels": ["a,b"]}, {"labels": [""]}, {"state": "OPEN"}],
    ids=str,
)
async def test_wrong_arguments_are_never_sent(alice: Caller, wrong: dict[str, Any]) -> None:
    assert "not right" in await alice.refusal("list_issues", **wrong)
    assert alice.asked == []


async def test_switched_off_issues_are_told(alice: Caller) -> None:
    assert "switched that off" in await alice.refusal("list_issues", owner="alice", repository="amber-engine")


async def test_an_issue_is_shown_with_a_page_of_comments(alice: Caller) -> None:
    first = await alice.get("get_issue", **ANCHOR, number=1, limit=50)
    second = await alice.get("get_issue", **ANCHOR, number=1, limit=50, page=first["next_page"])
    assert (len(first["comments"]), len(second["comments"]), second["has_more"]) == (50, 10, False)
    assert first["issue"]["comments"] == 60
    assert first["is_pull_request"] is False


async def test_a_pull_request_seen_as_an_issue_is_told(alice: Caller) -> None:
    assert (await alice.get("get_issue", **ANCHOR, number=5))["is_pull_request"] is True


async def test_long_texts_are_cut_and_the_whole_answer_is_bounded(alice: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.catalog.get_issue.MAX_BODY_CHARACTERS", 10)
    monkeypatch.setattr("tools.catalog.get_issue.MAX_COMMENT_CHARACTERS", 5)
    found = await alice.get("get_issue", **ANCHOR, number=1)
    assert (len(found["text"]), found["text_cut"]) == (10, True)
    assert all(len(each["text"]) == 5 and each["cut"] for each in found["comments"])


async def test_a_missing_issue_is_not_there(alice: Caller) -> None:
    assert "nothing there" in await alice.refusal("get_issue", **ANCHOR, number=999)


async def test_what_a_stranger_wrote_stays_data(alice: Caller) -> None:
    result = await alice.call("get_issue", **ANCHOR, number=1)
    assert result.structured is not None
    hostile = [each for each in result.structured["comments"] if each["author"] == "mallory"]
    assert hostile
    assert all("Ignore all previous instructions" in each["text"] for each in hostile)
    assert [block["type"] for block in result.content] == ["text"]


# --- Creating ---


async def test_creating_needs_repo(alice: Caller) -> None:
    assert permissions.missing_scopes(tool_of("create_issue"), {**ANCHOR, "title": "x"}, BASE) == {"repo"}
    assert "repo" in await alice.refusal("create_issue", **ANCHOR, title="It breaks")
    assert alice.asked == []


async def test_the_function_itself_refuses_without_repo_too(upstream: Simulator) -> None:
    narrow = Caller(upstream, "alice", credential_scope="read:user repo", link=Answering(YES))
    tool = tool_of("create_issue")
    with pytest.raises(Exception, match="needs the permission repo"):
        await tool.function(tool.arguments(**ANCHOR, title="x"), narrow.context)  # type: ignore[misc]
    assert narrow.asked == []


async def test_an_issue_is_created_after_the_person_said_yes(wide_alice: Caller) -> None:
    wide_alice.link = link = Answering(YES)
    made = await wide_alice.get("create_issue", **ANCHOR, title="It breaks", text="Each time.", labels=["bug"])
    assert (made["repository"], made["number"], made["title"]) == ("alice/amber-anchor", 46, "It breaks")
    (asked,) = link.asked
    assert all(words in asked.params["message"] for words in ("alice/amber-anchor", "It breaks", "Each time.", "bug"))
    shown = await wide_alice.get("get_issue", **ANCHOR, number=46)
    assert (shown["issue"]["author"], shown["issue"]["labels"], shown["text"]) == ("alice", ["bug"], "Each time.")


@pytest.mark.parametrize(
    "answer", [{"action": "decline"}, {"action": "cancel"}, {"action": "accept", "content": {"create": False}}], ids=str
)
async def test_nothing_is_created_without_a_yes(wide_alice: Caller, answer: dict[str, Any]) -> None:
    wide_alice.link = Answering(answer)
    assert "Nothing was created" in await wide_alice.refusal("create_issue", **ANCHOR, title="It breaks")
    assert wide_alice.asked == []


@pytest.mark.parametrize("answer", [{}, {"action": "accept"}, {"action": "accept", "content": {}}], ids=str)
async def test_an_answer_that_is_none_creates_nothing(wide_alice: Caller, answer: dict[str, Any]) -> None:
    wide_alice.link = Answering(answer)
    await wide_alice.refusal("create_issue", **ANCHOR, title="It breaks")
    assert wide_alice.asked == []


async def test_one_yes_creates_one_issue_however_often_it_is_sent(wide_alice: Caller) -> None:
    """A ``requestState`` may be sent again, and many times at once: the link still remembers the same call."""
    wide_alice.link = Answering(YES)
    await wide_alice.get("create_issue", **ANCHOR, title="It breaks")
    again = await asyncio.gather(*(wide_alice.refusal("create_issue", **ANCHOR, title="It breaks") for _ in range(5)))
    assert all("used before" in words for words in again)
    assert len(wide_alice.asked) == 1


async def test_of_many_at_once_one_creates(wide_alice: Caller) -> None:
    link = Answering(YES)
    link.remembered = secrets.token_urlsafe(16)
    wide_alice.link = link
    results = await asyncio.gather(*(wide_alice.call("create_issue", **ANCHOR, title="It breaks") for _ in range(8)))
    assert sorted(result.is_error for result in results) == [False, *[True] * 7]
    assert len(wide_alice.asked) == 1


async def test_two_calls_are_two_issues(wide_alice: Caller) -> None:
    for number in (46, 47):
        wide_alice.link = Answering(YES)
        assert (await wide_alice.get("create_issue", **ANCHOR, title="It breaks"))["number"] == number


async def test_a_client_that_cannot_ask_is_trusted_to_have_asked(wide_alice: Caller) -> None:
    """Its own question about a tool that writes; whether such tools are offered at all is the operator's to say."""
    assert (await wide_alice.get("create_issue", **ANCHOR, title="It breaks"))["number"] == 46


async def test_a_long_text_is_shown_in_part_with_what_is_left(wide_alice: Caller) -> None:
    wide_alice.link = link = Answering({"action": "decline"})
    await wide_alice.call("create_issue", **ANCHOR, title="Long", text="x" * 1500)
    assert "and 500 more characters" in link.asked[0].params["message"]


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ({"owner": "alice", "repository": "amber-engine"}, "does not let this sign-in"),
        ({"owner": "acme", "repository": "amber-ferry"}, "nothing there"),
        ({"owner": "alice", "repository": "no-such-thing"}, "nothing there"),
    ],
    ids=["archived", "private", "missing"],
)
async def test_where_nothing_may_be_written_nothing_is(wide_alice: Caller, place: dict[str, str], words: str) -> None:
    assert words in await wide_alice.refusal("create_issue", **place, title="It breaks")
    assert len(wide_alice.asked) == 1
