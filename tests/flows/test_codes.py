"""``grant_type=authorization_code`` (OAuth 2.1 §4.1.3, RFC 7636 §4.6): once, by its client, with its verifier, in time."""

import pytest

from oauth_bridge.models import AllowRule, Grant, Person, Session
from oauth_bridge.protocol import tokens
from tests.conftest import Live
from tests.support.flow import OAuthClient, challenge, query, signed_in
from tests.support.rows import granted, let_pass


def with_code(live: Live, **changes: str | None) -> tuple[OAuthClient, str]:
    """Return a client and the URL that its code came with."""
    client = OAuthClient.register(live.url)
    return client, live.browser().sign_in(client.authorize_url(**changes))


WRONG = "w" * 43
BAD_VERIFIERS = [WRONG, "short", "x" * 129, "", "a" * 42 + "!", "a" * 43 + "\x00", "ü" * 43]


def test_a_wrong_verifier_opens_nothing_and_burns_nothing(live: Live) -> None:
    """CVE-2025-4144, CVE-2023-48228: a thief of the code can neither use it nor spoil it for its client."""
    client, callback = with_code(live)
    for verifier in [*BAD_VERIFIERS, challenge(client.verifier), client.verifier[:-1], client.verifier + "a"]:
        answer = client.redeem(callback, code_verifier=verifier)
        assert answer.status_code == 400, verifier
        assert answer.json()["error"] in {"invalid_grant", "invalid_request"}, verifier
    form = {"grant_type": "authorization_code", "code": query(callback)["code"], "redirect_uri": client.redirect_uri}
    assert client.token(**form).json()["error"] == "invalid_request"
    assert client.token(**form, code_challenge=challenge(client.verifier)).json()["error"] == "invalid_request"
    assert not Session.objects.exists()
    assert client.redeem(callback).status_code == 200


def test_the_code_of_one_client_is_worthless_to_another(live: Live) -> None:
    """Client mix: also with the verifier and the redirect URI known, and it neither burns nor ends anything."""
    client, callback = with_code(live)
    thief = OAuthClient.register(live.url)
    thief.verifier = client.verifier
    for _ in range(2):
        assert thief.redeem(callback).json()["error"] == "invalid_grant"
    assert client.redeem(callback).status_code == 200
    let_pass(30)
    assert thief.redeem(callback).json()["error"] == "invalid_grant"
    assert client.mcp().status_code == 200


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "http://127.0.0.1:7777/other",
        "http://127.0.0.1:7778/callback",
        "http://127.0.0.1:7777/callback/",
        "https://evil.example",
    ],
)
def test_the_redirect_uri_has_to_be_the_same_again(live: Live, uri: str) -> None:
    client, callback = with_code(live)
    assert client.redeem(callback, redirect_uri=uri).json()["error"] == "invalid_grant"
    assert client.redeem(callback).status_code == 200


def test_a_code_lives_two_minutes(live: Live) -> None:
    client, callback = with_code(live)
    let_pass(119)
    other, late = with_code(live)
    assert client.redeem(callback).status_code == 200
    let_pass(121)
    answer = other.redeem(late)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert Session.objects.count() == 1


@pytest.mark.parametrize("after_seconds", [5, 119, 500])
def test_a_replay_by_its_owner_ends_what_it_made(live: Live, after_seconds: int) -> None:
    """RFC 6749 §4.1.2, §10.5: also after a refresh, and also when the code would be too old by now."""
    client, callback = with_code(live)
    assert client.redeem(callback).status_code == 200
    old = dict(client.tokens)
    assert client.refresh().status_code == 200
    let_pass(after_seconds, Grant)
    answer = client.redeem(callback)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    for token in (client.tokens["access_token"], old["access_token"]):
        assert client.mcp(token=token).status_code == 401
    assert client.refresh().json()["error"] == "invalid_grant"
    assert Session.objects.get().end_reason == Session.EndReason.CODE_REPLAY


def test_a_replay_by_a_stranger_ends_nothing(live: Live) -> None:
    """Whoever saw the code but not the verifier must not be able to sign the person out (a denial of service)."""
    client, callback = with_code(live)
    client.redeem(callback)
    let_pass(30, Grant)
    code = query(callback)["code"]
    for form in (
        {"code": code, "code_verifier": WRONG, "redirect_uri": client.redirect_uri},
        {"code": code, "code_verifier": client.verifier, "redirect_uri": "http://127.0.0.1:1/x"},
        {"code": code, "code_verifier": client.verifier},
        {"code": code},
    ):
        assert client.token(grant_type="authorization_code", **form).status_code == 400
    assert client.mcp().status_code == 200
    assert client.refresh().status_code == 200


