"""Clients that sign (``private_key_jwt``; RFC 7521, RFC 7523, RFC 7591), over real HTTP."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from django.core.cache import cache
from django.utils import timezone

from oauth_bridge import housekeeping
from oauth_bridge.documents import requests
from oauth_bridge.models import Client, ClientKeySet, UsedAssertion
from tests.conftest import Live
from tests.support.document_site import DOCUMENTS, DocumentSite, document, document_site, page
from tests.support.flow import OAuthClient, connect
from tests.support.signing import TYPE, assertion, jwk

KEYS = {"keys": [jwk()]}


@pytest.fixture
def site(live: Live, monkeypatch: pytest.MonkeyPatch) -> Iterator[DocumentSite]:
    """Return the internet, as far as documents and keys go."""
    with document_site() as running:
        monkeypatch.setattr(requests, "fetcher", running.fetcher())
        yield running


def signed(client: OAuthClient, **changes: Any) -> dict[str, str]:
    """Return the two parameters of a good assertion, but for ``changes``."""
    audience = changes.pop("aud", str(client.http.base_url).rstrip("/"))
    return {"client_assertion_type": TYPE, "client_assertion": assertion(client.client_id, audience, **changes)}


def signed_in(live: Live, client: OAuthClient, **changes: Any) -> OAuthClient:
    callback = live.browser().sign_in(client.authorize_url())
    answer = client.redeem(callback, **signed(client, **changes))
    assert answer.status_code == 200, answer.text
    return client


def refused(answer: httpx2.Response, error: str = "invalid_client") -> str:
    assert (answer.status_code, answer.json()["error"]) == (401 if error == "invalid_client" else 400, error), answer.text
    description: str = answer.json()["error_description"]
    return description


@pytest.mark.parametrize("kind", ["RS256", "PS256", "ES256", "EdDSA"])
def test_a_registered_client_signs_with_keys_of_its_own(live: Live, kind: str) -> None:
    """RFC 7591 §2: ``jwks`` inline. No secret is given out, and what is effective is reported."""
    url = live.url
    known = connect(url).post(
        "/register",
        json={
            "redirect_uris": ["http://127.0.0.1:7777/callback"],
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": {"keys": [jwk(kind, x5c=["MII"])]},
        },
    )
    assert known.status_code == 201
    body = known.json()
    assert not {"client_secret", "client_secret_expires_at", "jwks_uri"} & body.keys()
    assert body["token_endpoint_auth_method"] == "private_key_jwt"
    assert "x5c" not in body["jwks"]["keys"][0]
    client = signed_in(live, OAuthClient(connect(url), body["client_id"]), kind=kind)
    assert client.call("get_user_info")["structuredContent"]["login"] == "alice"
    assert client.refresh(**signed(client, kind=kind)).status_code == 200
    token = client.tokens["refresh_token"]
    assert client.http.post("/revoke", data={"token": token, **signed(client, kind=kind)}).status_code == 200
    assert client.mcp().status_code == 401


def test_a_registered_client_may_publish_its_keys(live: Live, site: DocumentSite) -> None:
    """``jwks_uri``: fetched by the same careful fetcher, and a new key works at once."""
    site.pages["/keys.json"] = page(KEYS)
    client = OAuthClient.register(
        live.url, token_endpoint_auth_method="private_key_jwt", jwks_uri="https://client.example/keys.json"
    )
    signed_in(live, client)
    site.pages["/keys.json"] = page({"keys": [jwk("ES256", "new")]})
    cache.clear()
    assert client.refresh(**signed(client, kind="ES256", name="new")).status_code == 200


BAD_KEYS: list[dict[str, Any]] = [
    {},
    {"jwks": {"keys": []}},
    {"jwks": {"keys": [{**jwk(), "d": "AQAB"}]}},
    {"jwks": {"keys": [{"kty": "oct", "k": "AQAB"}]}},
    {"jwks": {"keys": [jwk("RSA1024")]}},
    {"jwks": [jwk()]},
    {"jwks": KEYS, "jwks_uri": "https://client.example/keys.json"},
    {"jwks_uri": "http://client.example/keys.json"},
    {"jwks_uri": "https://127.0.0.1/keys.json"},
    {"jwks_uri": "https://169.254.169.254/latest"},
    {"jwks_uri": "file:///etc/passwd"},
    {"jwks_uri": ["https://client.example/keys.json"]},
    {"jwks_uri": "https://client.example/" + "a" * 300},
]


def test_keys_that_cannot_be_used_are_not_registered(live: Live, site: DocumentSite) -> None:
    http = connect(live.url)
    for keys in BAD_KEYS:
        body = {"redirect_uris": ["http://127.0.0.1/cb"], "token_endpoint_auth_method": "private_key_jwt", **keys}
        answer = http.post("/register", json=body)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata"), keys
    assert not Client.objects.exists()
    assert site.connections == 0


def test_a_client_that_signs_must_sign(live: Live) -> None:
    """Neither nothing, nor a secret, nor another's signature does; and the code is still good for its owner."""
    client = OAuthClient.register(live.url, token_endpoint_auth_method="private_key_jwt", jwks=KEYS)
    callback = live.browser().sign_in(client.authorize_url())
    refused(client.redeem(callback))
    refused(client.redeem(callback, client_secret="guess"))
    refused(client.redeem(callback, **signed(client, name="evil")))
    refused(client.redeem(callback, **signed(client, aud="https://other.example")))
    refused(client.redeem(callback, **signed(client, exp=1)))
    refused(client.redeem(callback, client_assertion_type=TYPE, client_assertion="not.an.assertion"))
    assert client.redeem(callback, **signed(client)).status_code == 200


