"""``POST /revoke`` (RFC 7009): either token ends the whole session, at once, and a stranger ends nothing."""

import httpx2
import pytest

from oauth_bridge.models import Session
from oauth_bridge.protocol import tokens
from tests.conftest import Live
from tests.support.flow import OAuthClient, connect, signed_in


def revoke(client: OAuthClient, token: str, **form: str) -> httpx2.Response:
    return client.http.post("/revoke", data={"client_id": client.client_id, "token": token, **form})


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token", "nonsense"])
def test_either_token_ends_everything_at_once(live: Live, which: str, hint: str | None) -> None:
    """RFC 7009 §2.1: the hint is only a hint. The access token is in the cache, and is refused all the same."""
    client = signed_in(live.url, live.simulator)
    assert client.mcp().status_code == 200
    answer = revoke(client, client.tokens[which], **({"token_type_hint": hint} if hint else {}))
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["cache-control"] == "no-store"
    assert client.mcp().status_code == 401
    assert client.refresh().json()["error"] == "invalid_grant"
    assert Session.objects.get().end_reason == Session.EndReason.CLIENT


def test_an_unknown_token_is_answered_like_a_known_one(live: Live) -> None:
    """RFC 7009 §2.2: 200, and the answer tells a stranger nothing."""
    client = signed_in(live.url, live.simulator)
    known = revoke(client, client.tokens["access_token"])
    for token in (tokens.mint(tokens.ACCESS_TOKEN), "x", "x" * 5000, client.tokens["access_token"]):
        answer = revoke(client, token)
        assert (answer.status_code, answer.content) == (known.status_code, known.content)


def test_another_clients_token_is_not_ended(live: Live) -> None:
    """django-oauth-toolkit #727: whoever holds a stolen token cannot end the session through a client of their own."""
    victim, thief = signed_in(live.url, live.simulator), OAuthClient.register(live.url)
    for token in (victim.tokens["access_token"], victim.tokens["refresh_token"]):
        assert revoke(thief, token).status_code == 200
    assert victim.mcp().status_code == 200
    assert victim.refresh().status_code == 200


def test_an_old_refresh_token_still_ends_its_session(live: Live) -> None:
    """A client that signs out with what it has must not leave a newer pair alive."""
    client = signed_in(live.url, live.simulator)
    first = client.tokens["refresh_token"]
    client.refresh()
    revoke(client, first)
    assert client.mcp().status_code == 401
    assert client.refresh().json()["error"] == "invalid_grant"


def test_who_asks_is_checked_as_at_the_token_endpoint(live: Live) -> None:
    client = signed_in(live.url, live.simulator, token_endpoint_auth_method="client_secret_post")
    http = connect(live.url)
    token = client.tokens["access_token"]
    for form in (
        {},
        {"client_id": client.client_id},
        {"client_id": client.client_id, "client_secret": "x"},
        {"client_id": "nobody"},
    ):
        answer = http.post("/revoke", data={**form, "token": token})
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), form
    assert revoke(client, "", client_secret=client.client_secret or "").json()["error"] == "invalid_request"
    assert http.get("/revoke", params={"token": token}).status_code == 405
    assert client.mcp().status_code == 200
    assert revoke(client, token, client_secret=client.client_secret or "").status_code == 200
    assert client.mcp().status_code == 401
