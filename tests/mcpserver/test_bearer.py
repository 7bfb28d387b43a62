"""The bearer token at ``/mcp`` (RFC 6750, RFC 9728 §5.1, MCP authorization): header only, ours only, alive only."""

import time
from datetime import timedelta

import httpx2
import pytest
from django.db import transaction
from django.utils import timezone

from mcpserver import bearer
from oauth_bridge import sessions
from oauth_bridge.models import AccessToken, AllowRule, Client, Person, RevocationEpoch, Session
from oauth_bridge.protocol import tokens
from tests.conftest import Live
from tests.support.flow import OAuthClient, connect, signed_in
from tests.support.raw import ask

BODY = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
ACCEPT = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25"}


@pytest.fixture
def client(live: Live) -> OAuthClient:
    return signed_in(live.url, live.simulator)


@pytest.fixture
def epoch_read_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the epoch at each request, as if half a second had passed between any two."""
    monkeypatch.setattr(bearer, "EPOCH_SECONDS", 0.0)


def post(live: Live, *, headers: dict[str, str] | None = None, **more: object) -> httpx2.Response:
    return connect(live.url).post("/mcp", json=BODY, headers={**ACCEPT, **(headers or {})}, **more)  # type: ignore[arg-type]


def assert_challenged(answer: httpx2.Response, live: Live, error: str | None) -> None:
    """401 with everything that a client needs to sign in; an error exactly where a token was sent (RFC 6750 §3.1)."""
    assert answer.status_code == 401, answer.text
    challenge = answer.headers["www-authenticate"]
    assert challenge.startswith("Bearer ")
    assert f'resource_metadata="{live.url}/.well-known/oauth-protected-resource/mcp"' in challenge
    assert 'scope="read:user user:email"' in challenge
    assert ("error=" in challenge) == (error is not None)
    if error:
        assert f'error="{error}"' in challenge
    assert answer.headers["cache-control"] == "no-store"
    assert "result" not in answer.text


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PUT", "HEAD", "PATCH"])
def test_no_token_is_a_challenge_whatever_the_method(live: Live, method: str) -> None:
    """And before the body is looked at: the challenge does not depend on what was sent."""
    for content in (b"", b"not json", b"x" * 10_000):
        assert_challenged(connect(live.url).request(method, "/mcp", content=content), live, None)


def test_a_token_anywhere_but_in_the_header_is_not_read(live: Live, client: OAuthClient) -> None:
    """RFC 6750 §2.2 and §2.3 are not offered: URLs and forms end in logs, cookies are sent by any page."""
    token = client.tokens["access_token"]
    for headers in ({}, {"Authorization": f"Bearer {token}"}):
        in_url = post(live, params={"access_token": token}, headers=headers)
        assert (in_url.status_code, in_url.json()["error"]) == (400, "invalid_request")
        assert token not in in_url.text + str(in_url.headers)
    assert_challenged(post(live, params={"Authorization": f"Bearer {token}"}), live, None)
    assert_challenged(post(live, headers={"Cookie": f"access_token={token}; Authorization=Bearer {token}"}), live, None)
    assert_challenged(connect(live.url).post("/mcp", data={"access_token": token}, headers=ACCEPT), live, None)
    for name in ("X-Authorization", "Proxy-Authorization", "X-Access-Token", "Authorization_", "X-Api-Key"):
        assert_challenged(post(live, headers={name: f"Bearer {token}"}), live, None)


def test_the_scheme_is_bearer_in_any_case(live: Live, client: OAuthClient) -> None:
    """RFC 9110 §11.1: schemes are case-insensitive. Others are no credentials for us."""
    token = client.tokens["access_token"]
    for scheme in ("Bearer", "bearer", "BEARER"):
        assert post(live, headers={"Authorization": f"{scheme} {token}"}).status_code == 200
    assert post(live, headers={"Authorization": f"Bearer  {token}"}).status_code in {200, 401}
    for value in (token, f"Basic {token}", f"Token {token}", f"Bearer\t{token}", f"xBearer {token}"):
        assert_challenged(post(live, headers={"Authorization": value}), live, None)
    for value in (f"Bearer {token}x", f"Bearer {token},{token}", f"Bearer {token} {token}", f'Bearer "{token}"', "Bearer x"):
        assert_challenged(post(live, headers={"Authorization": value}), live, "invalid_token")


def test_two_authorization_headers_are_refused_also_when_both_are_good(live: Live, client: OAuthClient) -> None:
    """RFC 6750 §3.1: a proxy and this server might each read another one."""
    line = f"Authorization: Bearer {client.tokens['access_token']}"
    more = ("Content-Type: application/json", *(f"{name}: {value}" for name, value in ACCEPT.items()))
    body = b'{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
    for second in (line, line.lower(), "Authorization: Bearer x", "Authorization:", "authorization: Basic eDp4"):
        for pair in ((line, second), (second, line)):
            assert ask(live.url, "POST", b"/mcp", headers=(*pair, *more), body=body).status == 400, pair
    assert ask(live.url, "POST", b"/mcp", headers=(line, *more), body=body).status == 200


def test_what_is_not_a_live_token_of_ours_opens_nothing(live: Live, client: OAuthClient) -> None:
    """Made up, of another kind, of another issuer, what is stored of it: all the same 401."""
    github = live.simulator.access_token("alice")
    jwt = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiIxMDAxIn0."
    good = client.tokens["access_token"]
    stored = AccessToken.objects.get()
    for token in (
        tokens.mint(tokens.ACCESS_TOKEN),
        client.tokens["refresh_token"],
        tokens.mint(tokens.REFRESH_TOKEN),
        github,
        jwt,
        stored.token_checksum,
        str(stored.pk),
        good[:-1],
        good.swapcase(),
        good.upper(),
        "gth_at_" + "a" * 49,
        "' OR 1=1 --",
        "a" * 8000,
        "null",
        "undefined",
    ):
        assert_challenged(post(live, headers={"Authorization": f"Bearer {token}"}), live, "invalid_token")
    assert client.mcp().status_code == 200


@pytest.mark.parametrize("resource", [[], ["https://evil.example/mcp"], ["http://localhost/mcp"]])
def test_a_token_for_another_audience_opens_nothing(live: Live, client: OAuthClient, resource: list[str]) -> None:
    """RFC 8707, CVE-2025-69196: also a token without any audience, which the stock library takes."""
    AccessToken.objects.update(resource=resource)
    assert_challenged(client.mcp(), live, "invalid_token")
    AccessToken.objects.update(resource=["https://evil.example/mcp", f"{live.url}/mcp"])
    assert client.mcp().status_code == 200


def test_an_expired_token_is_over_in_memory_as_well(live: Live, client: OAuthClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A verified caller is remembered, and not for longer than the token says."""
    assert client.mcp().status_code == 200
    end = AccessToken.objects.get().expires.timestamp()
    monkeypatch.setattr(time, "time", lambda: end + 1)
    AccessToken.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert_challenged(client.mcp(), live, "invalid_token")


