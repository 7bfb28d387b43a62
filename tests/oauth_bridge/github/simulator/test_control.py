"""The control API, as another process uses it, and its Python face."""

import httpx2
import pytest

from oauth_bridge.github.simulator import Simulator
from oauth_bridge.github.simulator.controls import BadSetting
from oauth_bridge.github.simulator.people import LoginTaken, UnknownLogin
from tests.oauth_bridge.github.simulator.conftest import Api
from tests.oauth_bridge.github.simulator.test_exchange import code_of, exchange


def order(http: httpx2.Client, path: str, body: object, **headers: str) -> httpx2.Response:
    return http.post(f"/_simulator/{path}", json=body, headers={name.replace("_", "-"): text for name, text in headers.items()})


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://localhost:8000"},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-origin"},
    ],
)
def test_web_pages_cannot_give_orders(http: httpx2.Client, alice: Api, headers: dict[str, str]) -> None:
    assert order(http, "revoke", {"login": "alice"}, **headers).status_code == 403
    assert alice.get("/user").status_code == 200


def test_only_json_is_taken(http: httpx2.Client) -> None:
    assert http.post("/_simulator/revoke", data={"login": "alice"}).status_code == 415
    assert http.post("/_simulator/reset").status_code == 415


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("revoke", {}),
        ("revoke", {"login": "nobody"}),
        ("revoke", [1]),
        ("people", {"login": "alice"}),
        ("people", {"action": "rename", "login": "alice", "to": "bob"}),
        ("people", {"action": "add", "login": "bob", "id": 7}),
        ("people", {"action": "add", "login": "zoe", "id": 1001}),
        ("people", {"action": "add", "login": "zoe", "id": "7"}),
        ("people", {"action": "add", "login": "zoe", "id": 7, "name": 7}),
        ("people", {"action": "membership", "login": "bob", "org": "nowhere", "state": "active"}),
        ("people", {"action": "membership", "login": "bob", "org": "acme", "state": "owner"}),
        ("people", {"action": "membership", "login": "bob", "org": "acme", "state": "active", "teams": "platform"}),
        ("faults", {"path": "/", "kind": "meteor"}),
        ("faults", {"kind": "hang"}),
        ("faults", {"path": "/", "kind": "hang", "times": 0}),
        ("faults", {"path": "/", "kind": "hang", "times": True}),
        ("faults", {"path": "/", "kind": "status", "status": "500"}),
        ("faults", {"path": "/", "kind": "hang", "colour": "red"}),
        ("settings", {"colour": "red"}),
        ("settings", {"expiring_tokens": 1}),
    ],
)
def test_an_order_without_sense_is_refused_and_changes_nothing(http: httpx2.Client, path: str, body: object) -> None:
    before = http.get("/_simulator/people").json()
    response = order(http, path, body)
    assert response.status_code == 422
    assert response.json()["error"]
    assert http.get("/_simulator/people").json() == before
    assert http.get("/").status_code == 200


def test_broken_json_is_refused(http: httpx2.Client) -> None:
    response = http.post("/_simulator/reset", content=b"{", headers={"content-type": "application/json"})
    assert response.status_code == 422


def test_unknown_orders_name_the_known_ones(http: httpx2.Client) -> None:
    response = http.get("/_simulator/nothing")
    assert response.status_code == 404
    assert "POST /_simulator/faults" in response.json()["error"]


def test_revoking_kills_old_tokens_and_not_new_ones(http: httpx2.Client, simulator: Simulator, alice: Api) -> None:
    assert order(http, "revoke", {"login": "ALICE"}).status_code == 200
    assert alice.get("/user").status_code == 401
    assert alice.get("/user").json()["message"] == "Bad credentials"
    simulator.state.now.seconds += 1  # type: ignore[attr-defined]  # the fixture's clock
    assert Api(http, simulator.access_token("alice")).get("/user").status_code == 200


def test_a_renamed_person_keeps_the_id_and_a_stranger_may_take_the_old_login(
    http: httpx2.Client, simulator: Simulator, alice: Api
) -> None:
    assert order(http, "people", {"action": "rename", "login": "alice", "to": "alicia"}).status_code == 200
    assert order(http, "people", {"action": "add", "login": "alice", "id": 7777, "name": "Not Alice"}).status_code == 200
    assert [alice.get("/user").json()[name] for name in ("id", "login")] == [1001, "alicia"]
    stranger = exchange(http, code=code_of(simulator, login="alice")).json()["access_token"]
    assert Api(http, stranger).get("/user").json()["id"] == 7777


def test_a_closed_account_opens_nothing(http: httpx2.Client, alice: Api) -> None:
    assert order(http, "people", {"action": "remove", "login": "alice"}).status_code == 200
    assert alice.get("/user").status_code == 401


def test_membership_comes_and_goes(http: httpx2.Client, simulator: Simulator) -> None:
    bob = Api(http, simulator.access_token("bob", scope="read:org"))
    joined = {"action": "membership", "login": "bob", "org": "acme", "state": "active", "teams": ["platform"]}
    assert order(http, "people", joined).status_code == 200
    assert bob.get("/orgs/acme/teams/platform/memberships/bob").status_code == 200
    assert order(http, "people", {**joined, "state": None}).status_code == 200
    assert bob.get("/user/memberships/orgs/acme").status_code == 404


def test_settings_and_faults_can_be_set_from_outside(http: httpx2.Client, simulator: Simulator, alice: Api) -> None:
    assert order(http, "settings", {"expiring_tokens": True, "access_lifetime_seconds": 60}).status_code == 200
    assert exchange(http, code=code_of(simulator)).json()["expires_in"] == 60
    assert order(http, "faults", {"path": "/api/v3/user", "kind": "status", "status": 503}).status_code == 200
    assert alice.get("/user").status_code == 503


def test_the_log_shows_what_was_asked_and_leaves_orders_out(http: httpx2.Client, simulator: Simulator, alice: Api) -> None:
    alice.get("/user?x=1")
    (asked,) = http.get("/_simulator/requests").json()["requests"]
    assert (asked["method"], asked["path"], asked["query"]) == ("GET", "/api/v3/user", "x=1")
    assert asked["headers"]["authorization"] == f"Bearer {alice.token}"
    assert [request.path for request in simulator.requests] == ["/api/v3/user"]


def test_a_leaked_secret_is_found_wherever_it_is(http: httpx2.Client, simulator: Simulator) -> None:
    http.get("/one?token=s3cret")
    http.get("/two", headers={"authorization": "Bearer s3cret"})
    http.post("/three", content=b"token=s3cret")
    http.get("/four")
    assert [request.path for request in simulator.requests_holding("s3cret")] == ["/one", "/two", "/three"]


def test_reset_brings_the_first_day_back(http: httpx2.Client, simulator: Simulator, alice: Api) -> None:
    simulator.rename("alice", "alicia")
    simulator.revoke("alicia")
    simulator.configure(rate_limit=0)
    assert order(http, "reset", {}).status_code == 200
    assert alice.get("/user").json()["login"] == "alice"


def test_the_python_face_refuses_nonsense(simulator: Simulator) -> None:
    with pytest.raises(BadSetting, match="rate_limit"):
        simulator.configure(rate_limit="many")
    with pytest.raises(UnknownLogin):
        simulator.revoke("nobody")
    with pytest.raises(LoginTaken):
        simulator.add_person("Bob", person_id=7)
