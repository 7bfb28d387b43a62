"""GitHub: "Authorizing OAuth apps", step 2; "Refreshing user access tokens"; "Troubleshooting access token requests"."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from oauth_bridge.github.simulator import Simulator
from tests.oauth_bridge.github.simulator.conftest import CALLBACK, Api, Clock
from tests.oauth_bridge.github.simulator.test_oauth import authorize_url

VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


def code_of(simulator: Simulator, *, login: str = "alice", **changes: str | None) -> str:
    return parse_qs(urlsplit(simulator.approve(authorize_url(simulator, **changes), login=login)).query)["code"][0]


def exchange(http: httpx2.Client, **changes: str | None) -> httpx2.Response:
    form = {"client_id": "gatehouse", "client_secret": "secret", **changes}
    sent = {name: value for name, value in form.items() if value is not None}
    return http.post("/login/oauth/access_token", data=sent, headers={"accept": "application/json"})


def test_a_code_becomes_a_token_of_the_person_who_pressed_the_button(simulator: Simulator, http: httpx2.Client) -> None:
    answer = exchange(http, code=code_of(simulator, login="bob"), redirect_uri=CALLBACK)
    body = answer.json()
    assert answer.headers["content-type"].startswith("application/json")
    assert set(body) == {"access_token", "scope", "token_type"}
    assert body["scope"] == "read:user,user:email"
    assert body["token_type"] == "bearer"
    assert body["access_token"].startswith("gho_")
    assert Api(http, body["access_token"]).get("/user").json()["id"] == 1002


def test_without_accept_the_answer_is_a_form(simulator: Simulator, http: httpx2.Client) -> None:
    form = {"client_id": "gatehouse", "client_secret": "secret", "code": code_of(simulator)}
    answer = http.post("/login/oauth/access_token", data=form)
    assert answer.headers["content-type"].startswith("application/x-www-form-urlencoded")
    assert parse_qs(answer.text)["access_token"][0].startswith("gho_")


def test_a_json_body_does_as_well(simulator: Simulator, http: httpx2.Client) -> None:
    body = {"client_id": "gatehouse", "client_secret": "secret", "code": code_of(simulator)}
    answer = http.post("/login/oauth/access_token", json=body, headers={"accept": "application/json"})
    assert answer.json()["access_token"]


def test_unknown_and_included_scopes_are_dropped(simulator: Simulator, http: httpx2.Client) -> None:
    code = code_of(simulator, scope="repo,public_repo user read:user nonsense")
    assert exchange(http, code=code).json()["scope"] == "repo,user"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_secret": None}, "incorrect_client_credentials"),
        ({"client_secret": ""}, "incorrect_client_credentials"),
        ({"client_id": None}, "incorrect_client_credentials"),
        ({"client_id": "another"}, "bad_verification_code"),
        ({"code": "0" * 20}, "bad_verification_code"),
        ({"code": None}, "bad_verification_code"),
        ({"redirect_uri": CALLBACK + "/"}, "redirect_uri_mismatch"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token", "refresh_token": "ghr_x"}, "bad_refresh_token"),
    ],
)
def test_a_wrong_exchange_is_refused_with_status_200(
    simulator: Simulator, http: httpx2.Client, changes: dict[str, str | None], error: str
) -> None:
    answer = exchange(http, **{"code": code_of(simulator), **changes})
    assert answer.status_code == 200
    assert set(answer.json()) == {"error", "error_description", "error_uri"}
    assert answer.json()["error"] == error


def test_with_a_fixed_secret_another_one_is_refused(simulator: Simulator, http: httpx2.Client) -> None:
    simulator.configure(client_secret="right")
    code = code_of(simulator)
    assert exchange(http, code=code).json()["error"] == "incorrect_client_credentials"
    assert "access_token" in exchange(http, code=code, client_secret="right").json()


def test_a_code_works_once(simulator: Simulator, http: httpx2.Client) -> None:
    code = code_of(simulator)
    assert "access_token" in exchange(http, code=code).json()
    assert exchange(http, code=code).json()["error"] == "bad_verification_code"


def test_a_code_lives_ten_minutes(simulator: Simulator, http: httpx2.Client, clock: Clock) -> None:
    early, late = code_of(simulator), code_of(simulator)
    clock.seconds += 599
    assert "access_token" in exchange(http, code=early).json()
    clock.seconds += 2
    assert exchange(http, code=late).json()["error"] == "bad_verification_code"


def test_the_ticket_of_the_page_is_no_code(simulator: Simulator, http: httpx2.Client) -> None:
    ticket = http.get(authorize_url(simulator)).text.split('name="ticket" value="')[1].split('"')[0]
    assert exchange(http, code=ticket).json()["error"] == "bad_verification_code"


@pytest.mark.parametrize("verifier", ["w" * 64, "", None, CHALLENGE])
def test_a_wrong_verifier_opens_nothing_and_uses_the_code_up(
    simulator: Simulator, http: httpx2.Client, verifier: str | None
) -> None:
    """RFC 7636 §4.6."""
    code = code_of(simulator, code_challenge=CHALLENGE, code_challenge_method="S256")
    assert exchange(http, code=code, code_verifier=verifier).json()["error"] == "bad_verification_code"
    assert exchange(http, code=code, code_verifier=VERIFIER).json()["error"] == "bad_verification_code"


def test_the_right_verifier_opens(simulator: Simulator, http: httpx2.Client) -> None:
    code = code_of(simulator, code_challenge=CHALLENGE, code_challenge_method="S256")
    assert "access_token" in exchange(http, code=code, code_verifier=VERIFIER).json()


def test_a_verifier_without_a_challenge_is_refused(simulator: Simulator, http: httpx2.Client) -> None:
    """RFC 9700 §2.1.1: else an attacker could strip the challenge from the request."""
    assert exchange(http, code=code_of(simulator), code_verifier=VERIFIER).json()["error"] == "bad_verification_code"


def test_expiring_tokens_come_with_a_refresh_token_and_expire(simulator: Simulator, http: httpx2.Client, clock: Clock) -> None:
    simulator.configure(expiring_tokens=True)
    body = exchange(http, code=code_of(simulator)).json()
    assert (body["expires_in"], body["refresh_token_expires_in"]) == (28_800, 15_897_600)
    assert body["refresh_token"].startswith("ghr_")
    api = Api(http, body["access_token"])
    clock.seconds += 28_799
    assert api.get("/user").status_code == 200
    clock.seconds += 1
    assert api.get("/user").status_code == 401


def test_a_refresh_token_works_once_and_takes_the_old_access_token_along(simulator: Simulator, http: httpx2.Client) -> None:
    simulator.configure(expiring_tokens=True)
    first = exchange(http, code=code_of(simulator)).json()
    second = exchange(http, grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    assert second["scope"] == first["scope"]
    assert Api(http, first["access_token"]).get("/user").status_code == 401
    assert Api(http, second["access_token"]).get("/user").status_code == 200
    again = exchange(http, grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    assert again["error"] == "bad_refresh_token"


@pytest.mark.parametrize("changes", [{"client_id": "another"}, {"refresh_token": ""}])
def test_a_refresh_token_belongs_to_its_client(simulator: Simulator, http: httpx2.Client, changes: dict[str, str]) -> None:
    simulator.configure(expiring_tokens=True)
    refresh_token = exchange(http, code=code_of(simulator)).json()["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token, **changes}
    assert exchange(http, **form).json()["error"] == "bad_refresh_token"


def test_a_refresh_token_opens_no_api_and_an_access_token_does_not_refresh(simulator: Simulator, http: httpx2.Client) -> None:
    simulator.configure(expiring_tokens=True)
    body = exchange(http, code=code_of(simulator)).json()
    assert Api(http, body["refresh_token"]).get("/user").status_code == 401
    assert exchange(http, grant_type="refresh_token", refresh_token=body["access_token"]).json()["error"] == "bad_refresh_token"


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"client_id": 1}', b'"text"'])
def test_json_of_another_shape_is_no_client(http: httpx2.Client, body: bytes) -> None:
    headers = {"content-type": "application/json", "accept": "application/json"}
    answer = http.post("/login/oauth/access_token", content=body, headers=headers)
    assert answer.json()["error"] == "incorrect_client_credentials"


def test_a_flood_of_pages_does_not_fill_the_memory(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oauth_bridge.github.simulator.state.MAX_REMEMBERED", 2)
    codes = [code_of(simulator) for _ in range(2)]
    assert simulator.state.attempt(codes[0]) is None
    assert simulator.state.attempt(codes[1]) is not None
