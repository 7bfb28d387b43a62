"""Threads of one server, on every database: one code, one refresh token, many callers (study of faults, G8)."""

from collections import Counter

from mcpserver import bearer
from oauth_bridge.models import Grant, RefreshToken, Session
from tests.conftest import Live
from tests.races.held import post_together
from tests.support.flow import OAuthClient, query, signed_in
from tests.support.rows import let_pass

CALLERS = 8


def code_form(client: OAuthClient, callback: str) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "client_id": client.client_id,
        "code": query(callback)["code"],
        "redirect_uri": client.redirect_uri,
        "code_verifier": client.verifier,
    }


def test_one_code_is_redeemed_once_and_the_winner_lives(live: Live) -> None:
    """RFC 6749 §4.1.2: duplicates that were under way together are a race and only refused; a later one is a replay."""
    for _ in range(3):
        client = OAuthClient.register(live.url)
        form = code_form(client, live.browser().sign_in(client.authorize_url()))
        answers = post_together(live.url, [("/token", form)] * CALLERS)
        assert Counter(answer.status for answer in answers) == {200: 1, 400: CALLERS - 1}
        assert {answer.body["error"] for answer in answers if answer.status == 400} == {"invalid_grant"}
        client.tokens = next(answer.body for answer in answers if answer.status == 200)
        assert Session.objects.filter(client__client_id=client.client_id).count() == 1
        assert client.mcp().status_code == 200
        assert client.refresh().status_code == 200
        let_pass(5, Grant)
        assert client.token(**form).json()["error"] == "invalid_grant"
        assert client.mcp().status_code == 401


def test_one_refresh_token_gives_everybody_the_same_pair(live: Live) -> None:
    """A client with several windows: no fork, nobody signed out, and no second token that could be stolen unnoticed."""
    client = signed_in(live.url, live.simulator)
    for _ in range(3):
        token = client.tokens["refresh_token"]
        form = {"grant_type": "refresh_token", "client_id": client.client_id, "refresh_token": token}
        answers = post_together(live.url, [("/token", form)] * CALLERS)
        assert {answer.status for answer in answers} == {200}
        assert len({(answer.body["access_token"], answer.body["refresh_token"]) for answer in answers}) == 1
        assert RefreshToken.objects.filter(revoked=None).count() == 1
        client.tokens = answers[0].body
        assert client.mcp().status_code == 200


def test_a_refresh_and_an_end_at_once_leave_nothing_usable(live: Live) -> None:
    """Whoever signs out while another window refreshes is signed out."""
    for _ in range(3):
        client = signed_in(live.url, live.simulator)
        token, me = client.tokens["refresh_token"], {"client_id": client.client_id}
        refresh = {"grant_type": "refresh_token", "refresh_token": token, **me}
        both = [("/token", refresh)] * 3 + [("/revoke", {"token": token, **me})] + [("/token", refresh)] * 3
        for answer in post_together(live.url, both):
            assert answer.status in {200, 400}
            if "access_token" in answer.body:
                bearer.CACHE.forget()
                assert client.mcp(token=answer.body["access_token"]).status_code == 401
                assert client.refresh(answer.body["refresh_token"]).json()["error"] == "invalid_grant"
        assert client.refresh(token).json()["error"] == "invalid_grant"
