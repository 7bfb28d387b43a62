"""Looking after a registration (RFC 7592) at ``/register/<client_id>``, over HTTP."""

from typing import Any

import httpx2
import pytest
from pytest_django import Settings

from oauth_bridge.models import AuthEvent, Client, Session
from oauth_bridge.protocol import tokens
from tests.conftest import Live
from tests.support.flow import OAuthClient, connect, signed_in
from tests.support.tabs import open_consent

METADATA = {
    "client_name": "Managed",
    "redirect_uris": ["https://client.example/cb"],
    "token_endpoint_auth_method": "none",
    "grant_types": ["authorization_code", "refresh_token"],
    "software_id": "managed-1",
}


class Registration:
    """A registration, and whoever holds its token."""

    def __init__(self, live: Live, **changes: Any) -> None:
        self.http = connect(live.url)
        answer = self.http.post("/register", json={**METADATA, **changes})
        assert answer.status_code == 201
        self.body: dict[str, Any] = answer.json()
        self.uri, self.token = self.body["registration_client_uri"], self.body["registration_access_token"]
        self.client_id = self.body["client_id"]

    def ask(self, method: str, *, token: str | None = None, uri: str | None = None, json: Any = None) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {token or self.token}"}
        answer = self.http.request(method, uri or self.uri, headers=headers, json=json)
        assert answer.headers["cache-control"] == "no-store"
        return answer

    def put(self, **members: Any) -> httpx2.Response:
        return self.ask("PUT", json={"client_id": self.client_id, **members})

    def row(self) -> Client:
        return Client.objects.get(client_id=self.client_id)


def test_it_says_what_is_registered(live: Live) -> None:
    """RFC 7592 §2.1, §3: the client information response, with the token that was presented."""
    registration = Registration(live)
    answer = registration.ask("GET")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == registration.body
    assert registration.ask("GET", uri=f"{registration.uri}/").json() == registration.body


def test_a_secret_is_not_shown_again(live: Live) -> None:
    """Only its hash is here (RFC 7592 §3 leaves ``client_secret`` optional)."""
    registration = Registration(live, token_endpoint_auth_method="client_secret_post")
    assert registration.ask("GET").json() == {
        name: value for name, value in registration.body.items() if not name.startswith("client_secret")
    }


def test_a_put_replaces_and_does_not_add(live: Live) -> None:
    """RFC 7592 §2.2: what is left out is as if it had never been there; ids, times and tokens stay."""
    registration = Registration(live)
    answer = registration.put(redirect_uris=["https://client.example/new"], token_endpoint_auth_method="none", scope="repo")
    assert answer.status_code == 200
    kept = ("client_id", "client_id_issued_at", "registration_client_uri", "registration_access_token")
    assert answer.json() == {name: registration.body[name] for name in kept} | {
        "redirect_uris": ["https://client.example/new"],
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "scope": "repo",
    }
    assert registration.ask("GET").json() == answer.json()
    assert connect(live.url).get(OAuthClient(registration.http, registration.client_id).authorize_url()).status_code == 400
    changed = AuthEvent.objects.get(kind="client_changed")
    assert changed.client == registration.row()
    assert {"redirect_uris", "name", "software_id"} <= set(changed.detail["changed"])


def test_what_was_answered_can_be_sent_back_without_the_servers_own(live: Live) -> None:
    registration = Registration(live, token_endpoint_auth_method="client_secret_basic")
    own = {"registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"}
    sent = {name: value for name, value in registration.body.items() if name not in own}
    assert registration.put(**sent).status_code == 200
    client = OAuthClient(registration.http, registration.client_id, registration.body["client_secret"])
    assert client.token(grant_type="refresh_token", refresh_token="x").json()["error"] == "invalid_grant"
    assert not AuthEvent.objects.filter(kind="client_changed").exists()


