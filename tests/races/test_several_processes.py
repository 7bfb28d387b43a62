"""Processes on one PostgreSQL, as replicas are: exactly one grant, at most one usable refresh token, no 5xx (G8)."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from oauth_bridge.models import AccessRequest, AllowRule, GitHubCredential, Grant, RefreshToken, Session
from tests.conftest import Live
from tests.races.crew import Crew
from tests.races.test_one_server import code_form
from tests.support import needs
from tests.support.flow import OAuthClient, form_fields, signed_in
from tests.support.rows import let_pass
from tests.support.tabs import open_consent, signed_in_browser

PROCESSES, ROUNDS = 5, 4


@pytest.fixture(scope="module")
def crew(django_db_setup: None) -> Iterator[Crew]:
    """Return processes that are warm and connected."""
    if not needs.variable("DATABASE_URL").startswith("postgres"):
        needs.missing("PostgreSQL (DATABASE_URL=postgres://…): SQLite has one writer, so processes cannot race on it")
    workers = Crew(PROCESSES)
    yield workers
    workers.end()


def statuses(answers: list[dict[str, Any]]) -> Counter[int]:
    return Counter(answer["status"] for answer in answers)


def test_one_code_over_all_processes(live: Live, crew: Crew) -> None:
    """One 200; the others hear ``invalid_grant``; a replay afterwards ends what came of it."""
    for _ in range(ROUNDS):
        client = OAuthClient.register(live.url)
        form = code_form(client, live.browser().sign_in(client.authorize_url()))
        answers = crew.post("/token", form)
        assert statuses(answers) == {200: 1, 400: PROCESSES - 1}
        assert {answer["body"]["error"] for answer in answers if answer["status"] == 400} == {"invalid_grant"}
        sessions = Session.objects.filter(client__client_id=client.client_id)
        assert sessions.count() == 1
        assert RefreshToken.objects.filter(session__in=sessions).count() == 1
        let_pass(5, Grant)
        assert statuses(crew.post("/token", form)) == {400: PROCESSES}
        assert sessions.get().end_reason == Session.EndReason.CODE_REPLAY
        client.tokens = next(answer["body"] for answer in answers if answer["status"] == 200)
        assert client.mcp().status_code == 401


def test_one_refresh_token_over_all_processes(live: Live, crew: Crew) -> None:
    """The same pair for all, one usable refresh token, and the end of it all once the old one is shown again later."""
    client = signed_in(live.url, live.simulator)
    first = client.tokens["refresh_token"]
    for _ in range(ROUNDS):
        form = {"grant_type": "refresh_token", "client_id": client.client_id, "refresh_token": client.tokens["refresh_token"]}
        answers = crew.post("/token", form)
        assert statuses(answers) == {200: PROCESSES}
        assert len({(answer["body"]["access_token"], answer["body"]["refresh_token"]) for answer in answers}) == 1
        assert RefreshToken.objects.filter(revoked=None).count() == 1
        client.tokens = answers[0]["body"]
        assert client.mcp().status_code == 200
    let_pass(61, RefreshToken)
    answers = crew.post("/token", {"grant_type": "refresh_token", "client_id": client.client_id, "refresh_token": first})
    assert statuses(answers) == {400: PROCESSES}
    assert Session.objects.get().end_reason == Session.EndReason.REFRESH_REUSE
    assert client.refresh().json()["error"] == "invalid_grant"


def test_allow_pressed_in_all_processes(live: Live, crew: Crew) -> None:
    """One code, one grant; it can be redeemed once."""
    browser = signed_in_browser(live)
    for _ in range(ROUNDS):
        client = OAuthClient.register(live.url, client_name="Racer")
        _, consent = open_consent(live, client, browser)
        cookies = {cookie.name: cookie.value or "" for cookie in browser.http.cookies.jar}
        answers = crew.post("/auth", {**consent.fields, "decision": "allow"}, cookies=cookies)
        assert statuses(answers) == {303: PROCESSES}
        locations = {answer["location"] for answer in answers}
        assert len(locations) == 1
        assert Grant.objects.filter(application__client_id=client.client_id).count() == 1
        assert client.redeem(locations.pop()).status_code == 200


def test_allow_and_deny_at_once(live: Live, crew: Crew) -> None:
    """One of the two holds: never a code beside ``access_denied``."""
    browser = signed_in_browser(live)
    for number in range(ROUNDS):
        client = OAuthClient.register(live.url, client_name=f"Racer {number}")
        _, consent = open_consent(live, client, browser)
        cookies = {cookie.name: cookie.value or "" for cookie in browser.http.cookies.jar}
        forms = [
            "&".join(f"{name}={value}" for name, value in consent.fields.items()) + f"&decision={word}"
            for word in ("allow", "deny")
        ]
        order = {"do": "post", "path": "/auth", "cookies": cookies}
        answers = crew.together([{**order, "form": forms[turn % 2]} for turn in range(PROCESSES)])
        assert set(statuses(answers)) <= {303, 409}
        told = [answer["location"] for answer in answers if answer["location"]]
        codes, denials = {url for url in told if "code=" in url}, {url for url in told if "error=access_denied" in url}
        assert len(codes) + bool(denials) == 1, told
        assert Grant.objects.filter(application__client_id=client.client_id).count() == len(codes)


def test_one_rule_claimed_by_several_accounts(live: Live, crew: Crew) -> None:
    """A freed login is bound to exactly one number, and stays bound to it."""
    for _ in range(ROUNDS):
        AllowRule.objects.update(github_id=None)
        answers = crew.together([{"do": "bind", "github_id": 5000 + number, "login": "alice"} for number in range(PROCESSES)])
        winners = [5000 + number for number, answer in enumerate(answers) if answer["bound"]]
        assert winners == [AllowRule.objects.get().github_id]


def test_a_refresh_and_an_end_in_different_processes(live: Live, crew: Crew) -> None:
    """Whatever the order: after the end nothing that the race gave out is good."""
    for _ in range(ROUNDS):
        client = signed_in(live.url, live.simulator)
        me = f"client_id={client.client_id}"
        refresh = {
            "do": "post",
            "path": "/token",
            "cookies": {},
            "form": f"{me}&grant_type=refresh_token&refresh_token={client.tokens['refresh_token']}",
        }
        revoke = {"do": "post", "path": "/revoke", "cookies": {}, "form": f"{me}&token={client.tokens['access_token']}"}
        answers = crew.together([refresh, revoke, refresh, revoke, refresh])
        assert set(statuses(answers)) <= {200, 400}
        for body in (answer["body"] for answer in answers if "access_token" in answer["body"]):
            assert client.mcp(token=body["access_token"]).status_code == 401
            assert client.refresh(body["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_token_of_github_is_renewed_by_one_process(live: Live, crew: Crew) -> None:
    """GitHub's refresh token works once: with two askers, the second would end what the first got."""
    live.simulator.configure(expiring_tokens=True)
    signed_in(live.url, live.simulator)
    for renewed in range(1, ROUNDS + 1):
        GitHubCredential.objects.update(expires_at=timezone.now())
        live.simulator.fault("/login/oauth/access_token", "slow", seconds=0.1)
        answers = crew.together([{"do": "renew", "session_id": str(Session.objects.get().pk)}] * PROCESSES)
        assert len({answer["token"] for answer in answers}) == 1
        assert live.simulator.state.live_token(answers[0]["token"]) is not None
        asked = [request for request in live.simulator.requests if request.form().get("grant_type") == "refresh_token"]
        assert len(asked) == renewed


def test_access_is_asked_for_once_over_all_processes(live: Live, crew: Crew) -> None:
    """One open request for an account, whoever answers the button."""
    for number in range(ROUNDS):
        login = f"asker-{number}"
        live.simulator.add_person(login, person_id=7000 + number)
        browser, consent = open_consent(live, OAuthClient.register(live.url))
        page = browser.at_github(browser.press(consent, "allow").headers["location"], login=login)
        cookies = {cookie.name: cookie.value or "" for cookie in browser.http.cookies.jar}
        answers = crew.post("/login/access", {**form_fields(page.text), "message": "please"}, cookies=cookies)
        assert statuses(answers) == {200: PROCESSES}
        assert AccessRequest.objects.filter(github_id=7000 + number).count() == 1
