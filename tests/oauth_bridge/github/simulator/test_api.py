"""The REST API: GitHub's documentation of users, e-mails, organizations, teams, OAuth applications and rate limits."""

import httpx2
import pytest

from oauth_bridge.github.simulator import Simulator
from oauth_bridge.github.simulator.people import Membership
from tests.oauth_bridge.github.simulator.conftest import Api, Clock


def as_person(http: httpx2.Client, simulator: Simulator, login: str, scope: str) -> Api:
    return Api(http, simulator.access_token(login, scope=scope))


def test_the_user_is_the_tokens_person(alice: Api, simulator: Simulator) -> None:
    body = alice.get("/user").json()
    assert (body["id"], body["login"], body["name"], body["type"]) == (1001, "alice", "Alice Archer", "User")
    assert body["email"] == "alice@example.com"
    assert body["html_url"] == simulator.url + "/alice"
    assert body["avatar_url"] == simulator.url + "/avatars/u/1001"
    assert body["url"] == simulator.api_url + "/users/alice"


def test_the_avatar_is_a_picture(alice: Api, http: httpx2.Client) -> None:
    picture = http.get(alice.get("/user").json()["avatar_url"])
    assert picture.headers["content-type"] == "image/svg+xml"
    assert "sandbox" in picture.headers["content-security-policy"]


def test_dave_shows_neither_name_nor_email(http: httpx2.Client, simulator: Simulator) -> None:
    body = as_person(http, simulator, "dave", "read:user user:email").get("/user").json()
    assert body["name"] is None
    assert body["email"] is None


def test_mallory_claims_alices_name_and_address_but_has_her_own_id(http: httpx2.Client, simulator: Simulator) -> None:
    api = as_person(http, simulator, "mallory", "read:user user:email")
    assert (api.get("/user").json()["id"], api.get("/user").json()["name"]) == (6666, "alice")
    claimed = next(one for one in api.get("/user/emails").json() if one["email"] == "alice@example.com")
    assert claimed["verified"] is False


def test_the_private_part_of_the_profile_needs_its_scope(http: httpx2.Client, simulator: Simulator) -> None:
    assert "plan" in as_person(http, simulator, "alice", "read:user").get("/user").json()
    assert "plan" not in as_person(http, simulator, "alice", "").get("/user").json()


def test_emails_are_not_there_without_the_scope(http: httpx2.Client, simulator: Simulator) -> None:
    response = as_person(http, simulator, "alice", "read:user").get("/user/emails")
    assert response.status_code == 404
    assert response.headers["x-oauth-scopes"] == "read:user"
    assert response.headers["x-accepted-oauth-scopes"] == "user, user:email"
    assert as_person(http, simulator, "alice", "user").get("/user/emails").status_code == 200


@pytest.mark.parametrize("scheme", ["Bearer", "token", "TOKEN"])
def test_both_schemes_are_taken(http: httpx2.Client, simulator: Simulator, scheme: str) -> None:
    headers = {"authorization": f"{scheme} {simulator.access_token('bob')}"}
    assert http.get("/api/v3/user", headers=headers).json()["login"] == "bob"


@pytest.mark.parametrize("header", ["Bearer gho_forged", "Bearer", "Digest abc", "nonsense"])
def test_bad_credentials_are_refused_on_every_path(http: httpx2.Client, header: str) -> None:
    for path in ("/user", "/meta", "/nowhere"):
        response = http.get("/api/v3" + path, headers={"authorization": header})
        assert response.status_code == 401
        assert response.json()["message"] == "Bad credentials"


@pytest.mark.parametrize("path", ["/user", "/user/repos"])
def test_no_credentials_at_all_are_told_so(http: httpx2.Client, path: str) -> None:
    response = http.get("/api/v3" + path)
    assert (response.status_code, response.json()["message"]) == (401, "Requires authentication")


def test_a_caller_without_user_agent_is_turned_away(http: httpx2.Client) -> None:
    assert http.get("/api/v3/meta", headers={"user-agent": ""}).status_code == 403


def test_what_is_not_there_is_said_as_github_says_it(alice: Api) -> None:
    response = alice.get("/nowhere")
    assert response.status_code == 404
    assert response.json() == {"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"}


def test_root_and_meta_are_open(http: httpx2.Client, simulator: Simulator) -> None:
    assert http.get("/api/v3/meta").json()["installed_version"]
    assert http.get("/api/v3").json()["current_user_url"] == simulator.api_url + "/user"
    assert http.get("/api/v3/").status_code == 200


