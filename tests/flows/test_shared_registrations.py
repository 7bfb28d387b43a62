"""The same registration again: a usable client, without a row for each connect, and without power over anybody else's."""

from typing import Any

import httpx2
import pytest
from pytest_django import Settings

from oauth_bridge.models import AuthEvent, Client, Grant, PendingAuthorization
from tests.conftest import Live
from tests.support.flow import OAuthClient, connect, signed_in
from tests.support.rows import let_pass

PUBLIC = {
    "client_name": "Reconnecting",
    "redirect_uris": ["http://localhost:3118/callback"],
    "token_endpoint_auth_method": "none",
}


def register(live: Live, **changes: Any) -> dict[str, Any]:
    answer = connect(live.url).post("/register", json={**PUBLIC, **changes})
    assert answer.status_code == 201
    body: dict[str, Any] = answer.json()
    return body


def manage(live: Live, registered: dict[str, Any], method: str = "GET") -> httpx2.Response:
    token = registered["registration_access_token"]
    return connect(live.url).request(
        method, registered["registration_client_uri"], headers={"Authorization": f"Bearer {token}"}
    )


def client_of(live: Live, registered: dict[str, Any]) -> OAuthClient:
    return OAuthClient(connect(live.url), registered["client_id"], None, registered["redirect_uris"][0])


def test_a_public_client_that_registers_again_is_the_same_client(live: Live) -> None:
    first = register(live, unknown_field=1)
    again = [register(live, unknown_field=number) for number in range(5)]
    assert {body["client_id"] for body in again} == {first["client_id"]}
    assert {body["client_id_issued_at"] for body in again} == {first["client_id_issued_at"]}
    assert Client.objects.count() == AuthEvent.objects.filter(kind="client_registered").count() == 1
    client = client_of(live, again[-1])
    assert client.redeem(live.browser().sign_in(client.authorize_url())).status_code == 200
    assert client.call("get_user_info")["structuredContent"]["login"] == "alice"


def test_whoever_shares_a_registration_cannot_manage_it(live: Live) -> None:
    """RFC 7592 §3: the token is for who registered. B gets none, and A's ends: it would reach into B's sign-in."""
    first = register(live)
    assert manage(live, first).status_code == 200
    second = register(live)
    assert second.keys() == first.keys() - {"registration_access_token", "registration_client_uri"}
    for method in ("GET", "DELETE"):
        assert manage(live, first, method).status_code == 401
    client = client_of(live, second)
    assert client.redeem(live.browser().sign_in(client.authorize_url())).status_code == 200
    assert manage(live, first, "DELETE").status_code == 401
    assert client.mcp().status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"client_name": "Reconnecting "},
        {"redirect_uris": ["http://localhost:3118/callback", "http://localhost:3118/callback"]},
        {"grant_types": ["authorization_code", "implicit"]},
        {"scope": "read:user user:email nonsense"},
    ],
)
def test_what_is_effective_counts_and_not_how_it_was_put(live: Live, changes: dict[str, Any]) -> None:
    assert register(live, **changes)["client_id"] == register(live)["client_id"]


@pytest.mark.parametrize(
    "changes",
    [
        {"client_name": "Another"},
        {"redirect_uris": ["http://localhost:3119/callback"]},
        {"redirect_uris": ["http://localhost:3118/callback", "https://client.example/cb"]},
        {"grant_types": ["authorization_code", "refresh_token"]},
        {"scope": "repo"},
        {"software_id": "x"},
        {"application_type": "native"},
        {"client_uri": "https://client.example"},
    ],
)
def test_any_difference_makes_another_client(live: Live, changes: dict[str, Any]) -> None:
    first = register(live)
    assert register(live, **changes)["client_id"] != first["client_id"]
    assert manage(live, first).status_code == 200


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_confidential_client_gets_its_own_secret_and_row(live: Live, method: str) -> None:
    """A secret cannot be shown twice."""
    first, second = (register(live, token_endpoint_auth_method=method) for _ in range(2))
    assert first["client_id"] != second["client_id"]
    assert first["client_secret"] != second["client_secret"]


def test_a_client_that_somebody_uses_is_not_given_again(live: Live) -> None:
    """Not while a person decides, not with a code under way, and never once it got a token."""
    first = register(live)
    client, browser = client_of(live, first), live.browser()
    consent = browser.consent(client.authorize_url())
    assert register(live)["client_id"] != first["client_id"]
    assert manage(live, first).status_code == 200
    answer = browser.press(consent, "allow")
    callback = browser.at_github(answer.headers["location"], login="alice").headers["location"]
    assert register(live)["client_id"] != first["client_id"]
    assert client.redeem(callback).status_code == 200
    let_pass(86_400 * 2, PendingAuthorization, Grant)
    assert register(live)["client_id"] != first["client_id"]


def test_a_client_of_another_address_is_not_given(live: Live, settings: Settings) -> None:
    """Nobody learns from an answer what somebody elsewhere registered."""
    first = register(live)
    Client.objects.update(registered_from="192.0.2.7")
    assert register(live)["client_id"] != first["client_id"]


@pytest.mark.parametrize("what", ["old", "switched off", "changed", "changed to this"])
def test_a_client_that_is_not_what_it_was_is_not_given(live: Live, what: str) -> None:
    first = register(live, client_name="Reconnecting" if what != "changed to this" else "Before")
    match what:
        case "old":
            let_pass(3601, Client)
        case "switched off":
            Client.objects.update(disabled_at="2026-01-01T00:00:00Z")
        case _:
            name = "Reconnecting" if what == "changed to this" else "After"
            update = {**PUBLIC, "client_id": first["client_id"], "client_name": name}
            headers = {"Authorization": f"Bearer {first['registration_access_token']}"}
            assert connect(live.url).put(first["registration_client_uri"], json=update, headers=headers).status_code == 200
    second = register(live)
    assert second["client_id"] != first["client_id"]
    assert register(live)["client_id"] == second["client_id"]


def test_somebody_elses_session_is_untouched_by_the_same_registration(live: Live) -> None:
    first = signed_in(live.url, live.simulator)
    second = OAuthClient.register(live.url)
    assert second.client_id != first.client_id
    assert first.mcp().status_code == 200