def test_two_ways_at_once_are_refused(live: Live) -> None:
    """RFC 6749 §2.3."""
    client = OAuthClient.register(live.url, token_endpoint_auth_method="private_key_jwt", jwks=KEYS)
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    refused(client.token(**form, client_secret="x", **signed(client)), "invalid_request")
    http = client.http
    answer = http.post("/token", data={**form, **signed(client)}, auth=httpx2.BasicAuth(client.client_id, "x"))
    refused(answer, "invalid_request")
    half = signed(client)
    refused(client.token(**form, client_assertion=half["client_assertion"]), "invalid_request")
    refused(client.token(**form, client_assertion_type=TYPE), "invalid_request")
    saml = {**half, "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"}
    refused(client.token(**form, **saml), "invalid_request")
    assert not UsedAssertion.objects.exists()


def test_one_client_cannot_sign_for_another(live: Live) -> None:
    """The keys are those of the client that is named, whoever signs."""
    mine = OAuthClient.register(live.url, token_endpoint_auth_method="private_key_jwt", jwks={"keys": [jwk(name="mine")]})
    theirs = signed_in(live, OAuthClient.register(live.url, token_endpoint_auth_method="private_key_jwt", jwks=KEYS))
    form = {"grant_type": "refresh_token", "refresh_token": theirs.tokens["refresh_token"]}
    refused(theirs.http.post("/token", data={**form, "client_id": theirs.client_id, **signed(mine, name="mine")}))
    refused(theirs.http.post("/token", data={**form, **signed(theirs, name="mine")}))
    answer = theirs.http.post("/token", data={**form, **signed(mine, name="mine")})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert theirs.refresh(**signed(theirs)).status_code == 200


def test_the_assertion_alone_says_which_client_it_is(live: Live) -> None:
    """RFC 7521 §4.2: ``client_id`` may be left out."""
    client = signed_in(live, OAuthClient.register(live.url, token_endpoint_auth_method="private_key_jwt", jwks=KEYS))
    form = {"grant_type": "refresh_token", "refresh_token": client.tokens["refresh_token"], **signed(client)}
    assert client.http.post("/token", data=form).status_code == 200
    refused(client.http.post("/token", data={**form, **signed(client, sub="nobody", iss="nobody")}))


