"""Dynamic Client Registration: what is usable is accepted, and what is effective is reported."""

from typing import Any

import pytest

from oauth_bridge.protocol.errors import RegistrationError
from oauth_bridge.protocol.registration import (
    MAX_NAME_LENGTH,
    MAX_REDIRECT_URIS,
    ClientMetadata,
    client_information,
    parse,
    visible_text,
)
from oauth_bridge.protocol.registration import fingerprint as registered_fingerprint
from tests.oauth_bridge.protocol.real_registrations import REGISTRATIONS

CB = "https://app.example/cb"
LEAST = {"redirect_uris": [CB]}

# What each of them gets that it did not ask for, or gets otherwise.
EFFECTIVE: dict[str, dict[str, Any]] = {
    "Claude": {"scope": "read:user user:email offline_access"},
    "Claude Code": {"scope": "read:user user:email"},
    "VS Code": {"scope": "read:user user:email", "grant_types": ["authorization_code", "refresh_token"]},
    "Cursor": {"scope": "read:user user:email"},
    "mcp-remote": {},
    "Codex": {},
    "Inspector": {},
    "OpenCode": {"scope": "read:user user:email"},
    "Python SDK 2.3": {"token_endpoint_auth_method": "client_secret_basic"},
    "Python SDK 1.22": {"scope": "read:user user:email"},
}


@pytest.mark.parametrize("name", sorted(REGISTRATIONS))
def test_a_released_client_gets_back_what_it_sent_and_what_is_effective(name: str) -> None:
    """RFC 7591 §3.2.1: all registered metadata is returned; SDK 1.22 rejects another auth method than its own."""
    document = REGISTRATIONS[name]
    body = client_information(parse(document), client_id="c-1", secret=None, issued_at=1_700_000_000)
    assert body == {**document, **EFFECTIVE[name], "client_id": "c-1", "client_id_issued_at": 1_700_000_000}


def test_a_registration_of_nothing_but_a_uri_has_the_defaults_of_the_standard() -> None:
    """RFC 7591 §2."""
    assert parse(LEAST) == ClientMetadata(
        redirect_uris=(CB,),
        client_name="",
        token_endpoint_auth_method="client_secret_basic",
        grant_types=("authorization_code",),
        scope="read:user user:email",
        application_type="",
        client_uri="",
        software_id="",
        software_version="",
    )


def test_null_is_as_good_as_absent() -> None:
    """Clients that serialise models send their unset members as null."""
    names = "client_name token_endpoint_auth_method grant_types response_types scope application_type client_uri software_id"
    assert parse({**LEAST, **dict.fromkeys(names.split())}) == parse(LEAST)