@pytest.mark.parametrize(
    "member",
    [
        {"registration_access_token": "x"},
        {"registration_client_uri": "https://evil.example"},
        {"client_id_issued_at": 1},
        {"client_secret_expires_at": 0},
        {"client_secret": "chosen"},
        {"client_secret": 7},
        {"client_id": "another"},
        {"client_id": None},
        {"redirect_uris": ["javascript:alert(1)"]},
        {"redirect_uris": None},
        {"token_endpoint_auth_method": "tls_client_auth"},
    ],
)
def test_a_put_that_is_not_in_order_changes_nothing(live: Live, member: dict[str, Any]) -> None:
    """RFC 7592 §2.2: the server's own members are not sent, and a secret is not chosen."""
    registration = Registration(live)
    answer = registration.put(**METADATA | member)
    assert answer.status_code == 400
    assert answer.json()["error"] == ("invalid_redirect_uri" if "redirect_uris" in member else "invalid_client_metadata")
    assert registration.ask("GET").json() == registration.body


def test_a_body_that_cannot_be_read_is_told(live: Live) -> None:
    registration = Registration(live)
    headers = {"Authorization": f"Bearer {registration.token}"}
    for content in (b"", b"{", b"[]", b"null", b'{"client_id": NaN}', b"\xff"):
        answer = registration.http.put(
            registration.uri, content=content, headers={**headers, "Content-Type": "application/json"}
        )
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")
    assert registration.http.put(registration.uri, data={"a": "b"}, headers=headers).status_code == 400


def test_another_method_of_authentication_gives_or_takes_the_secret(live: Live) -> None:
    """A client cannot become confidential without a secret, nor keep one as a public client."""
    registration = Registration(live)
    body = registration.put(**METADATA | {"token_endpoint_auth_method": "client_secret_post"}).json()
    assert body["client_secret_expires_at"] == 0
    client = OAuthClient(registration.http, registration.client_id, body["client_secret"])
    nobody = {"grant_type": "refresh_token", "refresh_token": "x"}
    assert client.token(**nobody).json()["error"] == "invalid_grant"
    assert client.http.post("/token", data={"client_id": client.client_id, **nobody}).json()["error"] == "invalid_client"
    assert registration.row().client_type == Client.CLIENT_CONFIDENTIAL
    # From one way of sending it to the other it is the same secret.
    changed = registration.put(**METADATA | {"token_endpoint_auth_method": "client_secret_basic"}).json()
    assert "client_secret" not in changed
    assert client.token(**nobody).json()["error"] == "invalid_grant"
    assert "client_secret" not in registration.put(**METADATA).json()
    assert client.token(**nobody).json()["error"] == "invalid_client"
    assert not registration.row().client_secret


def test_a_consent_page_of_before_the_change_is_void(live: Live) -> None:
    """What the person saw is not what the client is now."""
    registration = Registration(live, redirect_uris=["http://127.0.0.1:7777/callback"])
    client = OAuthClient(registration.http, registration.client_id)
    browser, consent = open_consent(live, client)
    assert registration.put(**METADATA | {"client_name": "Somebody Else"}).status_code == 200
    assert browser.press(consent, "allow").status_code == 400


