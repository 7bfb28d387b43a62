"""The token request: who the client is, and what it presents."""

import base64
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_bridge.protocol import parameters
from oauth_bridge.protocol.errors import InvalidClient, OAuthError
from oauth_bridge.protocol.token_requests import (
    ClientCredentials,
    CodeRequest,
    RefreshRequest,
    client_credentials,
    parse,
    token_response,
)


def basic(text: str | bytes, scheme: str = "Basic") -> str:
    """Return the header for credentials that are already joined."""
    return f"{scheme} {base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()}"


KNOWN = [
    # none (public client) and client_secret_post
    (None, "client_id=c", "c", None),
    (None, "client_id=c&client_secret=", "c", None),
    (None, "client_id=c&client_secret=s", "c", "s"),
    (None, "client_id=c&client_secret=a%2Bb%20c", "c", "a+b c"),
    # client_secret_basic, with and without the client_id in the body
    (basic("c:s"), "", "c", "s"),
    (basic("c:s"), "client_id=c", "c", "s"),
    (basic("c:s"), "client_id=&client_secret=", "c", "s"),
    (basic("c:s", "basic"), "", "c", "s"),
    (basic("c:s", "BASIC"), "", "c", "s"),
    (basic("c:s", "Basic  "), "", "c", "s"),
    (basic("c:"), "", "c", None),
    (basic("c:a:b"), "", "c", "a:b"),
    (basic("a%3Ab:c%3Ad"), "", "a:b", "c:d"),
    (basic("a+b:c+d"), "", "a b", "c d"),
    (basic("a%2Bb:c%20d"), "", "a+b", "c d"),
    (basic("https%3A%2F%2Fapp.example%2Fc:s%25"), "", "https://app.example/c", "s%"),
    (basic("c:100%"), "", "c", "100%"),
    (basic("caf%C3%A9:é"), "", "café", "é"),
    (basic("c:gth_cs_Ab3-._~"), "", "c", "gth_cs_Ab3-._~"),
]


@pytest.mark.parametrize(("header", "body", "client_id", "secret"), KNOWN)
def test_a_client_names_itself_in_the_header_or_in_the_body(
    header: str | None, body: str, client_id: str, secret: str | None
) -> None:
    """RFC 6749 §2.3.1 (components are form-encoded before they are joined), RFC 7617 §2, RFC 9110 §11.1."""
    assert client_credentials(header, parameters.parse(body.encode())) == ClientCredentials(client_id, secret)


MALFORMED = "The Authorization header is malformed."
SCHEME = "The Authorization header must use the Basic scheme."
UNKNOWN = [
    (None, "", "The request does not say which client it comes from."),
    (None, "client_id=", "The request does not say which client it comes from."),
    (None, "client_secret=s", "The request does not say which client it comes from."),
    ("", "client_id=c", SCHEME),
    ("Basic", "client_id=c", MALFORMED),
    ("Basic ", "", MALFORMED),
    ("Basic c:s", "", MALFORMED),
    ("Basic YzpzCg=", "", MALFORMED),
    ("Basic Yzpz Yzpz", "", MALFORMED),
    ("Basic Yzpz,Basic Yzpz", "", MALFORMED),
    ("Basic Yz\u00e9pz", "", MALFORMED),
    ("Basic \u00ff\u00fe", "", MALFORMED),
    ("Basic Yz_z-w==", "", MALFORMED),
    (basic("c"), "", MALFORMED),
    (basic(":"), "", MALFORMED),
    (basic(":s"), "", MALFORMED),
    (basic("c%00:s"), "", MALFORMED),
    (basic(b"c\x00:s"), "", MALFORMED),
    (basic(b"\xff:s"), "", MALFORMED),
    ("Bearer gth_at_x", "", SCHEME),
    ("Basic\tYzpz", "", SCHEME),
    (basic("c:s", "Basics"), "", SCHEME),
    ("Digest username=c", "client_id=c", SCHEME),
]


@pytest.mark.parametrize(("header", "body", "description"), UNKNOWN)
def test_a_client_that_cannot_be_known_hears_401(header: str | None, body: str, description: str) -> None:
    """RFC 6749 §5.2: ``invalid_client``; nothing of the header is quoted."""
    with pytest.raises(InvalidClient) as caught:
        client_credentials(header, parameters.parse(body.encode()))
    error = caught.value
    assert (error.status, error.code, error.description) == (401, "invalid_client", description)


@pytest.mark.parametrize(
    ("header", "body"),
    [
        (basic("c:s"), "client_secret=s"),
        (basic("c:s"), "client_id=c&client_secret=s"),
        (basic("c:"), "client_secret=s"),
        (basic("c:s"), "client_id=other"),
        (basic("c:s"), "client_id=C"),
        (None, "client_id=c&client_id=c"),
        (None, "client_id=c&client_secret=s&client_secret=t"),
        (basic("c:s"), "client_id=c&client_id=c"),
    ],
)
def test_two_ways_at_once_or_a_repeated_one_are_refused(header: str | None, body: str) -> None:
    """RFC 6749 §2.3: a client must not use more than one method in a request."""
    with pytest.raises(OAuthError) as caught:
        client_credentials(header, parameters.parse(body.encode()))
    assert (caught.value.status, caught.value.code) == (400, "invalid_request")