def test_the_api_is_under_its_prefix_only(http: httpx2.Client, simulator: Simulator) -> None:
    """As on GitHub Enterprise Server: a client that confuses the two roots must notice."""
    response = http.get("/user", headers={"authorization": f"Bearer {simulator.access_token('bob')}"})
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")


def test_public_profiles_are_found_by_login_without_case_and_by_id(http: httpx2.Client) -> None:
    assert http.get("/api/v3/users/CAROL").json()["id"] == 1003
    assert http.get("/api/v3/user/1003").json()["login"] == "carol"
    assert "plan" not in http.get("/api/v3/users/carol").json()
    assert http.get("/api/v3/users/nobody").status_code == 404
    assert http.get("/api/v3/user/77").status_code == 404


def test_head_has_the_headers_of_get_and_no_body(http: httpx2.Client) -> None:
    got, headed = http.get("/api/v3/meta"), http.head("/api/v3/meta")
    assert headed.status_code == 200
    assert headed.headers["content-length"] == got.headers["content-length"]
    assert headed.content == b""


def test_an_answer_that_the_caller_has_is_not_sent_again_and_not_counted(alice: Api) -> None:
    """RFC 9110 §13.1.2."""
    first = alice.get("/user")
    again = alice.get("/user", if_none_match=first.headers["etag"])
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["x-ratelimit-used"] == first.headers["x-ratelimit-used"]
    assert alice.get("/user", if_none_match='"other"').status_code == 200


def test_the_rate_limit_counts_down_and_then_refuses_until_the_hour_is_over(
    alice: Api, simulator: Simulator, clock: Clock
) -> None:
    simulator.configure(rate_limit=2)
    assert [alice.get("/user").headers["x-ratelimit-remaining"] for _ in range(2)] == ["1", "0"]
    response = alice.get("/user")
    assert response.status_code == 403
    assert response.json()["message"].startswith("API rate limit exceeded for user ID 1001")
    assert alice.get("/rate_limit").json()["rate"]["remaining"] == 0
    reset = int(response.headers["x-ratelimit-reset"])
    assert 0 < reset - clock.seconds <= 3600
    clock.seconds = reset
    assert alice.get("/user").status_code == 200


def test_organizations_need_a_scope_and_leave_invitations_out(http: httpx2.Client, simulator: Simulator) -> None:
    assert as_person(http, simulator, "carol", "read:user").get("/user/orgs").status_code == 403
    assert [org["login"] for org in as_person(http, simulator, "carol", "read:org").get("/user/orgs").json()] == ["acme"]
    assert as_person(http, simulator, "dave", "read:org").get("/user/orgs").json() == []


@pytest.mark.parametrize(
    ("login", "scope", "status", "state"),
    [
        ("carol", "read:org", 200, "active"),
        ("dave", "read:org", 200, "pending"),
        ("bob", "read:org", 404, None),
        ("carol", "read:user", 403, None),
    ],
)
def test_my_membership(
    http: httpx2.Client, simulator: Simulator, login: str, scope: str, status: int, state: str | None
) -> None:
    response = as_person(http, simulator, login, scope).get("/user/memberships/orgs/Acme")
    assert response.status_code == status
    assert response.json().get("state") == state


def test_members_are_shown_to_members_only(http: httpx2.Client, simulator: Simulator) -> None:
    carol = as_person(http, simulator, "carol", "read:org")
    assert carol.get("/orgs/acme/members/carol").status_code == 204
    assert carol.get("/orgs/acme/members/bob").status_code == 404
    assert carol.get("/orgs/acme/members/dave").status_code == 404
    assert carol.get("/orgs/nowhere/members/carol").status_code == 404
    other = as_person(http, simulator, "bob", "read:org").get("/orgs/acme/members/carol")
    assert other.status_code == 302
    assert other.headers["location"] == simulator.api_url + "/orgs/acme/public_members/carol"
    assert http.get(other.headers["location"]).status_code == 404
    simulator.set_membership("carol", "acme", Membership(public=True))
    assert http.get(other.headers["location"]).status_code == 204


def test_a_login_in_a_path_cannot_write_headers(http: httpx2.Client, simulator: Simulator) -> None:
    response = as_person(http, simulator, "bob", "read:org").get("/orgs/acme/members/x%0d%0aset-cookie:%20a=b")
    assert response.status_code == 302
    assert "set-cookie" not in response.headers