def test_a_deleted_client_is_unknown_from_then_on_and_its_sessions_end(live: Live) -> None:
    """RFC 7592 §2.3: 204; tokens stop at once, the id is nobody's, and the history stays."""
    registration = Registration(live, redirect_uris=["http://127.0.0.1:7777/callback"])
    client = OAuthClient(registration.http, registration.client_id)
    callback = live.browser().sign_in(client.authorize_url())
    assert client.redeem(callback).status_code == 200
    browser, consent = open_consent(live, client)
    second_code = live.browser().sign_in(client.authorize_url())
    assert client.mcp().status_code == 200

    answer = registration.ask("DELETE")
    assert (answer.status_code, answer.content) == (204, b"")
    assert client.mcp().status_code == 401
    for refused in (client.refresh(), client.redeem(second_code)):
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert browser.press(consent, "allow").status_code == 400
    assert client.http.get(client.authorize_url(), headers={"Accept": "application/json"}).json()["error"] == "invalid_client"
    for method in ("GET", "PUT", "DELETE"):
        assert registration.ask(method, json={}).status_code == 401
    assert Session.objects.get().end_reason == Session.EndReason.CLIENT
    assert [event.kind for event in AuthEvent.objects.filter(client=registration.row()).order_by("pk")][-2:] == [
        "client_deleted",
        "session_ended",
    ]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_its_own_token_opens_a_registration(live: Live, method: str) -> None:
    """RFC 7592 §2.1: 401 alike for an unknown client and a wrong token; nothing else that we give out is of use here."""
    registration, other = Registration(live), Registration(live, client_name="Other")
    person = signed_in(live.url, live.simulator, client_name="Third", token_endpoint_auth_method="client_secret_post")
    foreign = [
        other.token,
        tokens.mint(tokens.REGISTRATION_TOKEN),
        tokens.checksum(registration.token),
        registration.row().registration_token_checksum,
        registration.token[:-1],
        registration.token + "x",
        registration.client_id,
        person.tokens["access_token"],
        person.tokens["refresh_token"],
        person.client_secret or "",
        "x" * 5000,
    ]
    for token in foreign:
        answer = registration.ask(method, token=token, json=METADATA)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
        assert answer.headers["www-authenticate"] == 'Bearer realm="Gatehouse", error="invalid_token"'
    for headers in ({}, {"Authorization": ""}, {"Authorization": "Bearer"}, {"Authorization": f"Basic {registration.token}"}):
        assert registration.http.request(method, registration.uri, headers=headers).status_code == 401
    in_the_url = f"{registration.uri}?access_token={registration.token}"
    assert registration.http.request(method, in_the_url).status_code == 401
    for uri in (f"{live.url}/register/{'0' * 32}", f"{live.url}/register/{person.client_id}", f"{live.url}/register/%C3%BC"):
        assert registration.ask(method, uri=uri, json=METADATA).status_code == 401
    assert registration.ask("GET").json() == registration.body


def test_the_token_is_accepted_nowhere_else(live: Live) -> None:
    registration = Registration(live)
    client = OAuthClient(registration.http, registration.client_id)
    assert client.mcp(token=registration.token).status_code == 401
    for form in (
        {"grant_type": "refresh_token", "refresh_token": registration.token},
        {"grant_type": "authorization_code", "code": registration.token, "code_verifier": client.verifier},
    ):
        assert client.token(**form).json()["error"] == "invalid_grant"
    assert client.token(grant_type="refresh_token", refresh_token="x", client_secret=registration.token).status_code == 401


def test_a_client_that_an_operator_switched_off_cannot_change_itself(live: Live) -> None:
    registration = Registration(live)
    Client.objects.update(disabled_at="2026-01-01T00:00:00Z")
    assert {registration.ask(method, json=METADATA).status_code for method in ("GET", "PUT", "DELETE")} == {401}


def test_other_methods_are_refused(live: Live) -> None:
    registration = Registration(live)
    for method in ("POST", "PATCH", "HEAD"):
        answer = registration.ask(method)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, PUT, DELETE")


def test_a_page_of_another_origin_may_manage_its_client(live: Live) -> None:
    """Fetch standard: a browser-based client asks first, and reads the answer, errors included."""
    registration = Registration(live)
    http = connect(live.url, Origin="https://inspector.example")
    for method in ("PUT", "DELETE", "GET"):
        wanted = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "authorization,content-type"}
        preflight = http.options(registration.uri, headers=wanted)
        assert preflight.status_code == 204
        assert method in preflight.headers["access-control-allow-methods"]
        assert "authorization" in preflight.headers["access-control-allow-headers"].lower()
    assert http.get(registration.uri).headers["access-control-allow-origin"] == "*"


def test_requests_are_slowed_by_address(live: Live, settings: Settings) -> None:
    registration = Registration(live)
    settings.RATE_TOKEN = (2, 86_400)
    assert [registration.ask("GET").status_code for _ in range(3)] == [200, 200, 429]