@given(st.text(max_size=40))
def test_any_header_is_read_or_refused(text: str) -> None:
    """A stranger's header must not end in another exception: WSGI and ASGI decode it as Latin-1."""
    for header in (text, f"Basic {text}"):
        try:
            client_credentials(header, {})
        except InvalidClient:
            continue


def form(**values: str | None) -> parameters.Parameters:
    return parameters.parse(urlencode({name: value for name, value in values.items() if value is not None}).encode())


CODE = {"grant_type": "authorization_code", "code": "gth_ac_1", "code_verifier": "v" * 43}
REFRESH = {"grant_type": "refresh_token", "refresh_token": "gth_rt_1"}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (CODE, CodeRequest("gth_ac_1", None, "v" * 43, ())),
        (
            {**CODE, "redirect_uri": "http://localhost:1/cb", "resource": "https://gate.example/mcp", "scope": "ignored"},
            CodeRequest("gth_ac_1", "http://localhost:1/cb", "v" * 43, ("https://gate.example/mcp",)),
        ),
        ({**CODE, "redirect_uri": "", "resource": ""}, CodeRequest("gth_ac_1", None, "v" * 43, ())),
        (REFRESH, RefreshRequest("gth_rt_1", None, ())),
        ({**REFRESH, "scope": ""}, RefreshRequest("gth_rt_1", None, ())),
        (
            {**REFRESH, "scope": "read:user", "resource": "https://gate.example"},
            RefreshRequest("gth_rt_1", "read:user", ("https://gate.example",)),
        ),
    ],
)
def test_what_is_presented_is_read(values: dict[str, str], expected: CodeRequest | RefreshRequest) -> None:
    """OAuth 2.1 §4.1.3, §4.3.1."""
    assert parse(form(**values)) == expected


def test_several_resources_are_kept_in_their_order() -> None:
    """RFC 8707 §2: the parameter may be repeated."""
    found = parse(parameters.parse(urlencode(REFRESH).encode() + b"&resource=b:&resource=&resource=a:"))
    assert found.resource == ("b:", "a:")


@pytest.mark.parametrize(
    ("values", "code", "description"),
    [
        ({}, "invalid_request", "The parameter grant_type is missing."),
        ({**CODE, "grant_type": ""}, "invalid_request", "The parameter grant_type is missing."),
        ({**CODE, "code": None}, "invalid_request", "The parameter code is missing."),
        ({**CODE, "code": ""}, "invalid_request", "The parameter code is missing."),
        ({**CODE, "code_verifier": None}, "invalid_request", "The parameter code_verifier is missing."),
        ({**CODE, "code_verifier": ""}, "invalid_request", "The parameter code_verifier is missing."),
        ({**REFRESH, "refresh_token": None}, "invalid_request", "The parameter refresh_token is missing."),
        *(
            ({**CODE, "grant_type": name}, "unsupported_grant_type", "Supported are authorization_code and refresh_token.")
            for name in (
                "password",
                "client_credentials",
                "implicit",
                "Authorization_Code",
                "urn:ietf:params:oauth:grant-type:device_code",
                "urn:ietf:params:oauth:grant-type:jwt-bearer",
                "urn:ietf:params:oauth:grant-type:token-exchange",
            )
        ),
    ],
)
def test_what_is_missing_or_not_supported_has_its_error(values: dict[str, str | None], code: str, description: str) -> None:
    """RFC 6749 §5.2; CVE-2025-4144 and CVE-2023-48228: PKCE must not be skipped by leaving the verifier out."""
    with pytest.raises(OAuthError) as caught:
        parse(form(**values))
    assert (caught.value.status, caught.value.code, caught.value.description) == (400, code, description)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        (CODE, "grant_type"),
        (CODE, "code"),
        (CODE, "code_verifier"),
        (CODE, "redirect_uri"),
        (REFRESH, "grant_type"),
        (REFRESH, "refresh_token"),
        (REFRESH, "scope"),
    ],
)
def test_a_repeated_parameter_is_refused(values: dict[str, str], name: str) -> None:
    """RFC 6749 §3.2."""
    value = values.get(name, "x")
    encoded = urlencode([*({**values, name: value}).items(), (name, value)]).encode()
    with pytest.raises(OAuthError) as caught:
        parse(parameters.parse(encoded))
    assert (caught.value.code, caught.value.description) == ("invalid_request", f"The parameter {name} is repeated.")


def test_the_answer_has_the_members_of_the_standard() -> None:
    """RFC 6749 §5.1; a refresh token is left out, not null."""
    assert token_response(access_token="a", expires_in=3600, scope="read:user", refresh_token="r") == {
        "access_token": "a",
        "token_type": "Bearer",
        "expires_in": 3600,
        "scope": "read:user",
        "refresh_token": "r",
    }
    assert token_response(access_token="a", expires_in=1, scope="", refresh_token=None) == {
        "access_token": "a",
        "token_type": "Bearer",
        "expires_in": 1,
        "scope": "",
    }
