"""Finding repositories and looking at one."""

from typing import Any

import pytest

from oauth_bridge.github.simulator import Simulator
from tests.tools.cast import FakeGitHub, context_of, repository
from tests.tools.catalog.caller import BASE, Caller, tool_of
from tools import runner
from tools.catalog import get_github_repos as own

pytestmark = pytest.mark.asyncio


def names(found: dict[str, Any]) -> list[str]:
    return [each["full_name"] for each in found["repositories"]]


@pytest.mark.parametrize(
    ("arguments", "count"),
    [({"language": "Python"}, 25), ({"language": "pYTHON"}, 25), ({"text": "LANTERN"}, 9), ({"language": "Cobol"}, 0)],
)
async def test_own_repositories_are_filtered_by_language_and_text(alice: Caller, arguments: dict[str, Any], count: int) -> None:
    found = await alice.get("get_github_repos", limit=100, **arguments)
    assert len(names(found)) == count
    assert found["has_more"] is False
    assert alice.asked == ["/user/repos", "/user/repos"]


async def test_filtered_pages_follow_each_other_without_gap_or_double(alice: Caller) -> None:
    whole = names(await alice.get("get_github_repos", limit=100, language="Go"))
    seen, page = [], 1
    while page:
        found = await alice.get("get_github_repos", limit=9, page=page, language="Go")
        seen += names(found)
        page = found.get("next_page", 0)
    assert seen == whole
    assert len(whole) == 28


async def test_looking_through_stops_where_enough_is_found(alice: Caller) -> None:
    await alice.get("get_github_repos", limit=3, language="Go")
    assert alice.asked == ["/user/repos"]


async def test_looking_through_is_bounded_and_says_so(alice: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own, "PAGE_SIZE", 10)
    found = await alice.get("get_github_repos", language="Cobol")
    assert len(alice.asked) == own.MAX_PAGES
    assert "Only the first" in found["note"]


async def test_an_unfiltered_page_is_one_of_githubs_own(alice: Caller) -> None:
    await alice.get("get_github_repos", limit=7, page=3)
    assert [request.parameters()["page"] for request in alice.upstream.requests] == ["3"]


@pytest.mark.parametrize(
    ("affiliation", "owners"),
    [(["owner"], {"alice"}), (["collaborator"], {"bob"}), (["owner", "collaborator", "owner"], {"alice", "bob"})],
)
async def test_whose_repositories_is_asked_for(alice: Caller, affiliation: list[str], owners: set[str]) -> None:
    found = await alice.get("get_github_repos", limit=100, affiliation=affiliation)
    more = await alice.get("get_github_repos", limit=100, page=2, affiliation=affiliation)
    assert {each.partition("/")[0] for each in names(found) + names(more)} == owners


async def test_names_go_from_a_to_z(alice: Caller) -> None:
    found = names(await alice.get("get_github_repos", limit=100, sort="full_name"))
    assert found == sorted(found)


async def test_one_repository_is_shown_whole(alice: Caller) -> None:
    found = await alice.get("get_repository", owner="ALICE", repository="amber-compass")
    assert found["full_name"] == "alice/amber-compass"
    assert (found["language"], found["stars"], found["open_issues"]) == ("Python", 18, 6)
    assert found["private"] is False


async def test_somebody_elses_public_repository_is_shown(alice: Caller) -> None:
    assert (await alice.get("get_repository", owner="bob", repository="amber-drawer"))["language"] == "Python"


async def test_the_search_finds_everybodys(alice: Caller) -> None:
    found = await alice.get("search_repositories", query="amber-drawer")
    assert set(names(found)) == {"alice/amber-drawer", "bob/amber-drawer", "acme/amber-drawer", "carol/amber-drawer"}
    assert (found["total"], found["has_more"]) == (4, False)


async def test_the_search_goes_on_by_pages(alice: Caller) -> None:
    first = await alice.get("search_repositories", query="language:go user:alice", limit=20)
    second = await alice.get("search_repositories", query="language:go user:alice", limit=20, page=first["next_page"])
    assert (len(names(first)), len(names(second)), second["has_more"]) == (20, 8, False)
    assert set(names(first)).isdisjoint(names(second))


@pytest.mark.parametrize("query", ["amber-ferry", '"amber-ferry', "amber-ferry NOT"])
async def test_the_search_finds_nothing_private_without_repo(upstream: Simulator, query: str) -> None:
    """Whatever the query says, and however wide the credential is. An open quotation mark or NOT takes in what follows."""
    narrow = Caller(upstream, "alice", credential_scope="read:user repo")
    assert "alice/amber-ferry" not in names(await narrow.get("search_repositories", query=query))
    assert upstream.requests[0].parameters()["q"] == f"is:public {query}"
    wide = Caller(upstream, "alice", scopes=BASE | {"repo"})
    assert "alice/amber-ferry" in names(await wide.get("search_repositories", query="amber-ferry is:private"))


@pytest.mark.parametrize(
    "query",
    [
        "x is:private",
        "x IS:Private",
        'x is:"private"',
        "x visibility:private",
        "x is:internal",
        "x -is:private",
        "x OR is:public",
    ],
)
async def test_a_query_that_leads_around_is_not_sent_without_repo(upstream: Simulator, query: str) -> None:
    """The rows would be left out, but their number would tell what is written in private repositories."""
    narrow = Caller(upstream, "alice", credential_scope="read:user repo")
    assert "searches public repositories only" in await narrow.refusal("search_repositories", query=query)
    assert narrow.asked == []


@pytest.mark.parametrize("query", ["private", "is private", "or not", "this:private", "ORM language:python"])
async def test_plain_words_are_searched_for(alice: Caller, query: str) -> None:
    await alice.get("search_repositories", query=query)
    assert alice.asked == ["/search/repositories"]


async def test_a_search_that_gives_private_rows_all_the_same_is_filtered(github: FakeGitHub) -> None:
    rows = [
        repository("open"),
        repository("hidden", private=True, visibility="private"),
        repository("inner", visibility="internal"),
    ]
    github.answer("/search/repositories", {"total_count": 3, "incomplete_results": True, "items": rows})
    for scopes, shown in ((BASE, ["alice/open"]), (BASE | {"repo"}, ["alice/open", "alice/hidden", "alice/inner"])):
        result = await runner.run(tool_of("search_repositories"), {"query": "x"}, context_of(scopes=scopes))
        assert result.structured is not None
        assert names(result.structured) == shown
        assert "may lack some results" in result.structured["note"]


async def test_a_hostile_description_stays_data(alice: Caller) -> None:
    found = await alice.call("search_repositories", query="user:mallory alice")
    assert found.structured is not None
    assert found.structured["repositories"][0]["description"].startswith("<script>")
    assert [block["type"] for block in found.content] == ["text"]