def test_a_remembered_caller_is_asked_for_again_after_half_a_minute(
    live: Live, client: OAuthClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is changed by hand in the tables, without an epoch, bites within ``REMEMBER_SECONDS``."""
    assert 0 < bearer.REMEMBER_SECONDS <= 30
    assert client.mcp().status_code == 200
    AccessToken.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert client.mcp().status_code == 200
    monkeypatch.setattr(bearer, "REMEMBER_SECONDS", 0.0)
    assert_challenged(client.mcp(), live, "invalid_token")


@pytest.mark.parametrize("what", ["session", "person", "client", "session's end", "operator's account"])
def test_a_right_that_another_process_takes_away_bites_with_the_epoch(
    live: Live, client: OAuthClient, epoch_read_each_time: None, what: str
) -> None:
    """Rows as another process leaves them: no signal reaches this one, only the number in the database."""
    assert client.mcp().status_code == 200
    match what:
        case "session":
            Session.objects.update(ended_at=timezone.now())
        case "session's end":
            Session.objects.update(expires_at=timezone.now())
        case "person":
            Person.objects.update(is_active=False)
        case "operator's account":
            Person.objects.update(github_id=None)
        case "client":
            Client.objects.update(disabled_at=timezone.now())
    assert client.mcp().status_code == 200, "the token was not remembered: this test proves nothing"
    RevocationEpoch.objects.update_or_create(pk=1, defaults={"value": 99})
    assert_challenged(client.mcp(), live, "invalid_token")


def test_the_epoch_is_read_twice_a_second(live: Live) -> None:
    """What another replica revokes is unknown here for half a second at most."""
    assert 0 < bearer.EPOCH_SECONDS <= 1


def test_an_end_in_this_process_bites_at_once(live: Live, client: OAuthClient) -> None:
    """Without waiting for the epoch to be read: the very next request is refused."""
    other = signed_in(live.url, live.simulator)
    assert client.mcp().status_code == other.mcp().status_code == 200
    sessions.end(Session.objects.filter(client__client_id=client.client_id), Session.EndReason.OPERATOR)
    assert_challenged(client.mcp(), live, "invalid_token")
    assert other.mcp().status_code == 200


def test_a_right_that_is_taken_in_a_transaction_that_fails_stays(live: Live, client: OAuthClient) -> None:
    assert client.mcp().status_code == 200
    with transaction.atomic():
        sessions.end(Session.objects.all(), Session.EndReason.OPERATOR)
        transaction.set_rollback(True)
    assert client.mcp().status_code == 200
    assert not RevocationEpoch.objects.exists()


def test_a_refused_request_writes_nothing(live: Live, client: OAuthClient) -> None:
    """A request without a valid token costs no write, however often it comes."""
    before = {model: list(model.objects.order_by("pk").values()) for model in (Session, AccessToken, Client, AllowRule)}
    for _ in range(3):
        post(live)
        post(live, headers={"Authorization": f"Bearer {tokens.mint(tokens.ACCESS_TOKEN)}"})
    assert {model: list(model.objects.order_by("pk").values()) for model in before} == before


def test_a_scope_that_is_missing_is_a_403_that_names_all_that_is_needed(live: Live) -> None:
    """MCP 2025-11-25 and later, Scope Challenge Handling: status and challenge, not an error inside a 200."""
    client = signed_in(live.url, live.simulator, scope="user:email")
    answer = client.mcp("tools/call", name="get_github_repos", arguments={"limit": 1})
    assert answer.status_code == 403
    challenge = answer.headers["www-authenticate"]
    assert 'error="insufficient_scope"' in challenge
    assert 'scope="read:user user:email"' in challenge
    assert "resource_metadata=" in challenge


def test_who_calls_comes_from_the_token_alone(live: Live, client: OAuthClient) -> None:
    """A header, a cookie or an argument that names another person changes nothing; two people are never mixed up."""
    AllowRule.objects.create(login="bob")
    bob = signed_in(live.url, live.simulator, login="bob")
    names = {"X-User": "bob", "X-Github-Id": "1002", "Cookie": "sessionid=x", "X-Remote-User": "bob"}
    answer = client.http.post(
        "/mcp",
        json={**BODY, "method": "tools/call", "params": {"name": "get_user_info", "arguments": {}}},
        headers={**ACCEPT, **names, "Authorization": f"Bearer {client.tokens['access_token']}"},
    )
    assert answer.json()["result"]["structuredContent"]["login"] == "alice"
    assert bob.call("get_user_info")["structuredContent"]["login"] == "bob"


def test_the_memory_of_callers_is_bounded(client: OAuthClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can fill it: the oldest goes first, and is looked up again."""
    monkeypatch.setattr(bearer, "MAX_REMEMBERED", 1)
    first = client.tokens["access_token"]
    client.refresh()
    for token in (first, client.tokens["access_token"], first):
        assert client.mcp(token=token).status_code == 200
    assert len(bearer.CACHE._known) == 1
