"""Advisories on codes and tokens: PKCE, single use, rotation, revocation, audience."""

import pytest

from mcpserver import bearer
from oauth_bridge.models import AccessToken, AuthEvent, RefreshToken, Session
from tests.conftest import Live
from tests.races.held import post_together
from tests.support.flow import OAuthClient, challenge, query, signed_in
from tests.support.rows import granted
from tests.support.tabs import open_consent


def waiting_code(live: Live) -> tuple[OAuthClient, str]:
    """Return a client, and the URL that brought its code."""
    client = OAuthClient.register(live.url)
    return client, live.browser().sign_in(client.authorize_url())


def test_cve_2025_4144_a_code_needs_its_verifier_whatever_the_request_leaves_out(live: Live) -> None:
    """workers-oauth-provider: PKCE was checked only when the token request brought a verifier."""
    client, callback = waiting_code(live)
    form = {"grant_type": "authorization_code", "code": query(callback)["code"], "redirect_uri": client.redirect_uri}
    for changes in ({}, {"code_verifier": ""}, {"code_verifier": challenge(client.verifier)}):
        assert client.token(**form, **changes).status_code == 400
    assert not Session.objects.exists()
    assert client.redeem(callback).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge": None},
        {"code_challenge": ""},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
        {"code_challenge_method": "s256"},
        {"code_challenge": "short"},
    ],
)
def test_cve_2023_48228_and_cve_2024_23647_pkce_is_not_negotiable(live: Live, changes: dict[str, str | None]) -> None:
    """authentik: without a challenge, or with a weaker method, a code was given all the same."""
    client = OAuthClient.register(live.url)
    answer = live.browser().http.get(client.authorize_url(**changes))
    assert answer.status_code in {302, 303}
    told = query(answer.headers["location"])
    assert told["error"] == "invalid_request"
    assert "code" not in told
    assert granted() == {}


def test_cve_2026_1035_check_and_use_of_a_refresh_token_are_one_step(live: Live) -> None:
    """Keycloak: between reading and writing, several callers each got a chain of their own."""
    client = signed_in(live.url, live.simulator)
    form = {"grant_type": "refresh_token", "client_id": client.client_id, "refresh_token": client.tokens["refresh_token"]}
    answers = post_together(live.url, [("/token", form)] * 8)
    assert {answer.status for answer in answers} <= {200, 400}
    assert len({answer.body["refresh_token"] for answer in answers if answer.status == 200}) == 1
    assert RefreshToken.objects.filter(revoked=None).count() == 1
    assert AuthEvent.objects.filter(kind=AuthEvent.Kind.TOKENS_REFRESHED).count() == 1


def test_claude_code_2026_several_processes_of_one_client_stay_signed_in(live: Live) -> None:
    """Claude Code and FastMCP: strict rotation signed everybody out as soon as two windows refreshed one token."""
    client = signed_in(live.url, live.simulator)
    windows = [OAuthClient(client.http, client.client_id, tokens=dict(client.tokens)) for _ in range(3)]
    for window in windows:
        assert window.refresh().status_code == 200
    assert len({window.tokens["refresh_token"] for window in windows}) == 1
    assert [window.mcp().status_code for window in windows] == [200] * 3
    assert windows[2].refresh().status_code == 200
    assert windows[0].refresh().status_code == 200
    assert Session.objects.get().ended_at is None


def test_cve_2026_4282_nothing_of_one_kind_passes_for_another(live: Live) -> None:
    """Keycloak: one store for codes, states and the rest, without namespaces, let one be forged from another."""
    browser, consent = open_consent(live, client := OAuthClient.register(live.url))
    trip = browser.press(consent, "allow").headers["location"]
    callback = browser.at_github(trip, login="alice").headers["location"]
    owner = signed_in(live.url, live.simulator)
    values = {
        "pending": consent.fields["pending"],
        "state": query(trip)["state"],
        "code": query(callback)["code"],
        "access": owner.tokens["access_token"],
        "refresh": owner.tokens["refresh_token"],
    }
    code_form = {"grant_type": "authorization_code", "redirect_uri": client.redirect_uri, "code_verifier": client.verifier}
    before = granted()
    for kind, value in values.items():
        if kind != "code":
            assert client.token(**code_form, code=value).json()["error"] == "invalid_grant", kind
        if kind != "refresh":
            assert owner.token(grant_type="refresh_token", refresh_token=value).json()["error"] == "invalid_grant", kind
        if kind != "access":
            assert owner.mcp(token=value).status_code == 401, kind
        assert live.browser().http.get("/callback", params={"state": value, "code": value}).status_code == 400, kind
    assert granted() == before
    assert client.redeem(callback).status_code == 200


def test_dot_727_one_client_cannot_revoke_for_another(live: Live) -> None:
    """django-oauth-toolkit: any client could revoke any token that it had got hold of."""
    victim = signed_in(live.url, live.simulator)
    attacker = signed_in(live.url, live.simulator, client_name="Attacker")
    for name in ("access_token", "refresh_token"):
        assert attacker.http.post(
            "/revoke", data={"client_id": attacker.client_id, "token": victim.tokens[name]}
        ).status_code in {200, 400}
    bearer.CACHE.forget()
    assert victim.mcp().status_code == 200
    assert victim.refresh().status_code == 200


def test_dot_1816_the_grace_revives_nothing_that_was_revoked(live: Live) -> None:
    """django-oauth-toolkit: within its grace period a revoked refresh token gave new tokens again."""
    client = signed_in(live.url, live.simulator)
    old = client.tokens["refresh_token"]
    assert client.refresh().status_code == 200
    form = {"client_id": client.client_id, "token": client.tokens["refresh_token"]}
    assert client.http.post("/revoke", data=form).status_code == 200
    for token in (old, client.tokens["refresh_token"]):
        assert client.refresh(token).json()["error"] == "invalid_grant"
    assert client.mcp().status_code == 401


def test_cve_2025_69196_the_resource_is_this_server_and_no_other(live: Live) -> None:
    """FastMCP: ``resource`` was ignored, and a token good for whatever stood at the base URL."""
    client = OAuthClient.register(live.url)
    for resource in ("https://evil.example/mcp", live.url + ".evil.example/mcp", live.url + "/mcp/other", live.url + "/admin"):
        answer = live.browser().http.get(client.authorize_url(resource=resource))
        assert query(answer.headers["location"])["error"] == "invalid_target", resource
    callback = live.browser().sign_in(client.authorize_url())
    assert client.redeem(callback, resource="https://evil.example/mcp").json()["error"] == "invalid_target"
    assert client.redeem(callback).status_code == 200
    assert client.refresh(resource="https://evil.example/mcp").json()["error"] == "invalid_target"
    assert AccessToken.objects.get().resource == [f"{live.url}/mcp"]


def test_ghsa_95c3_6vvw_4mrq_a_token_of_another_deployment_opens_nothing(live: Live) -> None:
    """MCP registry: one audience for all deployments, so that a token of one could be replayed at the others."""
    client = signed_in(live.url, live.simulator)
    for audience in ("https://staging.example/mcp", "http://localhost:1/mcp", "gatehouse", ""):
        AccessToken.objects.update(resource=[audience])
        bearer.CACHE.forget()
        assert client.mcp().status_code == 401, audience
    AccessToken.objects.update(resource=[f"{live.url}/mcp"])
    assert client.mcp().status_code == 200
