"""What holds for every tool that asks GitHub: how often it asks, what it keeps, what a session without ``repo`` may see."""

import asyncio
from typing import Any

import pytest

from oauth_bridge.github.simulator import Simulator
from tests.tools.catalog.caller import BASE, Caller, tool_of
from tools import permissions

pytestmark = pytest.mark.asyncio

ANCHOR: dict[str, Any] = {"owner": "alice", "repository": "amber-anchor"}
PRIVATE: dict[str, Any] = {"owner": "alice", "repository": "amber-ferry"}
REPO, CONTENTS = "/repos/alice/amber-anchor", "/repos/alice/amber-anchor/contents"
ISSUE, PULL = f"{REPO}/issues/1", f"{REPO}/pulls/5"

# Tool, arguments, and what GitHub is asked for when the session holds ``repo``.
READING: list[tuple[str, dict[str, Any], list[str]]] = [
    ("get_user_info", {}, ["/user"]),
    ("get_github_repos", {"limit": 3}, ["/user/repos"]),
    ("search_repositories", {"query": "amber"}, ["/search/repositories"]),
    ("list_issues", {}, ["/issues"]),
    ("get_repository", ANCHOR, [REPO]),
    ("list_repository_files", ANCHOR, [f"{CONTENTS}"]),
    ("read_repository_file", {**ANCHOR, "path": "README.md"}, [f"{CONTENTS}/README.md"]),
    ("list_issues", ANCHOR, [f"{REPO}/issues"]),
    ("get_issue", {**ANCHOR, "number": 1}, [ISSUE, f"{ISSUE}/comments"]),
    ("get_issue", {**ANCHOR, "number": 4}, [f"{REPO}/issues/4"]),
    ("list_pull_requests", ANCHOR, [f"{REPO}/pulls"]),
    ("get_pull_request", {**ANCHOR, "number": 5}, [PULL, f"{PULL}/files"]),
]
each_reading = pytest.mark.parametrize(
    ("name", "arguments", "paths"), READING, ids=[f"{name}-{len(arguments)}" for name, arguments, _ in READING]
)

OF_ONE: list[tuple[str, dict[str, Any]]] = [
    ("get_repository", {}),
    ("list_repository_files", {}),
    ("read_repository_file", {"path": "README.md"}),
    ("list_issues", {}),
    ("get_issue", {"number": 1}),
    ("list_pull_requests", {}),
    ("get_pull_request", {"number": 5}),
]
each_of_one = pytest.mark.parametrize(("name", "more"), OF_ONE, ids=[name for name, _ in OF_ONE])


@each_reading
async def test_a_session_with_repo_asks_no_more_than_needed(
    wide_alice: Caller, name: str, arguments: dict[str, Any], paths: list[str]
) -> None:
    await wide_alice.get(name, **arguments)
    assert wide_alice.asked == paths


@each_reading
async def test_without_repo_the_repository_is_looked_at_first(
    alice: Caller, name: str, arguments: dict[str, Any], paths: list[str]
) -> None:
    """The credential may be wider than the session: only a repository that says that it is public is opened."""
    await alice.get(name, **arguments)
    is_about_one = "repository" in arguments and name != "get_repository"
    assert alice.asked == ([REPO, *paths] if is_about_one else paths)


@each_reading
async def test_what_has_not_changed_is_not_sent_again(
    upstream: Simulator, alice: Caller, name: str, arguments: dict[str, Any], paths: list[str]
) -> None:
    """RFC 9110 §13.1.2; GitHub does not count a 304 for its limit."""
    first = await alice.get(name, **arguments)
    asked, counted = len(upstream.requests), dict(upstream.state.calls)
    assert await alice.get(name, **arguments) == first
    again = upstream.requests[asked:]
    assert len(again) == asked
    assert all("if-none-match" in request.headers for request in again)
    assert upstream.state.calls == counted


