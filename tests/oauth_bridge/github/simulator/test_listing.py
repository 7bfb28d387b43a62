"""GitHub: "List repositories for the authenticated user", and pages by RFC 8288."""

import re
from typing import Any

import httpx2
import pytest

from oauth_bridge.github.simulator import Simulator
from tests.oauth_bridge.github.simulator.conftest import Api


@pytest.fixture
def with_repo(http: httpx2.Client, simulator: Simulator) -> Api:
    return Api(http, simulator.access_token("alice", scope="read:user repo"))


def everything(api: Api, query: str = "") -> list[dict[str, Any]]:
    """Follow ``next`` to the end."""
    path, found = f"/user/repos?per_page=100{query}", []
    while path:
        response = api.get(path)
        assert response.status_code == 200
        found += response.json()
        link = re.search(r'<[^>]*/api/v3([^>]*)>; rel="next"', response.headers.get("link", ""))
        path = link[1] if link else ""
    return found


def test_alice_has_more_than_one_full_page_and_each_repository_once(with_repo: Api) -> None:
    names = [repo["full_name"] for repo in everything(with_repo)]
    assert len(names) == len(set(names)) == 132
    assert names == sorted(names)


def test_private_ones_need_the_scope_repo(alice: Api, with_repo: Api) -> None:
    assert not any(repo["private"] for repo in everything(alice))
    assert alice.get("/user/repos?visibility=private").json() == []
    private = everything(with_repo, "&visibility=private")
    assert len(private) == 13
    assert all(repo["private"] and repo["visibility"] == "private" for repo in private)
    assert len(everything(with_repo, "&visibility=public")) + len(private) == 132


@pytest.mark.parametrize("order", ["created", "updated", "pushed"])
def test_orders_by_time_are_newest_first_unless_asked(alice: Api, order: str) -> None:
    times = [repo[f"{order}_at"] for repo in everything(alice, f"&sort={order}")]
    assert times == sorted(times, reverse=True)
    assert len(set(times)) > 100
    assert [repo[f"{order}_at"] for repo in everything(alice, f"&sort={order}&direction=asc")] == sorted(times)


def test_affiliations(with_repo: Api, http: httpx2.Client, simulator: Simulator) -> None:
    assert {repo["owner"]["login"] for repo in everything(with_repo, "&affiliation=owner")} == {"alice"}
    shared = everything(with_repo, "&affiliation=collaborator")
    assert [(repo["owner"]["login"], repo["permissions"]["admin"]) for repo in shared] == [("bob", False)] * 2
    carol = Api(http, simulator.access_token("carol", scope="repo"))
    assert {repo["owner"]["type"] for repo in everything(carol, "&affiliation=organization_member")} == {"Organization"}


def test_the_older_type_does_the_same_but_not_together_with_the_newer_words(with_repo: Api) -> None:
    assert len(everything(with_repo, "&type=owner")) == 130
    assert len(everything(with_repo, "&type=member")) == 2
    assert len(everything(with_repo, "&type=private")) == 13
    assert with_repo.get("/user/repos?type=owner&visibility=all").status_code == 422


@pytest.mark.parametrize("query", ["visibility=secret", "affiliation=friend", "sort=size", "direction=up", "type=mine"])
def test_unknown_words_are_refused(alice: Api, query: str) -> None:
    response = alice.get(f"/user/repos?{query}")
    assert response.status_code == 422
    assert response.json()["message"] == "Validation Failed"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 30),
        ("?per_page=7", 7),
        ("?per_page=1000", 100),
        ("?per_page=0", 30),
        ("?per_page=x", 30),
        ("?per_page=" + "9" * 5000, 30),
    ],
)
def test_pages_hold_thirty_unless_asked_and_a_hundred_at_most(alice: Api, query: str, count: int) -> None:
    assert len(alice.get("/user/repos" + query).json()) == count


@pytest.mark.parametrize(
    ("page", "relations"),
    [(1, "next last"), (2, "prev next last first"), (3, "prev first"), (9, "prev first")],
)
def test_links_lead_on_and_back_and_keep_the_question(with_repo: Api, simulator: Simulator, page: int, relations: str) -> None:
    response = with_repo.get(f"/user/repos?sort=pushed&per_page=60&page={page}")
    assert re.findall(r'rel="(\w+)"', response.headers["link"]) == relations.split()
    for url in re.findall("<([^>]+)>", response.headers["link"]):
        assert url.startswith(simulator.api_url + "/user/repos?sort=pushed&per_page=60&page=")


def test_one_page_has_no_links(http: httpx2.Client, simulator: Simulator) -> None:
    response = Api(http, simulator.access_token("dave")).get("/user/repos")
    assert response.json() == []
    assert "link" not in response.headers


def test_a_renamed_owner_shows_in_the_full_name(alice: Api, simulator: Simulator) -> None:
    simulator.rename("alice", "alicia")
    assert alice.get("/user/repos?affiliation=owner").json()[0]["full_name"].startswith("alicia/")


def test_mallorys_description_is_hostile(http: httpx2.Client, simulator: Simulator) -> None:
    repos = Api(http, simulator.access_token("mallory")).get("/user/repos").json()
    assert any("<script>" in (repo["description"] or "") for repo in repos)


def test_repositories_are_the_same_at_every_start(alice: Api) -> None:
    first = alice.get("/user/repos?affiliation=owner&sort=pushed&per_page=1").json()[0]
    assert (first["id"], first["full_name"]) == (1001014, "alice/brisk-compass")
