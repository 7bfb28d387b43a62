"""Limits for each address (``RATE_TOKEN``, ``RATE_LOGIN``): 429 with ``Retry-After``, a page for people, JSON for programs."""

from collections.abc import Callable

import httpx2
import pytest
from pytest_django import Settings

from oauth_bridge import failed_attempts
from oauth_bridge.models import PendingAuthorization, SignInAttempt
from tests.conftest import Live
from tests.support.flow import OAuthClient, signed_in
from tests.support.tabs import open_consent

A_DAY = 86_400


def six(ask: Callable[[dict[str, str]], httpx2.Response]) -> list[httpx2.Response]:
    """Ask six times, each time claiming another address."""
    return [ask({"X-Forwarded-For": f"203.0.113.{number}", "X-Real-IP": f"203.0.113.{number}"}) for number in range(6)]


def test_authorization_requests_are_slowed(live: Live, settings: Settings) -> None:
    """Each costs a row: a stranger with a known client id must not fill the table."""
    client = OAuthClient.register(live.url)
    settings.RATE_TOKEN = (3, A_DAY)
    answers = six(lambda headers: client.http.get(client.authorize_url(), headers=headers))
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429, 429]
    assert answers[-1].headers["content-type"].startswith("text/html")
    assert int(answers[-1].headers["retry-after"]) > 0
    assert PendingAuthorization.objects.count() == 3
    program = client.http.get(client.authorize_url(), headers={"Accept": "application/json"})
    assert (program.status_code, program.json()["error"]) == (429, "temporarily_unavailable")


def test_sign_ins_are_slowed(live: Live, settings: Settings) -> None:
    settings.RATE_LOGIN = (3, A_DAY)
    browser = live.browser()
    answers = six(lambda headers: browser.http.get("/login/github", headers=headers))
    assert [answer.status_code for answer in answers] == [303, 303, 303, 429, 429, 429]
    assert SignInAttempt.objects.count() == 3


def test_a_new_browser_is_slowed_like_the_others_of_its_address(live: Live, settings: Settings) -> None:
    settings.RATE_LOGIN = (3, A_DAY)
    answers = six(lambda headers: live.browser().http.get("/login/github", headers=headers))
    assert [answer.status_code for answer in answers] == [303, 303, 303, 429, 429, 429]
    assert answers[-1].headers["content-type"].startswith("text/html")


def test_one_client_of_a_shared_address_does_not_stop_the_others(live: Live, settings: Settings) -> None:
    """Claude's servers redeem codes for everybody who uses it."""
    wild, honest = OAuthClient.register(live.url, client_name="Wild"), OAuthClient.register(live.url)
    callback = live.browser().sign_in(honest.authorize_url())
    settings.RATE_TOKEN = (4, A_DAY)
    loop = [wild.token(grant_type="refresh_token", refresh_token="x").status_code for _ in range(8)]
    assert loop == [400] * 4 + [429] * 4
    assert honest.redeem(callback).status_code == 200
    assert honest.refresh().status_code == 200


def failing(client: OAuthClient, form: dict[str, str]) -> list[int]:
    """Return the statuses of more failures than are answered at once."""
    return [client.http.post("/token", data=form).status_code for _ in range(failed_attempts.FREE + 3)]


@pytest.mark.parametrize("kind", ["secret", "code", "refresh token"])
def test_failures_are_slowed_and_what_is_right_is_not(live: Live, kind: str) -> None:
    """A stranger behind the same address must not be able to lock the others out by failing in their name."""
    client = OAuthClient.register(live.url, token_endpoint_auth_method="client_secret_post")
    callback = live.browser().sign_in(client.authorize_url())
    me = {"client_id": client.client_id, "client_secret": client.client_secret or ""}
    form, status = {
        "secret": (me | {"client_secret": "guess", "grant_type": "refresh_token", "refresh_token": "x"}, 401),
        "code": (me | {"grant_type": "authorization_code", "code": "x", "code_verifier": client.verifier}, 400),
        "refresh token": (me | {"grant_type": "refresh_token", "refresh_token": "x"}, 400),
    }[kind]
    assert failing(client, form) == [status] * failed_attempts.FREE + [429] * 3
    answer = client.http.post("/token", data=form)
    assert 0 < int(answer.headers["retry-after"]) <= 300
    assert answer.json() == {
        "error": "temporarily_unavailable",
        "error_description": "Too many attempts failed. Try again later.",
    }
    assert client.redeem(callback).status_code == 200
    assert client.refresh().status_code == 200


def test_an_old_refresh_token_is_no_guess(live: Live) -> None:
    """Whoever lost access hears ``invalid_grant``, however often a library asks (seen: 841 times in 90 s)."""
    client = signed_in(live.url, live.simulator)
    client.http.post("/revoke", data={"client_id": client.client_id, "token": client.tokens["access_token"]})
    form = {"client_id": client.client_id, "grant_type": "refresh_token", "refresh_token": client.tokens["refresh_token"]}
    assert set(failing(client, form)) == {400}


def test_presses_that_lead_to_github_are_slowed(live: Live, settings: Settings) -> None:
    browser, consent = open_consent(live, OAuthClient.register(live.url))
    settings.RATE_LOGIN = (2, A_DAY)
    assert [browser.press(consent, "allow").status_code for _ in range(4)] == [303, 303, 429, 429]


@pytest.mark.parametrize("name", ["REGISTER", "TOKEN", "LOGIN"])
def test_the_throttle_of_one_kind_does_not_stop_another(live: Live, settings: Settings, name: str) -> None:
    setattr(settings, f"RATE_{name}", (0, A_DAY))
    http = OAuthClient.register(live.url).http if name != "REGISTER" else live.browser().http
    expected = {"REGISTER": [429, 401, 303], "TOKEN": [201, 429, 303], "LOGIN": [201, 401, 429]}[name]
    uris = {"redirect_uris": ["https://client.example/cb"]}
    got = [http.post("/register", json=uris), http.post("/token", data={"client_id": "x"}), http.get("/login/github")]
    assert [answer.status_code for answer in got] == expected
    assert http.get("/health").status_code == 200