async def test_what_is_kept_is_kept_for_one_token(upstream: Simulator) -> None:
    """Not even another sign-in of the same person meets an answer that was kept: its scopes may be fewer."""
    for login in ("alice", "alice", "bob"):
        await Caller(upstream, login).get("get_repository", **ANCHOR)
    assert not any("if-none-match" in request.headers for request in upstream.requests)


async def test_a_change_is_seen_though_an_older_answer_is_kept(upstream: Simulator, alice: Caller) -> None:
    await alice.get("get_user_info")
    upstream.rename("alice", "alice-2")
    alice.login = "alice-2"
    assert (await alice.get("get_user_info"))["login"] == "alice-2"
    assert "if-none-match" in upstream.requests[-1].headers


@each_of_one
async def test_a_private_repository_needs_repo(upstream: Simulator, name: str, more: dict[str, Any]) -> None:
    """The session has not been granted it, though the credential at GitHub has."""
    narrow = Caller(upstream, "alice", credential_scope="read:user repo")
    words = await narrow.refusal(name, **PRIVATE, **more)
    assert "private true" in words
    assert "amber" not in words
    assert narrow.asked == ["/repos/alice/amber-ferry"]


@each_of_one
async def test_a_private_repository_and_none_look_the_same(upstream: Simulator, name: str, more: dict[str, Any]) -> None:
    narrow = Caller(upstream, "alice", credential_scope="read:user repo")
    missing = {"owner": "alice", "repository": "no-such-thing"}
    assert await narrow.refusal(name, **PRIVATE, **more) == await narrow.refusal(name, **missing, **more)


@each_of_one
async def test_a_private_repository_opens_with_repo(wide_alice: Caller, name: str, more: dict[str, Any]) -> None:
    await wide_alice.get(name, **PRIVATE, private=True, **more)


@each_of_one
async def test_somebody_elses_private_repository_stays_shut(upstream: Simulator, name: str, more: dict[str, Any]) -> None:
    mallory = Caller(upstream, "mallory", scopes=BASE | {"repo"})
    assert "nothing there" in await mallory.refusal(name, **PRIVATE, private=True, **more)


@each_of_one
async def test_only_private_true_steps_up(name: str, more: dict[str, Any]) -> None:
    tool = tool_of(name)
    assert permissions.missing_scopes(tool, {**PRIVATE, **more}, BASE) == set()
    assert permissions.missing_scopes(tool, {**PRIVATE, **more, "private": True}, BASE) == {"repo"}


@each_of_one
@pytest.mark.parametrize(
    "wrong",
    [
        {"owner": "alice/../bob"},
        {"owner": "a?b"},
        {"owner": "alice\n"},
        {"owner": ""},
        {"owner": "-alice"},
        {"repository": ".."},
        {"repository": "."},
        {"repository": "a/b"},
        {"repository": "a%2fb"},
        {"repository": "a#b"},
        {"repository": "x" * 101},
        {"repository": "amber-anchor\n"},
    ],
    ids=str,
)
async def test_a_name_that_github_has_not_is_never_sent(
    wide_alice: Caller, name: str, more: dict[str, Any], wrong: dict[str, str]
) -> None:
    words = await wide_alice.refusal(name, **{**ANCHOR, **more, **wrong})
    assert next(iter(wrong)) in words
    assert wide_alice.asked == []


async def test_many_people_at_once_get_their_own_answers(upstream: Simulator) -> None:
    """First and kept answers mixed, on one pool of connections."""
    people = [Caller(upstream, login) for login in ("alice", "bob", "carol", "dave", "mallory")]
    callers = people * 20
    found = await asyncio.gather(*(caller.get("get_user_info") for caller in callers))
    assert [each["login"] for each in found] == [caller.login for caller in callers]
    listed = await asyncio.gather(*(caller.get("get_github_repos", limit=5) for caller in callers))
    for caller, answer in zip(callers, listed, strict=True):
        assert {each["full_name"].partition("/")[0] for each in answer["repositories"]} <= {caller.login}
