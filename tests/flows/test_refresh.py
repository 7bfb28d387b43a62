"""``grant_type=refresh_token`` (OAuth 2.1 §4.3.1, RFC 9700 §4.14): rotation, grace, reuse, and what a refresh cannot do."""

import httpx2
import pytest
from pytest_django import Settings

from mcpserver import bearer
from oauth_bridge.models import AccessToken, AllowRule, Client, Person, RefreshToken, Session
from oauth_bridge.protocol import tokens
from tests.conftest import Live
from tests.support.flow import OAuthClient, signed_in
from tests.support.rows import let_pass

GRACE = 60


def pair(answer: httpx2.Response) -> tuple[str, str]:
    """Return access and refresh token of an answer that must be a success."""
    assert answer.status_code == 200, answer.text
    return answer.json()["access_token"], answer.json()["refresh_token"]


def assert_over(client: OAuthClient, *refresh_tokens: str) -> None:
    """The session has ended: no token of it opens anything any more."""
    for token in refresh_tokens:
        answer = client.refresh(token)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert client.mcp().status_code == 401


def test_each_refresh_gives_a_new_pair_and_the_old_one_fades(live: Live) -> None:
    client = signed_in(live.url, live.simulator)
    old = dict(client.tokens)
    new = pair(client.refresh())
    assert set(new).isdisjoint(old.values())
    # A call in flight elsewhere still holds the old access token: it has the grace, and no more.
    assert client.mcp(token=old["access_token"]).status_code == 200
    let_pass(GRACE + 1, AccessToken)
    bearer.CACHE.forget()
    assert client.mcp(token=old["access_token"]).status_code == 401
    assert client.mcp().status_code == 200


def test_the_same_token_within_the_grace_gets_the_same_pair(live: Live) -> None:
    """A client that lost the answer, or runs twice, stays signed in, and the family does not fork."""
    client = signed_in(live.url, live.simulator)
    first = client.tokens["refresh_token"]
    answers = [pair(client.refresh(first)) for _ in range(3)]
    assert len(set(answers)) == 1
    assert RefreshToken.objects.filter(revoked=None).count() == 1
    let_pass(GRACE - 5, RefreshToken)
    assert pair(client.refresh(first)) == answers[0]
    assert pair(client.refresh(answers[0][1])) != answers[0]


def test_an_old_token_after_the_grace_ends_the_session(live: Live) -> None:
    """Reuse: thief or victim, one of the two is not who they seem, so both have to sign in again."""
    client = signed_in(live.url, live.simulator)
    first = client.tokens["refresh_token"]
    client.refresh()
    let_pass(GRACE + 1, RefreshToken)
    assert client.refresh(first).json()["error"] == "invalid_grant"
    assert Session.objects.get().end_reason == Session.EndReason.REFRESH_REUSE
    assert_over(client, first, client.tokens["refresh_token"])


@pytest.mark.parametrize("generations", [2, 5])
def test_a_token_some_generations_old_ends_the_session(live: Live, generations: int) -> None:
    client = signed_in(live.url, live.simulator)
    first = client.tokens["refresh_token"]
    for _ in range(generations):
        assert client.refresh().status_code == 200
        let_pass(GRACE + 1, RefreshToken)
    assert client.refresh(first).status_code == 400
    assert_over(client, client.tokens["refresh_token"])


def test_a_straggler_within_the_grace_gets_nothing_and_ends_nothing(live: Live) -> None:
    """Its successor was exchanged already: handing that out again would let two branches of the family live."""
    client = signed_in(live.url, live.simulator)
    first = client.tokens["refresh_token"]
    client.refresh()
    client.refresh()
    answer = client.refresh(first)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert client.mcp().status_code == 200
    assert client.refresh().status_code == 200


def test_a_thief_inside_the_grace_is_found_out_at_the_next_refresh(live: Live) -> None:
    """Both hold the same successor: whoever comes second after its grace shows the theft."""
    client = signed_in(live.url, live.simulator)
    first = client.tokens["refresh_token"]
    client.refresh()
    stolen = pair(client.refresh(first))[1]
    assert client.refresh(stolen).status_code == 200
    let_pass(GRACE + 1, RefreshToken)
    assert client.refresh().status_code == 400
    assert Session.objects.get().ended_at is not None


def test_another_client_cannot_use_it_or_end_anything(live: Live) -> None:
    client = signed_in(live.url, live.simulator)
    thief = OAuthClient.register(live.url)
    first = client.tokens["refresh_token"]
    assert thief.refresh(first).json()["error"] == "invalid_grant"
    client.refresh()
    let_pass(GRACE + 1, RefreshToken)
    assert thief.refresh(first).json()["error"] == "invalid_grant"
    assert client.mcp().status_code == 200