def test_unknown_members_are_ignored_and_not_returned() -> None:
    """RFC 7591 §2: the server ignores what it does not understand."""
    hostile = {
        "client_id": "chosen",
        "client_secret": "chosen",
        "client_id_issued_at": 1,
        "client_secret_expires_at": 1,
        "registration_access_token": "x",
        "jwks_uri": "http://169.254.169.254/",
        "logo_uri": "javascript:alert(1)",
        "policy_uri": 7,
        "contacts": {"a": 1},
        "client_name#de": "Anders",
        "skip_authorization": True,
        "software_statement": "eyJhbGciOiJub25lIn0.e30.",
    }
    assert parse({**LEAST, **hostile}) == parse(LEAST)
    body = client_information(parse({**LEAST, **hostile}), client_id="c-1", secret=None, issued_at=5)
    assert (body["client_id"], body["client_id_issued_at"]) == ("c-1", 5)
    assert not set(body) & (set(hostile) - {"client_id", "client_id_issued_at"})


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"redirect_uris": [CB, CB]}, {"redirect_uris": (CB,)}),
        ({"redirect_uris": ["http://evil.example/", CB, "javascript:alert(1)", 7, None]}, {"redirect_uris": (CB,)}),
        ({"grant_types": []}, {"grant_types": ("authorization_code",)}),
        ({"grant_types": ["refresh_token", "authorization_code"]}, {"grant_types": ("authorization_code", "refresh_token")}),
        ({"grant_types": ["implicit", "authorization_code", "password"]}, {"grant_types": ("authorization_code",)}),
        ({"response_types": []}, {"grant_types": ("authorization_code",)}),
        ({"response_types": ["token", "code"]}, {"grant_types": ("authorization_code",)}),
        ({"token_endpoint_auth_method": "none"}, {"token_endpoint_auth_method": "none"}),
        ({"scope": "repo openid"}, {"scope": "repo"}),
        ({"scope": "claudeai"}, {"scope": "read:user user:email"}),
        ({"scope": "offline_access"}, {"scope": "read:user user:email offline_access"}),
        ({"application_type": "web"}, {"application_type": "web"}),
        ({"application_type": "toaster"}, {"application_type": ""}),
        ({"client_uri": "https://app.example:8443/a?b=c"}, {"client_uri": "https://app.example:8443/a?b=c"}),
        ({"client_uri": "http://app.example/"}, {"client_uri": ""}),
        ({"client_uri": "javascript:alert(1)//https://app.example"}, {"client_uri": ""}),
        ({"client_uri": "https://app.example@evil.example/"}, {"client_uri": ""}),
        ({"client_uri": "data:text/html,x"}, {"client_uri": ""}),
        ({"software_id": " a\x00b\n", "software_version": "1\u202e2"}, {"software_id": "ab", "software_version": "12"}),
    ],
)
def test_what_is_usable_is_kept_and_the_rest_dropped(changes: dict[str, Any], part: dict[str, Any]) -> None:
    """RFC 7591 §2, §3.2.1: the server may reject or replace any of the requested values."""
    found = parse({**LEAST, **changes})
    assert {name: getattr(found, name) for name in part} == part


NAMES = [
    ("Claude", "Claude"),
    ("  two   blanks\t and\nlines ", "two blanks and lines"),
    ("a\u00a0b\u2003c\u2028d", "a b c d"),
    ("Cla\u200bude", "Claude"),
    ("\u202eedualC", "edualC"),
    ("a\u2066b\u2069\ufeff", "ab"),
    ("a\x00b\x1bc\x7fd\x85e", "abcd e"),
    ("\ue000\U000f0000\u0378", ""),
    ("", ""),
    (" \t\n\u200b", ""),
    ("<script>alert(1)</script>", "<script>alert(1)</script>"),  # a text: templates escape it
    ("Ünïcödé 日本語 🔑", "Ünïcödé 日本語 🔑"),
]


@pytest.mark.parametrize(("sent", "shown"), NAMES)
def test_a_name_has_no_invisible_characters(sent: str, shown: str) -> None:
    """MCP 2026-07-28 security best practices, Consent UI: a name must not make the page read otherwise than it is."""
    assert visible_text(sent) == shown
    assert parse({**LEAST, "client_name": sent}).client_name == shown


@pytest.mark.parametrize("name", ["x" * 201, "x" * 60_000, "x " * 1000, "\u200b" * 500 + "x" * 400])
def test_a_long_name_is_cut(name: str) -> None:
    found = parse({**LEAST, "client_name": name}).client_name
    assert found in {"x" * MAX_NAME_LENGTH, ("x " * MAX_NAME_LENGTH)[:MAX_NAME_LENGTH].strip()}


METADATA = "invalid_client_metadata"
URIS = "invalid_redirect_uri"
BAD_URI: list[Any] = [
    *(None, 7, [], {}, [CB], "", "x"),
    "http://app.example/cb",
    "https://app.example/cb#x",
    "https://user@app.example/cb",
    "https://*.example/cb",
    "https://app.example/cb?code=x",
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "http://127.0.0.1:80@evil.example/",
    "http://localhost:99999/",
    "https://app.example/\x00",
    "https://app.example/" + "a" * 2000,
]
BAD_URIS: list[Any] = [None, [], "", CB, 7, {}, {"0": CB}, True, [CB] * (MAX_REDIRECT_URIS + 1), [CB] * 10_000]
BAD_METHOD: list[Any] = ["private_key_jwt", "client_secret_jwt", "tls_client_auth", "NONE", "", 7, [], ["none"], {}, True]
BAD_GRANTS: list[Any] = [
    ["implicit"],
    ["password"],
    ["client_credentials"],
    ["refresh_token"],
    ["urn:ietf:params:oauth:grant-type:device_code"],
    *("authorization_code", [7], [None], [["authorization_code"]], {}, 7, True),
    ["authorization_code"] * 21,
]
BAD_RESPONSES: list[Any] = [["token"], ["code token"], ["none"], "code", [7], {}, 7]
NO_DOCUMENT: list[Any] = [None, True, 7, 1.5, "x", [], [LEAST]]
NO_TEXT: list[Any] = [7, True, [], {}, ["x"], 1.5]
TEXTS = ("client_name", "scope", "application_type", "client_uri", "software_id", "software_version")

