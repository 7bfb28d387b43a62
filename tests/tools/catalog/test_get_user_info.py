from typing import Any

import pytest

from tests.tools.cast import ALICE, BOB, FakeGitHub, account_of, context_of, raw_response
from tools import runner
from tools.catalog import CATALOG
from tools.results import ToolResult

pytestmark = pytest.mark.asyncio

WITHOUT_EMAIL = frozenset({"read:user"})


def email(address: str, *, primary: bool, verified: bool) -> dict[str, Any]:
    return {"email": address, "primary": primary, "verified": verified, "visibility": None}


async def call(**options: Any) -> ToolResult:
    tool = CATALOG.get("get_user_info")
    assert tool is not None
    return await runner.run(tool, {}, context_of(ALICE, **options))


async def test_the_person_who_signed_in_is_described(github: FakeGitHub) -> None:
    github.answer("/user", account_of(ALICE))
    github.answer("/user/emails", [email("alice@home.test", primary=True, verified=True)])
    result = await call()
    assert result.structured == {
        "login": "alice",
        "id": 1001,
        "name": "Alice",
        "email": "alice@home.test",
        "avatar_url": "https://avatars.example/1001",
        "profile_url": "https://github.com/alice",
    }


async def test_without_the_permission_no_address_is_asked_for_or_shown(github: FakeGitHub) -> None:
    github.answer("/user", account_of(ALICE, email="public@home.test"))
    result = await call(scopes=WITHOUT_EMAIL)
    assert result.structured is not None
    assert "email" not in result.structured
    assert "public@home.test" not in result.content[0]["text"]
    assert [request.url.path for request in github.requests] == ["/user"]


@pytest.mark.parametrize(
    ("emails", "public", "shown"),
    [
        ([email("a@x.test", primary=False, verified=True), email("b@x.test", primary=True, verified=True)], None, "b@x.test"),
        ([email("b@x.test", primary=True, verified=True)], "public@x.test", "b@x.test"),
        ([email("b@x.test", primary=True, verified=False)], "public@x.test", "public@x.test"),
        ([email("a@x.test", primary=False, verified=True)], None, None),
        ([], "public@x.test", "public@x.test"),
        ([], None, None),
    ],
)
async def test_the_primary_verified_address_comes_first_then_the_public_one(
    github: FakeGitHub, emails: list[dict[str, Any]], public: str | None, shown: str | None
) -> None:
    github.answer("/user", account_of(ALICE, email=public))
    github.answer("/user/emails", emails)
    result = await call()
    assert result.structured is not None
    assert result.structured.get("email") == shown


@pytest.mark.parametrize("status", [403, 404])
async def test_addresses_that_github_keeps_back_leave_the_public_one(github: FakeGitHub, status: int) -> None:
    github.answer("/user", account_of(ALICE, email="public@x.test"))
    github.paths["/user/emails"] = lambda _request: raw_response(b"", status=status)
    result = await call()
    assert result.structured is not None
    assert result.structured["email"] == "public@x.test"


async def test_a_credential_of_somebody_else_answers_nothing(github: FakeGitHub) -> None:
    github.answer("/user", account_of(BOB, login="alice"))
    result = await call()
    assert result.is_error
    assert "another account" in result.content[0]["text"]
    assert "1002" not in result.content[0]["text"]


@pytest.mark.parametrize(
    ("status", "words"), [(401, "sign in again"), (429, "limit"), (500, "status 500"), (503, "status 503"), (302, "unexpected")]
)
async def test_a_fault_of_github_is_a_result(github: FakeGitHub, status: int, words: str) -> None:
    github.paths["/user"] = lambda _request: raw_response(b"", status=status)
    result = await call()
    assert result.is_error
    assert words in result.content[0]["text"]


async def test_the_base_scope_is_needed(github: FakeGitHub) -> None:
    result = await call(scopes=frozenset({"user:email"}))
    assert result.is_error
    assert github.requests == []
