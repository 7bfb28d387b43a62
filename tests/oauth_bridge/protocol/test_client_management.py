"""RFC 7592, as functions."""

from typing import Any

import pytest

from oauth_bridge.protocol import client_management
from oauth_bridge.protocol.errors import InvalidRegistrationToken, RegistrationError

BODY = {"client_id": "a1", "redirect_uris": ["https://client.example/cb"], "token_endpoint_auth_method": "none"}


@pytest.mark.parametrize(("header", "token"), [("Bearer x", "x"), ("bearer  x ", "x"), ("BEARER x.y", "x.y")])
def test_the_token_is_in_the_header(header: str, token: str) -> None:
    """RFC 7592 §2.1 with RFC 6750 §2.1; RFC 9110 §11.1: the scheme in any case."""
    assert client_management.access_token(header) == token


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic x", "x", "Bearerx"])
def test_without_a_token_there_is_nothing_to_do(header: str | None) -> None:
    with pytest.raises(InvalidRegistrationToken):
        client_management.access_token(header)


def test_an_update_is_a_registration_anew() -> None:
    update = client_management.parse_update({**BODY, "client_secret": "s"}, client_id="a1")
    assert update.client_secret == "s"
    assert update.metadata.redirect_uris == ("https://client.example/cb",)
    assert update.metadata.grant_types == ("authorization_code",)
    assert update.metadata.client_name == ""
    assert client_management.parse_update(BODY, client_id="a1").client_secret is None


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "x",
        {},
        BODY | {"client_id": "A1"},
        BODY | {"client_id": 7},
        BODY | {"client_secret": ["s"]},
        BODY | {"registration_access_token": None},
        BODY | {"registration_client_uri": ""},
        BODY | {"client_id_issued_at": 0},
        BODY | {"client_secret_expires_at": None},
    ],
)
def test_what_may_not_be_sent_is_refused(document: Any) -> None:
    """RFC 7592 §2.2."""
    with pytest.raises(RegistrationError) as refused:
        client_management.parse_update(document, client_id="a1")
    assert refused.value.code == "invalid_client_metadata"


def test_where_a_registration_is_found_again() -> None:
    """RFC 7592 §3: an absolute URI, from configuration alone."""
    assert client_management.management("https://gate.example", client_id="a1", token="t") == {
        "registration_client_uri": "https://gate.example/register/a1",
        "registration_access_token": "t",
    }