@pytest.mark.parametrize(
    "code",
    [
        "x",
        "' OR 1=1 --",
        "x" * 5000,
        tokens.mint(tokens.AUTHORIZATION_CODE),
        tokens.mint(tokens.REFRESH_TOKEN),
        "gth_ac_" + "a" * 49,
    ],
)
def test_a_made_up_code_is_refused(live: Live, code: str) -> None:
    client = OAuthClient.register(live.url)
    form = {"grant_type": "authorization_code", "code_verifier": client.verifier, "redirect_uri": client.redirect_uri}
    answer = client.token(**form, code=code)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_what_is_stored_of_a_code_redeems_nothing(live: Live) -> None:
    """A2, A3: a thief of the database finds hashes."""
    client, callback = with_code(live)
    stored = Grant.objects.values().get()
    assert query(callback)["code"] not in str(stored)
    form = {"grant_type": "authorization_code", "code_verifier": client.verifier, "redirect_uri": client.redirect_uri}
    assert client.token(**form, code=stored["code"]).json()["error"] == "invalid_grant"


def test_the_resource_may_be_narrowed_and_never_widened(live: Live) -> None:
    """RFC 8707 §2.2: the token's audience is part of what the person allowed."""
    client, callback = with_code(live)
    for foreign in ("https://evil.example/mcp", live.url, f"{live.url}/mcp#x"):
        answer = client.redeem(callback, resource=foreign)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_target"), foreign
    assert client.redeem(callback, resource=f"{live.url}/mcp").status_code == 200
    other = OAuthClient.register(live.url)
    both = other.authorize_url() + f"&resource={live.url}"
    assert other.redeem(live.browser().sign_in(both), resource=live.url + "/").status_code == 200
    assert other.mcp().status_code == 200


@pytest.mark.parametrize("change", ["rule", "person"])
def test_who_lost_access_between_code_and_token_gets_none(live: Live, change: str) -> None:
    client, callback = with_code(live)
    if change == "rule":
        AllowRule.objects.all().delete()
    else:
        Person.objects.update(is_active=False)
    assert client.redeem(callback).json()["error"] == "invalid_grant"
    assert "Session" not in granted()


def test_the_answer_is_complete_and_true(live: Live) -> None:
    """RFC 6749 §5.1; the lifetime is the row's, the session's end included."""
    client, callback = with_code(live)
    answer = client.redeem(callback)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["pragma"] == "no-cache"
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert (body["token_type"], body["scope"]) == ("Bearer", "read:user user:email")
    assert 3595 <= body["expires_in"] <= 3600
    assert len({*body["access_token"], *body["refresh_token"]}) > 20
    let_pass(180 * 86_400 - 100, Session)
    assert 90 <= client.refresh().json()["expires_in"] <= 100
    let_pass(101)
    assert client.mcp().status_code == 401
    assert client.refresh().json()["error"] == "invalid_grant"


def test_a_client_that_wants_no_refresh_token_gets_none(live: Live) -> None:
    """RFC 7591 §3.2.1: what was registered is what holds. A client that never refreshes gets no ``offline_access`` either."""
    plain = signed_in(live.url, live.simulator, grant_types=["authorization_code"])
    assert "refresh_token" not in plain.tokens
    asked = signed_in(live.url, live.simulator, scope="read:user offline_access", grant_types=["authorization_code"])
    assert "refresh_token" not in asked.tokens
    assert asked.tokens["scope"] == "read:user"


def test_a_client_that_names_no_grant_types_has_the_standards_one(live: Live) -> None:
    """RFC 7591 §2: authorization_code alone. The answer to its registration says so, and it is so."""
    client = OAuthClient.register(live.url, grant_types=None)
    client.redeem(live.browser().sign_in(client.authorize_url(scope="read:user offline_access")))
    assert client.tokens.keys() == {"access_token", "token_type", "expires_in", "scope"}


def test_every_sign_in_is_a_session_of_its_own(live: Live) -> None:
    """Ending one must leave the other: their tokens share nothing."""
    one, two = signed_in(live.url, live.simulator), signed_in(live.url, live.simulator)
    assert Session.objects.count() == 2
    one.http.post("/revoke", data={"client_id": one.client_id, "token": one.tokens["refresh_token"]})
    assert one.mcp().status_code == 401
    assert two.mcp().status_code == 200