def test_a_team_has_a_number_that_members_see(http: httpx2.Client, simulator: Simulator) -> None:
    """GitHub REST: ``GET /orgs/{org}/teams/{team_slug}``."""
    carol = as_person(http, simulator, "carol", "read:org")
    found = carol.get("/orgs/acme/teams/platform")
    assert found.status_code == 200
    assert (found.json()["id"], found.json()["slug"], found.json()["organization"]["id"]) == (3001, "platform", 2001)
    assert carol.get("/orgs/acme/teams/nothing").status_code == 404
    for login, scope in (("carol", "read:user"), ("dave", "read:org"), ("alice", "read:org")):
        assert as_person(http, simulator, login, scope).get("/orgs/acme/teams/platform").status_code == 404


def test_an_organization_that_has_not_approved_the_application_tells_nothing(http: httpx2.Client, simulator: Simulator) -> None:
    """GitHub: OAuth app access restrictions."""
    simulator.configure(restricted_org="acme")
    carol = as_person(http, simulator, "carol", "read:org")
    for path in ("/user/memberships/orgs/acme", "/orgs/acme/teams/platform", "/orgs/acme/teams/platform/memberships/carol"):
        answer = carol.get(path)
        assert answer.status_code == 403
        assert "OAuth App access restrictions" in answer.json()["message"]
    assert carol.get("/user/memberships/orgs/other").status_code == 404


def test_teams(http: httpx2.Client, simulator: Simulator) -> None:
    carol = as_person(http, simulator, "carol", "read:org")
    path = "/orgs/acme/teams/{}/memberships/{}"
    assert carol.get(path.format("platform", "carol")).json()["state"] == "active"
    assert carol.get(path.format("design", "carol")).status_code == 404
    assert carol.get(path.format("platform", "nobody")).status_code == 404
    assert as_person(http, simulator, "bob", "read:org").get(path.format("platform", "carol")).status_code == 404


def test_membership_that_ends_ends_at_once(http: httpx2.Client, simulator: Simulator) -> None:
    carol = as_person(http, simulator, "carol", "read:org")
    simulator.set_membership("carol", "acme", None)
    assert carol.get("/user/memberships/orgs/acme").status_code == 404


def delete(http: httpx2.Client, what: str, body: object, *, client_id: str = "gatehouse", secret: str | None = None) -> int:
    request = http.build_request("DELETE", f"/api/v3/applications/gatehouse/{what}", json=body)
    return http.send(request, auth=httpx2.BasicAuth(client_id, "s" if secret is None else secret)).status_code


def test_an_application_gives_one_token_back(http: httpx2.Client, simulator: Simulator) -> None:
    one, other = simulator.access_token("alice"), simulator.access_token("alice")
    assert delete(http, "token", {"access_token": one}) == 204
    assert Api(http, one).get("/user").status_code == 401
    assert Api(http, other).get("/user").status_code == 200
    assert delete(http, "token", {"access_token": one}) == 404


def test_an_application_gives_all_that_it_holds_of_a_person_back(http: httpx2.Client, simulator: Simulator) -> None:
    one, other = simulator.access_token("alice"), simulator.access_token("alice")
    elsewhere, bobs = simulator.access_token("alice", client_id="elsewhere"), simulator.access_token("bob")
    assert delete(http, "grant", {"access_token": one}) == 204
    assert [Api(http, token).get("/user").status_code for token in (one, other, elsewhere, bobs)] == [401, 401, 200, 200]


def test_only_the_application_itself_gives_tokens_back(http: httpx2.Client, simulator: Simulator) -> None:
    token = {"access_token": simulator.access_token("alice")}
    assert delete(http, "token", token, client_id="another") == 401
    assert delete(http, "token", token, secret="") == 401
    assert delete(http, "token", {"access_token": simulator.access_token("alice", client_id="another")}) == 404
    assert delete(http, "token", {"access_token": 1}) == 422
    assert delete(http, "grant", {}) == 422
    assert Api(http, token["access_token"]).get("/user").status_code == 200


@pytest.mark.parametrize("header", ["Basic", "Basic %%%", "Basic /w==", "Bearer Z2F0ZWhvdXNlOnM="])
def test_a_malformed_basic_header_is_no_application(http: httpx2.Client, header: str) -> None:
    response = http.request("DELETE", "/api/v3/applications/gatehouse/token", json={}, headers={"authorization": header})
    assert response.status_code == 401