REFUSED: list[tuple[Any, str]] = [
    ({}, URIS),
    *((document, METADATA) for document in NO_DOCUMENT),
    *(({"redirect_uris": value}, URIS) for value in BAD_URIS),
    *(({"redirect_uris": [value]}, URIS) for value in BAD_URI),
    *(({**LEAST, "token_endpoint_auth_method": value}, METADATA) for value in BAD_METHOD),
    *(({**LEAST, "grant_types": value}, METADATA) for value in BAD_GRANTS),
    *(({**LEAST, "response_types": value}, METADATA) for value in BAD_RESPONSES),
    *(({**LEAST, name: value}, METADATA) for name in TEXTS for value in NO_TEXT),
]


@pytest.mark.parametrize(("document", "code"), REFUSED, ids=lambda value: repr(value)[:70])
def test_what_cannot_be_used_has_the_error_of_the_standard(document: Any, code: str) -> None:
    """RFC 7591 §3.2.2: 400, and nothing that was sent is quoted."""
    with pytest.raises(RegistrationError) as caught:
        parse(document)
    assert (caught.value.status, caught.value.code) == (400, code)
    assert not any(word in caught.value.description for word in ("evil", "alert", "app.example", "tls_client"))


def test_the_most_uris_are_accepted() -> None:
    uris = [f"https://app.example/{number}" for number in range(MAX_REDIRECT_URIS)]
    assert parse({"redirect_uris": uris}).redirect_uris == tuple(uris)


def test_a_secret_is_told_with_its_end_and_only_where_there_is_one() -> None:
    """RFC 7591 §3.2.1: ``client_secret_expires_at`` is required if a secret is issued; 0 means never."""
    metadata = parse(LEAST)
    body = client_information(metadata, client_id="c-1", secret="s-1", issued_at=1_700_000_000)
    assert body == {
        "client_id": "c-1",
        "client_id_issued_at": 1_700_000_000,
        "client_secret": "s-1",
        "client_secret_expires_at": 0,
        "redirect_uris": [CB],
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "client_secret_basic",
        "scope": "read:user user:email",
    }
    public = client_information(metadata, client_id="c-1", secret=None, issued_at=1)
    assert set(body) - set(public) == {"client_secret", "client_secret_expires_at"}


def test_equal_registrations_have_one_fingerprint_and_others_another() -> None:
    """What is effective counts: unknown members and repeated URIs make no difference, every known member does."""
    body: dict[str, Any] = {
        "redirect_uris": ["https://client.example/cb", "http://localhost/cb"],
        "token_endpoint_auth_method": "none",
        "client_name": "A",
        "scope": "read:user",
    }

    def fingerprint(**changes: Any) -> str:
        return registered_fingerprint(parse({**body, **changes}))

    assert fingerprint() == fingerprint(logo_uri="x", redirect_uris=[*body["redirect_uris"], "http://localhost/cb"])
    changes: list[dict[str, Any]] = [
        {},
        {"redirect_uris": body["redirect_uris"][::-1]},
        {"redirect_uris": body["redirect_uris"][:1]},
        {"client_name": "B"},
        {"client_name": "A\u0301"},
        {"client_name": "", "software_id": "A"},
        {"client_name": "", "software_version": "A"},
        {"scope": "repo"},
        {"grant_types": ["authorization_code", "refresh_token"]},
        {"application_type": "web"},
        {"client_uri": "https://client.example"},
        {"token_endpoint_auth_method": "client_secret_post"},
    ]
    assert len({fingerprint(**change) for change in changes}) == len(changes)
