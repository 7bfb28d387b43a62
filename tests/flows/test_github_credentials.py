"""GitHub's tokens behind a session: those that expire (GitHub Apps), those that GitHub ends, and those of somebody else."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from oauth_bridge import sealing
from oauth_bridge.github import credentials
from oauth_bridge.models import AllowRule, AuthEvent, GitHubCredential, Session
from tests.conftest import Live
from tests.support.flow import OAuthClient, signed_in
from tests.support.members import credential_of, end_of

EXCHANGE = "/login/oauth/access_token"


def text_of(client: OAuthClient, tool: str = "get_user_info") -> str:
    """Return what a tool says."""
    said: str = client.call(tool)["content"][0]["text"]
    return said


def expire(after: timedelta = timedelta()) -> None:
    GitHubCredential.objects.update(expires_at=timezone.now() + after)


def exchanges(live: Live) -> list[str]:
    """Return the grant types of the exchanges that GitHub was asked for."""
    asked = [request.form() for request in live.simulator.requests if request.path == EXCHANGE]
    return [form.get("grant_type", "authorization_code") for form in asked]


def test_a_token_that_expires_is_renewed_and_the_tools_go_on(live: Live) -> None:
    """GitHub: refreshing user access tokens. Nothing of it is seen by the client."""
    live.simulator.configure(expiring_tokens=True)
    client = signed_in(live.url, live.simulator)
    assert "alice" in text_of(client)
    assert exchanges(live) == ["authorization_code"]
    for _ in range(3):
        expire()
        assert client.call("get_user_info")["structuredContent"]["login"] == "alice"
    assert exchanges(live) == ["authorization_code", *["refresh_token"] * 3]
    assert client.refresh().status_code == 200


def test_calls_at_once_renew_once(live: Live) -> None:
    live.simulator.configure(expiring_tokens=True)
    client = signed_in(live.url, live.simulator)
    expire(timedelta(minutes=1))
    live.simulator.fault(EXCHANGE, "slow", seconds=0.3)
    start = threading.Barrier(6)

    def call(_: int) -> bool:
        start.wait(10)
        return client.mcp("tools/call", name="get_user_info", arguments={}).json()["result"]["isError"] is False

    with ThreadPoolExecutor(6) as threads:
        assert all(threads.map(call, range(6)))
    connection.close()
    assert exchanges(live).count("refresh_token") == 1


def test_github_away_at_renewal_is_no_reason_to_sign_in_again(live: Live) -> None:
    live.simulator.configure(expiring_tokens=True)
    client = signed_in(live.url, live.simulator)
    expire()
    live.simulator.fault(EXCHANGE, "status", status=502)
    said = text_of(client)
    assert "Try again later" in said
    assert "sign in again" not in said
    assert client.refresh().status_code == 200
    assert "alice" in text_of(client)


def test_a_refused_refresh_token_asks_to_sign_in_and_ends_the_session_at_refresh(live: Live) -> None:
    live.simulator.configure(expiring_tokens=True)
    client = signed_in(live.url, live.simulator)
    expire()
    live.simulator.revoke("alice")
    assert "sign in again" in text_of(client)
    assert client.call("calculate", operation="add", a=1, b=2)["isError"] is False
    answer = client.refresh()
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert end_of(client) == Session.EndReason.UPSTREAM
    assert client.mcp().status_code == 401


def test_a_token_that_github_ended_ends_what_depends_on_it(live: Live) -> None:
    """The tool says what to do, the next authorization goes to GitHub, the refresh ends the session, and all is told."""
    client = signed_in(live.url, live.simulator)
    browser = live.browser()
    browser.sign_in(OAuthClient.register(live.url).authorize_url())
    live.simulator.revoke("alice")
    assert client.call("get_user_info")["isError"] is True
    assert GitHubCredential.objects.get().dead_at is not None
    other = OAuthClient.register(live.url)
    sent = browser.press(browser.consent(other.authorize_url()), "allow").headers["location"]
    assert sent.startswith(live.simulator.url)
    assert client.refresh().json()["error"] == "invalid_grant"
    assert Session.objects.get(client__client_id=client.client_id).get_end_reason_display() == (
        "GitHub no longer accepts the sign-in"
    )
    assert AuthEvent.objects.filter(kind="credential_died", login="alice").count() == 1
    # Signing in again mends it, for this client as for others.
    assert other.redeem(browser.at_github(sent, login="alice").headers["location"]).status_code == 200
    assert "alice" in text_of(other)


def test_a_session_is_tied_to_another_token_of_its_person_that_is_enough(live: Live) -> None:
    client = signed_in(live.url, live.simulator)
    old = credential_of(client)
    live.simulator.revoke("alice")
    assert client.call("get_user_info")["isError"] is True
    wider = signed_in(live.url, live.simulator, scope="read:user user:email repo")
    assert client.refresh().status_code == 200
    assert credential_of(client).pk == credential_of(wider).pk != old.pk
    assert "alice" in text_of(client)


def test_a_token_with_less_does_not_do_for_a_session_with_more(live: Live) -> None:
    client = signed_in(live.url, live.simulator, scope="read:user user:email repo")
    live.simulator.revoke("alice")
    assert client.call("get_user_info")["isError"] is True
    narrower = signed_in(live.url, live.simulator)
    assert client.refresh().json()["error"] == "invalid_grant"
    assert (end_of(client), end_of(narrower)) == (Session.EndReason.UPSTREAM, "")


def test_the_token_of_somebody_else_never_does(live: Live) -> None:
    AllowRule.objects.create(login="bob")
    client = signed_in(live.url, live.simulator)
    signed_in(live.url, live.simulator, login="bob")
    GitHubCredential.objects.filter(person__login="alice").update(dead_at=timezone.now())
    assert client.refresh().json()["error"] == "invalid_grant"


def test_a_token_that_turns_out_to_be_another_accounts_ends_the_session(live: Live) -> None:
    """A recycled token must show nobody's data, and nothing may go on with it."""
    client = signed_in(live.url, live.simulator)
    stranger = live.simulator.access_token("mallory")
    GitHubCredential.objects.update(sealed_token=sealing.seal(stranger))
    said = client.mcp("tools/call", name="get_user_info", arguments={}).text
    assert "mallory" not in said
    assert end_of(client) == Session.EndReason.UPSTREAM
    assert client.mcp().status_code == 401
    assert GitHubCredential.objects.get().dead_at is not None


def test_a_token_that_no_key_opens_is_as_good_as_none(live: Live) -> None:
    client = signed_in(live.url, live.simulator)
    GitHubCredential.objects.update(sealed_token=b"not sealed by us")
    assert "sign in again" in text_of(client)
    with pytest.raises(credentials.CredentialUnavailable):
        credentials.token_of(GitHubCredential.objects.get())
