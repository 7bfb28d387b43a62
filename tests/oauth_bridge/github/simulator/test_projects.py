"""Repositories from within: GitHub's documentation of repositories, contents, issues, pulls and search."""

import base64

import httpx2
import pytest

from oauth_bridge.github.simulator import Simulator
from oauth_bridge.github.simulator.work import LARGE_BYTES
from tests.oauth_bridge.github.simulator.conftest import Api

ANCHOR = "/repos/alice/amber-anchor"
PRIVATE = "/repos/alice/amber-ferry"


@pytest.fixture
def wide(http: httpx2.Client, simulator: Simulator) -> Api:
    return Api(http, simulator.access_token("alice", scope="read:user repo"))


def test_a_public_repository_is_everybodys_to_see(http: httpx2.Client, simulator: Simulator) -> None:
    body = Api(http, simulator.access_token("mallory")).get(ANCHOR).json()
    assert (body["full_name"], body["private"]) == ("alice/amber-anchor", False)
    assert body["permissions"] == {"admin": False, "maintain": False, "push": False, "triage": False, "pull": True}


@pytest.mark.parametrize("below", ["", "/contents", "/issues", "/issues/1", "/issues/1/comments", "/pulls", "/pulls/5"])
def test_a_private_one_is_not_there_without_the_scope(alice: Api, wide: Api, below: str) -> None:
    """GitHub hides what a token may not see: 404, and the scope that would help in a header."""
    response = alice.get(PRIVATE + below)
    assert (response.status_code, response.headers["x-accepted-oauth-scopes"]) == (404, "repo")
    assert wide.get(PRIVATE + below).status_code == 200


def test_a_private_one_is_not_there_for_strangers_with_the_scope(http: httpx2.Client, simulator: Simulator) -> None:
    assert Api(http, simulator.access_token("mallory", scope="repo")).get(PRIVATE).status_code == 404


def test_a_file_comes_in_base64_and_a_directory_as_a_list(alice: Api) -> None:
    file = alice.get(f"{ANCHOR}/contents/README.md").json()
    assert base64.b64decode(file["content"]).startswith(b"# amber-anchor")
    assert (file["type"], file["encoding"]) == ("file", "base64")
    top = {each["name"]: each["type"] for each in alice.get(f"{ANCHOR}/contents").json()}
    assert (top["docs"], top["README.md"], top["latest"], top["vendor"]) == ("dir", "file", "symlink", "submodule")


def test_a_large_file_comes_without_its_content(alice: Api) -> None:
    file = alice.get(f"{ANCHOR}/contents/assets/large.bin").json()
    assert (file["size"], file["encoding"], file["content"]) == (LARGE_BYTES, "none", "")


@pytest.mark.parametrize("path", ["nothing", "README.md?ref=no-such-branch", "docs/nothing"])
def test_what_is_not_in_a_repository_is_404(alice: Api, path: str) -> None:
    assert alice.get(f"{ANCHOR}/contents/{path}").status_code == 404


def test_issues_have_pull_requests_among_them_and_come_in_pages(alice: Api) -> None:
    response = alice.get(f"{ANCHOR}/issues?state=all&per_page=30")
    assert 'rel="next"' in response.headers["link"]
    assert sum("pull_request" in each for each in response.json()) == 6


@pytest.mark.parametrize("query", ["state=OPEN", "filter=x"])
def test_a_filter_that_github_has_not_is_422(alice: Api, query: str) -> None:
    assert alice.get(f"/issues?{query}").status_code == 422


def test_an_archived_repository_has_no_issues_and_takes_none(wide: Api, http: httpx2.Client) -> None:
    assert wide.get("/repos/alice/amber-engine/issues").status_code == 410
    headers = {"authorization": f"Bearer {wide.token}"}
    response = http.post("/api/v3/repos/alice/amber-engine/issues", headers=headers, json={"title": "x"})
    assert response.status_code == 403


def test_an_issue_is_created_once_and_gone_after_a_reset(wide: Api, http: httpx2.Client, simulator: Simulator) -> None:
    headers = {"authorization": f"Bearer {wide.token}"}
    response = http.post("/api/v3" + ANCHOR + "/issues", headers=headers, json={"title": "It breaks", "labels": ["bug"]})
    assert (response.status_code, response.json()["number"]) == (201, 46)
    assert wide.get(f"{ANCHOR}/issues/46").json()["title"] == "It breaks"
    simulator.reset()
    assert wide.get(f"{ANCHOR}/issues/46").status_code == 404


@pytest.mark.parametrize(("body", "status"), [({}, 422), ({"title": ""}, 422), ({"title": 5}, 422)])
def test_an_issue_needs_a_title(wide: Api, http: httpx2.Client, body: dict[str, object], status: int) -> None:
    headers = {"authorization": f"Bearer {wide.token}"}
    assert http.post("/api/v3" + ANCHOR + "/issues", headers=headers, json=body).status_code == status


def test_without_the_scope_nothing_can_be_written(alice: Api, http: httpx2.Client) -> None:
    headers = {"authorization": f"Bearer {alice.token}"}
    assert http.post("/api/v3" + ANCHOR + "/issues", headers=headers, json={"title": "x"}).status_code == 404


def test_a_pull_request_has_files_with_patches(alice: Api) -> None:
    assert alice.get(f"{ANCHOR}/pulls/10").json()["changed_files"] == 3
    files = alice.get(f"{ANCHOR}/pulls/10/files").json()
    assert ["patch" in each for each in files] == [True, True, False]
    assert alice.get(f"{ANCHOR}/pulls/1").status_code == 404


def test_the_search_looks_at_what_the_token_may_see(alice: Api, wide: Api) -> None:
    assert alice.get("/search/repositories?q=amber-ferry+user:alice").json()["total_count"] == 0
    assert wide.get("/search/repositories?q=amber-ferry+user:alice").json()["total_count"] == 1
    assert wide.get("/search/repositories?q=amber-ferry+user:alice+is:public").json()["total_count"] == 0
    assert wide.get("/search/repositories?q=").status_code == 422


def test_single_sign_on_shuts_an_organization_and_says_where(http: httpx2.Client, simulator: Simulator) -> None:
    simulator.configure(sso_org="acme")
    carol = Api(http, simulator.access_token("carol", scope="repo"))
    refused = carol.get("/repos/acme/amber-anchor")
    assert refused.status_code == 403
    assert refused.headers["x-github-sso"].startswith(f"required; url={simulator.url}/orgs/acme/sso")
    listed = carol.get("/user/repos?per_page=100")
    assert listed.headers["x-github-sso"] == "partial-results; organizations=2001"
    assert not any(each["full_name"].startswith("acme/") for each in listed.json())


@pytest.mark.parametrize(
    ("kind", "header", "value"),
    [
        ("sso", "x-github-sso", "required; url=https://x.test"),
        ("scope", "x-accepted-oauth-scopes", "repo"),
        ("secondary", "retry-after", None),
    ],
)
def test_kinds_of_403(alice: Api, simulator: Simulator, kind: str, header: str, value: str | None) -> None:
    simulator.fault("/api/v3/user", kind, location="https://x.test")  # type: ignore[arg-type]
    response = alice.get("/user")
    assert (response.status_code, response.headers.get(header)) == (403, value)
