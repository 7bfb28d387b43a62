from typing import Any

import pytest

from tests.tools.cast import ALICE, FakeGitHub, account_of, context_of, raw_response, repository
from tools.github import errors
from tools.results import ToolError

pytestmark = pytest.mark.asyncio

WRONG_VALUES: list[Any] = [None, [], "text", 5, True]


async def test_only_what_is_used_is_kept(github: FakeGitHub) -> None:
    github.answer("/user", account_of(ALICE))
    user = await context_of(ALICE).github.user()
    assert user.model_dump() == {
        "id": 1001,
        "login": "alice",
        "name": "Alice",
        "email": None,
        "avatar_url": "https://avatars.example/1001",
        "html_url": "https://github.com/alice",
    }


@pytest.mark.parametrize(
    "value",
    [
        *WRONG_VALUES,
        {},
        account_of(ALICE, id="1001"),
        account_of(ALICE, id=1001.0),
        account_of(ALICE, id=True),
        account_of(ALICE, login=None),
        account_of(ALICE, name=["Alice"]),
        account_of(ALICE, html_url=None),
    ],
)
async def test_an_account_of_another_shape_is_unexpected(github: FakeGitHub, value: Any) -> None:
    github.answer("/user", value)
    with pytest.raises(errors.Unexpected) as caught:
        await context_of(ALICE).github.user()
    assert "1001" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    "value", [None, {}, "text", [None], [{}], [{"email": "a@b.test", "primary": "yes", "verified": True}], [{"email": None}]]
)
async def test_addresses_of_another_shape_are_unexpected(github: FakeGitHub, value: Any) -> None:
    github.answer("/user/emails", value)
    with pytest.raises(errors.Unexpected):
        await context_of(ALICE).github.emails()


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {"message": "rubbish"},
        [None],
        [{}],
        [repository("one", private=None)],
        [repository("one", private="false")],
        [repository("one", private=0)],
        [repository("one", topics="mcp")],
        [repository("one", stargazers_count="3")],
        [repository("one"), None],
    ],
)
async def test_repositories_of_another_shape_are_unexpected(github: FakeGitHub, value: Any) -> None:
    github.answer("/user/repos", value)
    with pytest.raises(errors.Unexpected):
        await context_of(ALICE).github.repositories(limit=10, page=1, visibility="all")


@pytest.mark.parametrize(
    ("changes", "public"),
    [
        ({}, True),
        ({"visibility": None}, True),
        ({"private": True, "visibility": "private"}, False),
        ({"private": True, "visibility": None}, False),
        ({"private": True, "visibility": "public"}, False),
        ({"private": False, "visibility": "internal"}, False),
        ({"private": False, "visibility": "private"}, False),
    ],
)
async def test_only_what_everybody_may_see_is_public(github: FakeGitHub, changes: dict[str, Any], public: bool) -> None:
    github.answer("/user/repos", [repository("one", **changes)])
    page = await context_of(ALICE).github.repositories(limit=10, page=1, visibility="all")
    assert page.items[0].is_public is public


async def test_a_refused_credential_is_reported_once(github: FakeGitHub) -> None:
    reported = []

    async def refused() -> None:
        reported.append("refused")

    github.paths["/user"] = lambda _request: raw_response(b"", status=401)
    with pytest.raises(errors.TokenRefused):
        await context_of(ALICE, github_token_refused=refused).github.user()
    assert reported == ["refused"]


async def test_another_fault_does_not_mark_the_credential(github: FakeGitHub) -> None:
    async def refused() -> None:
        raise AssertionError

    github.paths["/user"] = lambda _request: raw_response(b"", status=403)
    with pytest.raises(errors.Forbidden):
        await context_of(ALICE, github_token_refused=refused).github.user()


async def test_without_a_credential_nothing_is_sent(github: FakeGitHub) -> None:
    context = context_of(ALICE)

    async def none_left() -> str:
        raise ToolError("Sign in again.")

    object.__setattr__(context, "github_token", none_left)
    with pytest.raises(ToolError, match=r"^Sign in again\.$"):
        await context.github.user()
    assert github.requests == []