def test_an_assertion_works_once_whatever_came_of_it(live: Live) -> None:
    """RFC 7523 §3 item 7: also one whose request failed, and of eight at once one alone."""
    client = signed_in(live, OAuthClient.register(live.url, token_endpoint_auth_method="private_key_jwt", jwks=KEYS))
    once = signed(client)
    assert client.token(grant_type="refresh_token", refresh_token="nonsense", **once).json()["error"] == "invalid_grant"
    assert "used before" in refused(client.refresh(**once))
    once = signed(client)
    before = UsedAssertion.objects.count()
    with ThreadPoolExecutor(8) as pool:
        form = {"client_id": client.client_id, "token": "x", **once}
        statuses = sorted(
            answer.status_code for answer in pool.map(lambda _: httpx2.post(f"{live.url}/revoke", data=form), range(8))
        )
    assert statuses == [200, *[401] * 7]
    assert UsedAssertion.objects.count() == before + 1
    row = UsedAssertion.objects.values().last()
    assert row is not None
    assert once["client_assertion"] not in str(row)


def test_used_assertions_are_swept_when_they_have_expired(live: Live) -> None:
    client = signed_in(live, OAuthClient.register(live.url, token_endpoint_auth_method="private_key_jwt", jwks=KEYS))
    assert client.refresh(**signed(client)).status_code == 200
    assert UsedAssertion.objects.count() == 2
    assert housekeeping.sweep(timezone.now())["client assertions"] == 0
    assert housekeeping.sweep(timezone.now() + timedelta(days=2))["client assertions"] == 2


def test_chatgpt_signs_since_we_offer_it_and_is_held_to_it(live: Live, site: DocumentSite) -> None:
    """Its document prefers ``private_key_jwt`` and lists ``none``: it signs wherever a server offers that."""
    site.pages["/oauth/jwks.json"] = page(KEYS)
    published = DOCUMENTS["chatgpt"]
    client = OAuthClient(connect(live.url), site.publish(published), redirect_uri=published["redirect_uris"][0])
    callback = live.browser().sign_in(client.authorize_url())
    refused(client.redeem(callback, **signed(client, name="evil")))
    assert client.redeem(callback, **signed(client, aud=f"{live.url}/token")).status_code == 200
    assert client.refresh(**signed(client)).status_code == 200
    assert ClientKeySet.objects.get().url == published["jwks_uri"]
    # Without a signature as well: the document says so.
    assert client.refresh().status_code == 200


def test_a_document_that_offers_nothing_else_makes_signing_a_must(live: Live, site: DocumentSite) -> None:
    """AS-64. And when the keys cannot be had, that is not taken for the client's fault."""
    site.pages["/keys.json"] = page(KEYS)
    url = site.publish(document(token_endpoint_auth_method="private_key_jwt", jwks_uri="https://client.example/keys.json"))
    client = OAuthClient(connect(live.url), url)
    callback = live.browser().sign_in(client.authorize_url())
    assert [path for _, path, _ in site.requests] == ["/client.json", "/keys.json"]
    refused(client.redeem(callback))
    ClientKeySet.objects.all().delete()
    site.is_down = True
    cache.clear()
    answer = client.redeem(callback, **signed(client))
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    site.is_down = False
    cache.clear()
    assert client.redeem(callback, **signed(client)).status_code == 200


def test_a_client_with_a_secret_cannot_sign_instead(live: Live) -> None:
    client = OAuthClient.register(live.url, token_endpoint_auth_method="client_secret_post", jwks=KEYS)
    client.client_secret = None
    refused(client.token(grant_type="refresh_token", refresh_token="x", **signed(client)))
    assert Client.objects.get().jwks == []
