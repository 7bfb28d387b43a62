"""``POST /introspect`` (RFC 7662): for resource servers that an operator registered, about access tokens, and no more."""

import base64
from typing import Any

import httpx2
import pytest
from pytest_django import Settings

from oauth_bridge import resource_servers, throttle
from oauth_bridge.models import AccessToken, AllowRule, AuthEvent, Client, Person, ResourceServer, Session
from oauth_bridge.people import rules
from oauth_bridge.protocol import tokens
from tests.conftest import Live
from tests.support.dashboard import Operator
from tests.support.flow import OAuthClient, connect, signed_in
from tests.support.rows import let_pass

NAME = "files-api"


@pytest.fixture
def secret(live: Live) -> str:
    """Return the secret of a registered resource server."""
    return resource_servers.add(NAME)


def introspect(live: Live, secret: str, token: str, **form: str) -> httpx2.Response:
    basic = base64.b64encode(f"{NAME}:{secret}".encode()).decode()
    answer = connect(live.url).post("/introspect", data={"token": token, **form}, headers={"Authorization": f"Basic {basic}"})
    assert answer.headers["cache-control"] == "no-store"
    return answer


def assert_inactive(answer: httpx2.Response, what: object = None) -> None:
    assert (answer.status_code, answer.json()) == (200, {"active": False}), what


@pytest.mark.parametrize("hint", [{}, {"token_type_hint": "access_token"}, {"token_type_hint": "refresh_token"}])
def test_a_good_token_is_told_in_full(live: Live, secret: str, hint: dict[str, str]) -> None:
    """RFC 7662 §2.2; ``sub`` is GitHub's numeric id. The hint is only a hint (§2.1)."""
    client = signed_in(live.url, live.simulator)
    row, person = AccessToken.objects.get(), Person.objects.get()
    answer = introspect(live, secret, client.tokens["access_token"], **hint)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {
        "active": True,
        "iss": live.url,
        "sub": str(person.github_id),
        "username": "alice",
        "client_id": client.client_id,
        "scope": "read:user user:email",
        "aud": f"{live.url}/mcp",
        "iat": int(row.created.timestamp()),
        "exp": int(row.expires.timestamp()),
        "token_type": "Bearer",
    }
    assert ResourceServer.objects.get().last_used_at is not None


def test_the_secret_may_be_in_the_form_too(live: Live, secret: str) -> None:
    client = signed_in(live.url, live.simulator)
    form = {"client_id": NAME, "client_secret": secret, "token": client.tokens["access_token"]}
    assert connect(live.url).post("/introspect", data=form).json()["active"] is True


def test_anything_but_a_good_access_token_is_inactive_and_no_more(live: Live, secret: str) -> None:
    """RFC 7662 §2.2: no reason is given, so that nothing can be learned by asking."""
    client = signed_in(live.url, live.simulator, token_endpoint_auth_method="client_secret_post")
    others = [
        client.tokens["refresh_token"],
        client.client_secret or "",
        secret,
        tokens.mint(tokens.ACCESS_TOKEN),
        client.tokens["access_token"][:-1],
        tokens.checksum(client.tokens["access_token"]),
        "ghp_" + "a" * 36,
        "x" * 9000,
        "\u00fc",
    ]
    for token in others:
        assert_inactive(introspect(live, secret, token), token)


@pytest.mark.parametrize("what", ["expired", "session", "session expired", "client", "person", "audience", "rule"])
def test_a_token_that_is_not_good_any_more_is_inactive_at_once(live: Live, secret: str, what: str) -> None:
    client = signed_in(live.url, live.simulator)
    token = client.tokens["access_token"]
    assert introspect(live, secret, token).json()["active"] is True
    match what:
        case "expired":
            let_pass(3601, AccessToken)
        case "session":
            client.http.post("/revoke", data={"client_id": client.client_id, "token": token})
        case "session expired":
            let_pass(181 * 86_400, Session)
        case "client":
            Client.objects.update(disabled_at="2026-01-01T00:00:00Z")
        case "person":
            Person.objects.update(is_active=False)
        case "audience":
            AccessToken.objects.update(resource=["https://another.example/mcp"])
        case "rule":
            AllowRule.objects.all().delete()
            rules.enforce_rules()
    assert_inactive(introspect(live, secret, token))


