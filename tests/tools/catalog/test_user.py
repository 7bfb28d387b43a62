"""The caller's own profile as a resource: for oneself, and for nobody else."""

import json

import pytest

from tests.tools.cast import ALICE, BASE_SCOPES, BOB, FakeGitHub, account_of, context_of
from tools import reader
from tools.catalog import CATALOG
from tools.catalog.user import user
from tools.github.errors import WrongAccount
from tools.resources import NotFound

URI = "github://user/alice"


def test_it_is_offered_to_those_who_may_read_profiles() -> None:
    assert CATALOG.resource(URI) == (user, {"login": "alice"})
    assert user in CATALOG.resources_visible_to({"read:user"})
    assert user not in CATALOG.resources_visible_to({"user:email"})
    assert (user.subscribable, user.mime_type) == (True, "application/json")


@pytest.mark.asyncio
async def test_it_is_what_github_says(github: FakeGitHub) -> None:
    github.answer("/user", account_of(ALICE))
    github.answer("/user/emails", [{"email": "alice@example.com", "primary": True, "verified": True}])
    [contents] = await reader.read(user, URI, {"login": "alice"}, context_of(ALICE))
    assert (contents["uri"], contents["mimeType"]) == (URI, "application/json")
    assert json.loads(contents["text"]) == {
        "login": "alice",
        "id": 1001,
        "name": "Alice",
        "email": "alice@example.com",
        "avatar_url": "https://avatars.example/1001",
        "profile_url": "https://github.com/alice",
    }


@pytest.mark.asyncio
async def test_the_address_needs_its_own_permission(github: FakeGitHub) -> None:
    github.answer("/user", account_of(ALICE, email="public@example.com"))
    context = context_of(ALICE, scopes=BASE_SCOPES - {"user:email"})
    [contents] = await reader.read(user, URI, {"login": "alice"}, context)
    assert "email" not in json.loads(contents["text"])


@pytest.mark.asyncio
@pytest.mark.parametrize("login", ["alice", "Bob", "nobody", "bob "])
async def test_somebody_elses_is_not_there_and_github_is_not_asked(github: FakeGitHub, login: str) -> None:
    with pytest.raises(NotFound):
        await reader.read(user, user.template.expand({"login": login}), {"login": login}, context_of(BOB))
    assert github.requests == []


@pytest.mark.asyncio
async def test_a_credential_of_somebody_else_does_not_answer(github: FakeGitHub) -> None:
    github.answer("/user", account_of(BOB))
    with pytest.raises(WrongAccount):
        await reader.read(user, URI, {"login": "alice"}, context_of(ALICE))


@pytest.mark.asyncio
async def test_ones_own_is_listed_and_suggested() -> None:
    for person in (ALICE, BOB):
        [entry] = await reader.listed(user, context_of(person))
        assert (entry["uri"], entry["name"]) == (f"github://user/{person.login}", person.login)
    suggest = user.completers["login"]
    for value, values in (("", ("alice",)), ("al", ("alice",)), ("b", ())):
        assert (await reader.complete(user, suggest, value, {}, context_of(ALICE))).values == values
