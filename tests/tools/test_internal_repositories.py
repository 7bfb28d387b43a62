"""``internal`` repositories of GitHub Enterprise: not private, and for all that not everybody's to see without ``repo``."""

from typing import Any

import pytest

from tests.tools.cast import BASE_SCOPES, FakeGitHub, context_of, repository
from tools import repositories, runner, suggestions
from tools.catalog.get_repository import get_repository
from tools.repositories import NotPublic

pytestmark = pytest.mark.asyncio

NARROW, WIDE = BASE_SCOPES, BASE_SCOPES | {"repo"}


def details(name: str, **changes: Any) -> dict[str, Any]:
    more = {
        "open_issues_count": 0,
        "has_issues": True,
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-02T00:00:00Z",
    }
    return repository(name, **(more | changes))


@pytest.fixture
def upstream(github: FakeGitHub) -> FakeGitHub:
    """A GitHub whose answers are as wide as the credential: one repository of each kind."""
    kinds: list[dict[str, Any]] = [
        {"name": "open"},
        {"name": "hidden", "private": True, "visibility": "private"},
        {"name": "inner", "visibility": "internal"},
    ]
    for kind in kinds:
        github.answer(f"/repos/alice/{kind['name']}", details(**kind))
    github.answer("/user/repos", [repository(**kind) for kind in kinds])
    return github


@pytest.mark.parametrize("name", ["hidden", "inner"])
async def test_what_is_not_everybodys_is_visible_with_repo_alone(upstream: FakeGitHub, name: str) -> None:
    with pytest.raises(NotPublic):
        await repositories.check_visible("alice", name, context_of(scopes=NARROW))
    await repositories.check_visible("alice", name, context_of(scopes=WIDE))
    await repositories.check_visible("alice", "open", context_of(scopes=NARROW))


@pytest.mark.parametrize("name", ["hidden", "inner"])
async def test_what_is_not_everybodys_is_shown_with_repo_alone(upstream: FakeGitHub, name: str) -> None:
    arguments = {"owner": "alice", "repository": name}
    refused = await runner.run(get_repository, arguments, context_of(scopes=NARROW))
    assert refused.is_error
    assert refused.structured is None
    assert refused.content[0]["text"] == str(NotPublic())
    shown = await runner.run(get_repository, arguments, context_of(scopes=WIDE))
    assert shown.structured is not None
    assert (shown.structured["full_name"], shown.structured["private"]) == (f"alice/{name}", True)


async def test_what_is_not_everybodys_is_suggested_with_repo_alone(upstream: FakeGitHub) -> None:
    assert await suggestions.repositories("", "alice", context_of(scopes=NARROW)) == ["open"]
    assert await suggestions.repositories("", "alice", context_of(scopes=WIDE)) == ["open", "hidden", "inner"]