def test_the_token_of_a_confidential_client_needs_its_secret(live: Live) -> None:
    client = signed_in(live.url, live.simulator, token_endpoint_auth_method="client_secret_post")
    secret, client.client_secret = client.client_secret, None
    assert client.refresh().json()["error"] == "invalid_client"
    client.client_secret = secret
    assert client.refresh().status_code == 200


def test_scope_is_kept_or_narrowed_and_never_widened(live: Live) -> None:
    """RFC 6749 §6: what the person did not allow, no refresh brings; narrowing one access token takes nothing away."""
    client = signed_in(live.url, live.simulator)
    narrow = client.refresh(scope="read:user").json()
    assert narrow["scope"] == "read:user"
    assert "email" not in client.call("get_user_info")["structuredContent"]
    assert client.refresh(scope="read:user user:email repo admin:org").json()["scope"] == "read:user user:email"
    refused = client.refresh(scope="repo")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")
    assert client.refresh().json()["scope"] == "read:user user:email"


def test_resource_is_kept_and_never_widened(live: Live) -> None:
    client = signed_in(live.url, live.simulator)
    for foreign in ("https://evil.example/mcp", live.url):
        refused = client.refresh(resource=foreign)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_target"), foreign
    assert client.refresh(resource=f"{live.url}/mcp").status_code == 200
    assert client.mcp().status_code == 200
    assert {tuple(row.resource) for row in AccessToken.objects.all()} == {(f"{live.url}/mcp",)}


@pytest.mark.parametrize("change", ["rule", "person", "client", "session"])
def test_a_right_that_was_taken_away_is_gone_at_the_next_refresh(live: Live, change: str) -> None:
    """Straight in the tables, without any signal: the refresh asks again, and fails closed."""
    client = signed_in(live.url, live.simulator)
    match change:
        case "rule":
            AllowRule.objects.all().delete()
        case "person":
            Person.objects.update(is_active=False)
        case "client":
            Client.objects.update(disabled_at="2020-01-01T00:00:00Z")
        case "session":
            Session.objects.update(ended_at="2020-01-01T00:00:00Z")
    answer = client.refresh()
    assert answer.json()["error"] == ("invalid_client" if change == "client" else "invalid_grant")
    if change in {"rule", "person"}:
        assert Session.objects.get().end_reason == Session.EndReason.NOT_ALLOWED
        assert client.mcp().status_code == 401


def test_a_recycled_number_of_a_rule_does_not_refresh(live: Live) -> None:
    """The rule is bound to another account now: the old session has nothing to stand on."""
    client = signed_in(live.url, live.simulator)
    AllowRule.objects.update(github_id=9999)
    assert client.refresh().json()["error"] == "invalid_grant"


def test_a_token_that_lay_idle_for_a_month_is_over(live: Live) -> None:
    client = signed_in(live.url, live.simulator)
    let_pass(30 * 86_400 - 60, RefreshToken)
    assert client.refresh().status_code == 200
    let_pass(30 * 86_400 + 1, RefreshToken)
    assert client.refresh().json()["error"] == "invalid_grant"


def test_no_refresh_outlives_the_session(live: Live) -> None:
    """An absolute end, however often a client comes back (RFC 9700 §4.14.2)."""
    client = signed_in(live.url, live.simulator)
    let_pass(180 * 86_400 + 1, Session)
    assert client.refresh().json()["error"] == "invalid_grant"
    bearer.CACHE.forget()
    assert client.mcp().status_code == 401


def test_what_is_stored_refreshes_nothing(live: Live) -> None:
    """A2: hashes at rest; and an access token is no refresh token."""
    client = signed_in(live.url, live.simulator)
    client.refresh()
    rows = str(list(RefreshToken.objects.values())) + str(list(AccessToken.objects.values()))
    for token in (client.tokens["access_token"], client.tokens["refresh_token"]):
        assert token not in rows
    for row in RefreshToken.objects.all():
        assert client.refresh(row.token_checksum).json()["error"] == "invalid_grant"
    for wrong in (client.tokens["access_token"], tokens.mint(tokens.REFRESH_TOKEN), "x", client.tokens["refresh_token"] + "x"):
        assert client.refresh(wrong).json()["error"] == "invalid_grant"
    assert client.refresh().status_code == 200


def test_a_key_that_was_put_in_front_does_not_break_the_grace(live: Live, settings: Settings) -> None:
    """``ENCRYPTION_KEYS``: a rotation between a refresh and its repetition signs nobody out."""
    client = signed_in(live.url, live.simulator)
    first = client.tokens["refresh_token"]
    got = pair(client.refresh(first))
    settings.ENCRYPTION_KEYS = ["a-new-key-that-was-put-in-front-of-the-others", *settings.ENCRYPTION_KEYS]
    assert pair(client.refresh(first)) == got
    assert client.mcp(token=got[0]).status_code == 200
