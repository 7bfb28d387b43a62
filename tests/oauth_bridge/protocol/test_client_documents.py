"""What a client's document may say (draft-ietf-oauth-client-id-metadata-document; AS-62 to AS-65)."""

import json
from typing import Any

import pytest

from oauth_bridge.protocol import client_documents
from oauth_bridge.protocol.client_documents import InvalidDocument, is_document_url, parse
from oauth_bridge.protocol.registration import ClientMetadata
from tests.support.document_site import DOCUMENTS, URL, document
from tests.support.signing import jwk


def read(**changes: Any) -> ClientMetadata:
    return parse(json.dumps(document(**changes)).encode(), url=URL)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_document_of_every_real_client_is_accepted(name: str) -> None:
    """Whole: no redirect URI of theirs is dropped, and nobody has to sign who may come without."""
    published = DOCUMENTS[name]
    metadata = parse(json.dumps(published).encode(), url=published["client_id"])
    assert metadata.client_name == published["client_name"]
    assert list(metadata.redirect_uris) == published["redirect_uris"]
    assert metadata.grant_types == ("authorization_code", "refresh_token")
    assert metadata.token_endpoint_auth_method == "none"
    assert metadata.jwks_uri == published.get("jwks_uri", "")


METHODS: list[tuple[dict[str, Any], str]] = [
    ({}, "none"),
    ({"token_endpoint_auth_method": "none"}, "none"),
    ({"token_endpoint_auth_method": "private_key_jwt"}, "private_key_jwt"),
    (
        {"token_endpoint_auth_method": "private_key_jwt", "token_endpoint_auth_methods_supported": ["private_key_jwt"]},
        "private_key_jwt",
    ),
    ({"token_endpoint_auth_method": "private_key_jwt", "token_endpoint_auth_methods_supported": ["none", "x"]}, "none"),
    ({"token_endpoint_auth_method": "none", "token_endpoint_auth_methods_supported": ["private_key_jwt"]}, "none"),
    ({"token_endpoint_auth_methods_supported": ["private_key_jwt"]}, "private_key_jwt"),
    ({"token_endpoint_auth_methods_supported": ["none", "private_key_jwt"]}, "none"),
    ({"token_endpoint_auth_method": "tls_client_auth", "token_endpoint_auth_methods_supported": ["none"]}, "none"),
    ({"token_endpoint_auth_methods_supported": []}, "none"),
]


@pytest.mark.parametrize(("members", "expected"), METHODS)
def test_signing_is_required_only_of_a_client_that_offers_nothing_else(members: dict[str, Any], expected: str) -> None:
    metadata = read(**members, jwks={"keys": [jwk()]})
    assert metadata.token_endpoint_auth_method == expected
    assert len(metadata.jwks) == 1


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"client_id": None}, "client_id"),
    ({"client_id": URL + "/"}, "client_id"),
    ({"client_id": URL.upper()}, "client_id"),
    ({"client_id": "https://other.example/client.json"}, "client_id"),
    ({"client_id": URL.replace("client.json", "%63lient.json")}, "client_id"),
    ({"client_id": [URL]}, "client_id"),
    ({"client_name": None}, "client_name"),
    ({"client_name": ""}, "client_name"),
    ({"client_name": " \u200b\u202e "}, "client_name"),
    ({"client_name": 7}, "client_name"),
    ({"redirect_uris": None}, "redirect_uris"),
    ({"redirect_uris": []}, "redirect_uris"),
    ({"redirect_uris": "http://127.0.0.1/callback"}, "redirect_uris"),
    ({"redirect_uris": ["http://evil.example/callback"]}, "redirect URI"),
    ({"redirect_uris": ["javascript:alert(1)"]}, "redirect URI"),
    ({"redirect_uris": [f"https://client.example/{number}" for number in range(11)]}, "redirect URIs"),
    ({"grant_types": ["client_credentials"]}, "grant_types"),
    ({"response_types": ["token"]}, "response_types"),
    ({"client_secret": "s3cret"}, "secret"),
    ({"client_secret": ""}, "secret"),
    ({"client_secret_expires_at": 0}, "secret"),
    *(
        ({"token_endpoint_auth_method": name}, "secret")
        for name in ("client_secret_basic", "client_secret_post", "client_secret_jwt", 7)
    ),
    ({"token_endpoint_auth_method": "client_secret_post", "token_endpoint_auth_methods_supported": ["none"]}, "secret"),
    ({"token_endpoint_auth_method": "tls_client_auth"}, "no way to authenticate"),
    ({"token_endpoint_auth_methods_supported": "none"}, "list"),
    ({"token_endpoint_auth_methods_supported": [7]}, "list"),
    ({"token_endpoint_auth_method": "private_key_jwt"}, "jwks"),
    ({"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "http://client.example/keys"}, "jwks"),
    ({"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://localhost/keys"}, "jwks"),
    ({"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": []}}, "usable"),
    (
        {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [jwk()]}, "jwks_uri": "https://client.example/k"},
        "exclude",
    ),
    ({"jwks": {"keys": [{**jwk(), "d": "AQAB"}]}}, "private"),
    ({"jwks": {"keys": [{"kty": "oct", "k": "AQAB"}]}}, "private"),
]


@pytest.mark.parametrize(("changes", "message"), REFUSED)
def test_an_unusable_document_is_refused_with_a_reason(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidDocument, match=message) as refused:
        read(**changes)
    assert "s3cret" not in str(refused.value)


BROKEN = [
    b"",
    b"null",
    b"[]",
    b'"x"',
    b"{",
    b"{'a': 1}",
    b'{"client_id": NaN}',
    b"\xff\xfe{\x00",
    b"<html></html>",
    b'{"a":"\\ud800"}',
]


@pytest.mark.parametrize("body", [*BROKEN, b"[" * 9_000, b'{"client_id": "' + b"a" * client_documents.MAX_BYTES + b'"}'])
def test_what_is_not_a_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidDocument):
        parse(body, url=URL)


def test_what_is_of_no_use_here_is_dropped() -> None:
    metadata = read(
        redirect_uris=["javascript:alert(1)", "https://client.example/cb", "http://evil.example/cb"],
        grant_types=["authorization_code", "urn:ietf:params:oauth:grant-type:jwt-bearer", "client_credentials"],
        scope="mcp:* admin",
        logo_uri="http://169.254.169.254/latest",
        jwks={"keys": "not a key set"},
    )
    assert metadata.redirect_uris == ("https://client.example/cb",)
    assert metadata.grant_types == ("authorization_code",)
    assert metadata.scope == "read:user user:email"
    assert (metadata.jwks, metadata.jwks_uri) == ((), "")
    assert not hasattr(metadata, "logo_uri")


def test_ids_of_our_own_are_never_taken_for_documents() -> None:
    """AS-61."""
    assert is_document_url(URL)
    for client_id in ("0123456789abcdef0123456789abcdef", "https://client.example", "http://client.example/x", ""):
        assert not is_document_url(client_id)


def test_a_key_set_is_read_with_the_same_care() -> None:
    good = json.dumps({"keys": [jwk()]}).encode()
    assert len(client_documents.parse_key_set(good)) == 1
    for body in (*BROKEN, b'{"keys": []}', json.dumps({"keys": [{**jwk(), "d": "AQAB"}]}).encode()):
        with pytest.raises(InvalidDocument):
            client_documents.parse_key_set(body)
