"""Dynamic Client Registration (RFC 7591) at ``/register``, over HTTP."""

from typing import Any

import httpx2
import pytest
from pytest_django import Settings

from oauth_bridge.models import Client
from tests.conftest import Live
from tests.support.flow import OAuthClient, connect, signed_in

GOOD = {"client_name": "Good", "redirect_uris": ["https://client.example/cb"], "token_endpoint_auth_method": "none"}


def register(live: Live, **changes: Any) -> httpx2.Response:
    return connect(live.url).post("/register", json={**GOOD, **changes})


def test_a_public_client_gets_what_is_effective_and_no_secret(live: Live) -> None:
    """RFC 7591 §3.2.1: every registered value comes back, and unknown fields are ignored."""
    answer = register(live, grant_types=["authorization_code", "refresh_token", "implicit"], favourite_colour="red")
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    issued_at = body.pop("client_id_issued_at")
    assert type(issued_at) is int
    row = Client.objects.get()
    assert abs(issued_at - row.created.timestamp()) < 2
    assert body.pop("registration_access_token").startswith("gth_rg_")
    assert body == {
        "client_id": row.client_id,
        "registration_client_uri": f"{live.url}/register/{row.client_id}",
        "client_name": "Good",
        "redirect_uris": ["https://client.example/cb"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "scope": "read:user user:email",
    }
    assert not row.client_id.startswith("http")


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", None])
def test_a_secret_is_shown_once_and_kept_as_a_hash(live: Live, method: str | None) -> None:
    """RFC 7591 §2: no method means ``client_secret_basic``. §3.2.1: the expiry stands beside the secret."""
    body = register(live, token_endpoint_auth_method=method).json()
    assert body["token_endpoint_auth_method"] == (method or "client_secret_basic")
    assert body["client_secret_expires_at"] == 0
    row = Client.objects.values().get()
    assert len(body["client_secret"]) >= 43
    for shown_once in (body["client_secret"], body["registration_access_token"]):
        assert not any(shown_once in str(value) for value in row.values())


@pytest.mark.parametrize("method", ["tls_client_auth", "client_secret_jwt", "", 7, ["none"]])
def test_a_way_to_authenticate_that_is_not_offered_is_refused(live: Live, method: object) -> None:
    answer = register(live, token_endpoint_auth_method=method)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")
    assert not Client.objects.exists()


BAD_URIS = [
    "http://client.example/cb",
    "http://127.0.0.1.evil.example/cb",
    "http://localhost.evil.example/",
    "http://127.0.0.1:80@evil.example/cb",
    "http://localhost@evil.example/",
    "https://user:pass@client.example/cb",
    "https://client.example/cb#part",
    "https://client.example/cb#",
    "https://client.example:99999/cb",
    "https://client.example:0/cb",
    "http://localhost:99999/cb",
    "https://client.example\\@evil.example/cb",
    "https://client.example/cb\x00",
    "https://client.example/cb%00",
    "https://client.example/c b",
    "https://client.example/cb\r\nSet-Cookie: a=b",
    "https://client.example/%0d%0aSet-Cookie:a=b",
    "https://*.example/cb",
    "https://",
    "https:///cb",
    "https:client.example",
    "//client.example/cb",
    "/cb",
    "client.example/cb",
    "javascript:alert(1)",
    "javascript://client.example/%0aalert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "blob:https://client.example/x",
    "ftp://client.example/cb",
    "about:blank",
    "urn:ietf:wg:oauth:2.0:oob",
    "https://client.example/cb?code=1",
    "https://client.example/cb?a=b&state=1",
    "https://client.example/cb?%63ode=1",
    "https://client.example/cb?iss=https://evil.example",
    "https://cliënt.example/cb",
    "https://client.example/" + "a" * 2001,
    "",
    7,
    None,
    ["https://client.example/cb"],
    {"uri": "https://client.example/cb"},
]


def test_no_unsafe_redirect_uri_can_be_registered(live: Live) -> None:
    """OAuth 2.1 §8.4, RFC 8252 §7, and the advisories of the field: each alone is refused, and leaves no row."""
    for uri in BAD_URIS:
        answer = register(live, redirect_uris=[uri])
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri"), uri
    assert not Client.objects.exists()


def test_an_unsafe_uri_among_safe_ones_is_dropped_not_stored(live: Live) -> None:
    answer = register(live, redirect_uris=["javascript:alert(1)", "https://client.example/cb", "http://client.example/"])
    assert answer.json()["redirect_uris"] == ["https://client.example/cb"]
    assert Client.objects.get().redirect_uris == "https://client.example/cb"


WRONG_TYPES: list[dict[str, Any]] = [
    {"redirect_uris": "https://client.example/cb"},
    {"redirect_uris": {}},
    {"redirect_uris": []},
    {"redirect_uris": None},
    {"redirect_uris": ["https://client.example/cb"] * 11},
    {"redirect_uris": [f"https://client.example/{number}" for number in range(2000)]},
    {"client_name": 7},
    {"client_name": ["a"]},
    {"scope": ["read:user"]},
    {"grant_types": "authorization_code"},
    {"grant_types": [7]},
    {"grant_types": ["implicit"]},
    {"grant_types": ["client_credentials"]},
    {"grant_types": ["password"]},
    {"response_types": ["token"]},
    {"response_types": "code"},
    {"client_uri": 7},
    {"software_id": {}},
    {"application_type": False},
]


def test_wrong_types_and_foreign_grants_are_refused(live: Live) -> None:
    """RFC 7591 §3.2.2: an error of the standard, and nothing stored."""
    for change in WRONG_TYPES:
        answer = register(live, **change)
        assert answer.status_code == 400, change
        expected = "invalid_redirect_uri" if "redirect_uris" in change else "invalid_client_metadata"
        assert answer.json()["error"] == expected, change
        assert answer.headers["cache-control"] == "no-store"
    assert not Client.objects.exists()
    assert register(live).status_code == 201


def test_invisible_characters_are_taken_out_of_a_name(live: Live) -> None:
    """NUL, direction marks and the like: the consent page must read as it is, and the database must hold it."""
    body = register(live, client_name="Clau\u202ede\x00\u200b  \n Desktop" + "x" * 500, software_id="a\x00b").json()
    assert body["client_name"].startswith("Claude Desktopx")
    assert len(body["client_name"]) == 200
    assert body["software_id"] == "ab"


def test_a_client_cannot_choose_its_id_or_secret(live: Live) -> None:
    """What the server decides, a request cannot: neither identity nor trust."""
    victim = OAuthClient.register(live.url)
    wanted = {"client_id": victim.client_id, "client_secret": "known", "skip_authorization": True, "user": 1, "id": 1}
    body = register(live, **wanted, token_endpoint_auth_method="client_secret_post").json()
    assert body["client_id"] != victim.client_id
    assert body["client_secret"] != "known"
    assert not Client.objects.filter(skip_authorization=True).exists()


def test_a_flood_of_registrations_is_slowed_by_the_socket_address(live: Live, settings: Settings) -> None:
    """A forged ``X-Forwarded-For`` buys no second allowance; others are served again when the flood is over."""
    settings.RATE_REGISTER = (3, 86_400)
    http = connect(live.url)
    statuses = []
    for number in range(6):
        metadata = GOOD | {"client_name": f"Program {number}"}
        answer = http.post("/register", json=metadata, headers={"X-Forwarded-For": f"203.0.113.{number}"})
        statuses.append(answer.status_code)
    assert statuses == [201, 201, 201, 429, 429, 429]
    assert 0 < int(answer.headers["retry-after"]) <= 86_400
    assert answer.json()["error"] == "temporarily_unavailable"
    assert Client.objects.count() == 3


def test_registering_again_disturbs_nobody(live: Live) -> None:
    """A second registration with the same values must not take over or end what the first one has."""
    first = signed_in(live.url, live.simulator)
    assert OAuthClient.register(live.url).client_id
    assert first.mcp().status_code == 200