def test_nobody_but_a_registered_resource_server_may_ask(live: Live, secret: str) -> None:
    """RFC 7662 §2.1, §4: else anybody could try tokens. OAuth clients are no resource servers, with whatever secret."""
    client = signed_in(live.url, live.simulator, token_endpoint_auth_method="client_secret_post")
    http, token = connect(live.url), client.tokens["access_token"]
    forms: list[dict[str, Any]] = [
        {},
        {"client_id": NAME},
        {"client_id": NAME, "client_secret": ""},
        {"client_id": NAME, "client_secret": secret[:-1]},
        {"client_id": NAME, "client_secret": tokens.checksum(secret)},
        {"client_id": NAME.upper(), "client_secret": secret},
        {"client_id": "nobody", "client_secret": secret},
        {"client_id": client.client_id, "client_secret": client.client_secret},
        {"client_id": OAuthClient.register(live.url).client_id},
    ]
    for form in forms:
        answer = http.post("/introspect", data={**form, "token": token})
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), form
    bearer = http.post("/introspect", data={"token": token}, headers={"Authorization": f"Bearer {token}"})
    assert bearer.status_code == 401
    assert bearer.headers["www-authenticate"].startswith("Basic")


def test_a_resource_server_is_nobody_at_the_other_endpoints(live: Live, secret: str) -> None:
    http = connect(live.url)
    me = {"client_id": NAME, "client_secret": secret}
    assert http.post("/token", data={**me, "grant_type": "client_credentials"}).json()["error"] == "invalid_client"
    assert http.post("/revoke", data={**me, "token": "x"}).json()["error"] == "invalid_client"


def test_wrong_requests_are_told(live: Live, secret: str) -> None:
    http, me = connect(live.url), {"client_id": NAME, "client_secret": secret}
    assert http.post("/introspect", data=me).json()["error"] == "invalid_request"
    assert http.post("/introspect", data={**me, "token": ["a", "b"]}).json()["error"] == "invalid_request"
    assert http.post("/introspect", json={**me, "token": "a"}).json()["error"] == "invalid_request"
    answer = http.get("/introspect", params={**me, "token": "a"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_an_operator_ends_a_resource_server_at_once(live: Live, secret: str) -> None:
    client = signed_in(live.url, live.simulator)
    operator, key = Operator(live), ResourceServer.objects.get().pk
    operator.act("resourceserver", "switch_off", key)
    assert introspect(live, secret, client.tokens["access_token"]).status_code == 401
    operator.act("resourceserver", "switch_on", key)
    assert introspect(live, secret, client.tokens["access_token"]).json()["active"] is True
    renewed = resource_servers.renew_secret(NAME) or ""
    assert introspect(live, secret, client.tokens["access_token"]).status_code == 401
    assert introspect(live, renewed, client.tokens["access_token"]).json()["active"] is True
    page = operator.page(f"oauth_bridge/resourceserver/{key}/change/")
    assert NAME in page
    assert not any(text in page for text in (renewed, tokens.checksum(renewed)))
    operator.post("oauth_bridge/resourceserver/", action="delete_selected", _selected_action=str(key), post="yes")
    assert introspect(live, renewed, client.tokens["access_token"]).status_code == 401
    done = AuthEvent.objects.filter(kind="resource_server_changed").exclude(operator="").order_by("pk")
    assert [event.detail["change"] for event in done] == ["switched off", "switched on", "removed"]


def test_a_resource_server_has_a_rate_of_its_own(live: Live, secret: str, settings: Settings) -> None:
    """It asks for all of its callers; the rate of one client would stop it at ten questions a second."""
    settings.RATE_TOKEN = (2, 86_400)
    allowed = 2 * throttle.RESOURCE_SERVER
    assert [introspect(live, secret, "x").status_code for _ in range(allowed)] == [200] * allowed
    assert introspect(live, secret, "x").status_code == 429


def test_who_fails_in_its_name_is_slowed_and_does_not_stop_it(live: Live, secret: str, settings: Settings) -> None:
    """A stranger behind the same address knows the name, and not the secret."""
    settings.RATE_TOKEN = (2, 86_400)
    assert [introspect(live, "guess", "x").status_code for _ in range(4)] == [401, 401, 429, 429]
    assert introspect(live, secret, "x").status_code == 200
    unreadable = connect(live.url)
    assert [unreadable.post("/introspect", json={}).status_code for _ in range(3)] == [400, 400, 429]
