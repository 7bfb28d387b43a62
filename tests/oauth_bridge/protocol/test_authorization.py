"""The authorization request and its answer."""

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oauth_bridge.protocol import authorization, parameters, redirect_uris
from oauth_bridge.protocol.errors import OAuthError, UntrustedRequest

ORIGIN = "https://gate.example"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
GOOD = {
    "response_type": "code",
    "scope": "read:user repo",
    "resource": f"{ORIGIN}/mcp",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


def sent(*more: tuple[str, str], **changes: str | None) -> parameters.Parameters:
    """Return a good request with changes; ``None`` leaves a parameter out, ``more`` are appended."""
    values = [(name, value) for name, value in {**GOOD, **changes}.items() if value is not None]
    return parameters.parse(urlencode([*values, *more]).encode())


def test_a_good_request_is_read() -> None:
    """OAuth 2.1 §4.1.1."""
    assert authorization.parse(sent(), origin=ORIGIN) == authorization.AuthorizationRequest(
        scope=("read:user", "repo"), resource=(f"{ORIGIN}/mcp",), code_challenge=CHALLENGE
    )


def test_what_old_clients_leave_out_has_a_default() -> None:
    """MCP 2025-03-26 clients send neither ``resource`` nor, some of them, ``scope``."""
    found = authorization.parse(sent(scope=None, resource=None), origin=ORIGIN)
    assert (found.scope, found.resource) == (("read:user", "user:email"), (f"{ORIGIN}/mcp",))


@pytest.mark.parametrize(
    "changes",
    [
        {"response_mode": "query"},
        {"prompt": "consent"},
        {"nonce": "x", "display": "page", "audience": "x", "login_hint": "octocat"},
        {"request": "", "request_uri": ""},
        {"response_mode": ""},
        {"scope": "read:user repo claudeai openid"},
    ],
    ids=str,
)
def test_what_is_unknown_or_empty_makes_no_difference(changes: dict[str, str]) -> None:
    """RFC 6749 §3.1: unrecognised parameters are ignored, and empty ones are treated as omitted."""
    assert authorization.parse(sent(**changes), origin=ORIGIN) == authorization.parse(sent(), origin=ORIGIN)


PKCE = "PKCE is required: code_challenge with code_challenge_method=S256."
MALFORMED = "The code_challenge is malformed: 43 characters of base64url are expected."
FOREIGN = "The resource is not one of this server; use the one of its metadata."
REFUSED: list[tuple[dict[str, str | None], str, str]] = [
    ({"response_type": None}, "invalid_request", "The parameter response_type is missing."),
    ({"response_type": ""}, "invalid_request", "The parameter response_type is missing."),
    ({"response_type": "token"}, "unsupported_response_type", "Only response_type=code is supported."),
    ({"response_type": "code token"}, "unsupported_response_type", "Only response_type=code is supported."),
    ({"response_type": "id_token"}, "unsupported_response_type", "Only response_type=code is supported."),
    ({"response_type": "Code"}, "unsupported_response_type", "Only response_type=code is supported."),
    ({"response_type": "none"}, "unsupported_response_type", "Only response_type=code is supported."),
    ({"response_mode": "fragment"}, "invalid_request", "Only response_mode=query is supported."),
    ({"response_mode": "form_post"}, "invalid_request", "Only response_mode=query is supported."),
    ({"response_mode": "query.jwt"}, "invalid_request", "Only response_mode=query is supported."),
    ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported", "Request objects are not supported."),
    ({"request_uri": "https://app.example/r"}, "request_uri_not_supported", "Request objects are not supported."),
    ({"request_uri": "urn:ietf:params:oauth:request_uri:1"}, "request_uri_not_supported", "Request objects are not supported."),
    ({"code_challenge": None}, "invalid_request", PKCE),
    ({"code_challenge": ""}, "invalid_request", PKCE),
    ({"code_challenge_method": None}, "invalid_request", PKCE),
    ({"code_challenge_method": ""}, "invalid_request", PKCE),
    ({"code_challenge_method": "plain"}, "invalid_request", PKCE),
    ({"code_challenge_method": "s256"}, "invalid_request", PKCE),
    ({"code_challenge_method": "S512"}, "invalid_request", PKCE),
    ({"code_challenge": None, "code_challenge_method": None}, "invalid_request", PKCE),
    ({"code_challenge": CHALLENGE[:-1]}, "invalid_request", MALFORMED),
    ({"code_challenge": CHALLENGE + "="}, "invalid_request", MALFORMED),
    ({"code_challenge": CHALLENGE + "A"}, "invalid_request", MALFORMED),
    ({"code_challenge": CHALLENGE[:-1] + "+"}, "invalid_request", MALFORMED),
    ({"code_challenge": CHALLENGE[:-1] + "é"}, "invalid_request", MALFORMED),
    ({"code_challenge": " " + CHALLENGE}, "invalid_request", MALFORMED),
    ({"resource": "https://other.example/mcp"}, "invalid_target", FOREIGN),
    ({"resource": f"{ORIGIN}/mcp#x"}, "invalid_target", FOREIGN),
    ({"resource": "mcp"}, "invalid_target", FOREIGN),
]


@pytest.mark.parametrize(("changes", "code", "description"), REFUSED)
def test_a_wrong_request_has_the_error_of_the_standard(changes: dict[str, str | None], code: str, description: str) -> None:
    """RFC 6749 §4.1.2.1, OIDC Core §3.1.2.6, RFC 7636 §4.4.1, RFC 8707 §2."""
    with pytest.raises(OAuthError) as caught:
        authorization.parse(sent(**changes), origin=ORIGIN)
    assert (caught.value.code, caught.value.description) == (code, description)
    assert not isinstance(caught.value, UntrustedRequest)


@pytest.mark.parametrize("name", ["response_type", "response_mode", "scope", "code_challenge", "code_challenge_method"])
def test_a_repeated_parameter_is_refused(name: str) -> None:
    """RFC 6749 §3.1; a second ``code_challenge`` must not take the first one's place."""
    value = {"response_mode": "query"}.get(name) or GOOD[name]
    with pytest.raises(OAuthError) as caught:
        authorization.parse(sent((name, value), **{name: value}), origin=ORIGIN)
    assert (caught.value.code, caught.value.description) == ("invalid_request", f"The parameter {name} is repeated.")


def test_the_resource_may_be_repeated_and_each_must_be_ours() -> None:
    """RFC 8707 §2."""
    both = authorization.parse(sent(("resource", ORIGIN), ("resource", f"{ORIGIN}/mcp")), origin=ORIGIN)
    assert both.resource == (f"{ORIGIN}/mcp", ORIGIN)
    with pytest.raises(OAuthError) as caught:
        authorization.parse(sent(("resource", "https://other.example/mcp")), origin=ORIGIN)
    assert caught.value.code == "invalid_target"


# --- Client and redirect URI: without them there is nowhere safe to redirect to ---


@pytest.mark.parametrize("encoded", [b"", b"client_id=", b"client_id=a&client_id=a", b"client_id=" + b"a" * 256])
def test_without_a_client_the_request_is_not_trusted(encoded: bytes) -> None:
    """RFC 6749 §4.1.2.1."""
    with pytest.raises(UntrustedRequest) as caught:
        authorization.client_id(parameters.parse(encoded))
    assert caught.value.code == "invalid_request"


def test_the_client_id_is_returned() -> None:
    assert authorization.client_id(parameters.parse(b"client_id=" + b"a" * 255)) == "a" * 255


ONE = ["https://app.example/cb"]
LOOPBACK = ["http://localhost:3118/callback"]
TWO = [*ONE, "https://app.example/other"]


@pytest.mark.parametrize(
    ("encoded", "registered", "uri", "was_sent"),
    [
        (b"redirect_uri=https%3A%2F%2Fapp.example%2Fcb", ONE, ONE[0], True),
        (b"redirect_uri=https%3A%2F%2Fapp.example%2Fother", TWO, TWO[1], True),
        (b"", ONE, ONE[0], False),
        (b"redirect_uri=", ONE, ONE[0], False),
        (b"", LOOPBACK, LOOPBACK[0], False),
        (b"redirect_uri=http://localhost:51234/callback", LOOPBACK, "http://localhost:51234/callback", True),
    ],
)
def test_the_answer_goes_to_a_registered_uri(encoded: bytes, registered: list[str], uri: str, *, was_sent: bool) -> None:
    """OAuth 2.1 §4.1.1, RFC 8252 §7.3: the URI as it was sent; one that is left out is the only one registered."""
    found, said_so = authorization.redirect_uri(parameters.parse(encoded), registered)
    assert (found, said_so) == (redirect_uris.parse(uri), was_sent)


@pytest.mark.parametrize(
    ("encoded", "registered", "code"),
    [
        (b"", TWO, "invalid_redirect_uri"),
        (b"", [], "invalid_redirect_uri"),
        (b"redirect_uri=https://evil.example/cb", ONE, "invalid_redirect_uri"),
        (b"redirect_uri=https://app.example/cb%20", ONE, "invalid_redirect_uri"),
        (b"redirect_uri=https://app.example/cb%23x", ONE, "invalid_redirect_uri"),
        (b"redirect_uri=https://app.example/cb", [], "invalid_redirect_uri"),
        (b"redirect_uri=https://app.example/cb&redirect_uri=https://app.example/cb", ONE, "invalid_request"),
        (b"redirect_uri=https://app.example/cb&redirect_uri=https://evil.example/", ONE, "invalid_request"),
    ],
)
def test_without_a_registered_uri_the_request_is_not_trusted(encoded: bytes, registered: list[str], code: str) -> None:
    """RFC 6749 §4.1.2.1."""
    with pytest.raises(UntrustedRequest) as caught:
        authorization.redirect_uri(parameters.parse(encoded), registered)
    assert caught.value.code == code
    assert "evil" not in caught.value.description


# --- state: the client gets back what it sent ---

STATES = [
    (b"state=abc", "abc", "abc"),
    (b"state=a+b", "a b", "a%20b"),
    (b"state=a%20b", "a b", "a%20b"),
    (b"state=a%2Bb", "a+b", "a%2Bb"),
    (b"state=+a+", " a ", "%20a%20"),
    (b"state=%20", " ", "%20"),
    (b"state=a%26code%3Dmine", "a&code=mine", "a%26code%3Dmine"),
    (b"state=a%2520b", "a%20b", "a%2520b"),
    (b"state=a%25", "a%", "a%25"),
    (b"state=%C3%BC%F0%9F%94%91", "ü🔑", "%C3%BC%F0%9F%94%91"),
    (b"state=e%CC%81", "e\u0301", "e%CC%81"),
    (b"state=%22%3C%3E%23%2F%3F%3A%3D", '"<>#/?:=', "%22%3C%3E%23%2F%3F%3A%3D"),
    (b"state=eyJhIjoxfQ==", "eyJhIjoxfQ==", "eyJhIjoxfQ%3D%3D"),
    (b"state=a.b_c-d~e", "a.b_c-d~e", "a.b_c-d~e"),
    (b"state=", "", ""),
    (b"state", "", ""),
]


@pytest.mark.parametrize(("encoded", "value", "written"), STATES)
def test_the_state_comes_back_byte_for_byte(encoded: bytes, value: str, written: str) -> None:
    """RFC 6749 §4.1.2: the exact value received from the client, blanks at its ends and the empty one included."""
    state = authorization.state(parameters.parse(encoded))
    assert state == value
    url = authorization.response_url("https://app.example/cb", issuer=ORIGIN, state=state, code="c")
    assert url == f"https://app.example/cb?code=c&state={written}&iss=https%3A%2F%2Fgate.example"


def test_no_state_is_no_state() -> None:
    assert authorization.state({}) is None


@pytest.mark.parametrize("encoded", [b"state=a&state=b", b"state=a&state=a", b"state=&state=", b"state=" + b"a" * 4097])
def test_a_repeated_or_endless_state_is_refused(encoded: bytes) -> None:
    """RFC 6749 §3.1."""
    with pytest.raises(OAuthError) as caught:
        authorization.state(parameters.parse(encoded))
    assert caught.value.code == "invalid_request"


def test_a_long_state_is_kept_whole() -> None:
    assert authorization.state({"state": ["ü" * 4096]}) == "ü" * 4096


# --- The answer ---


@pytest.mark.parametrize(
    ("redirect_uri", "url"),
    [
        ("https://app.example/cb", "https://app.example/cb?code=c&state=s&iss=https%3A%2F%2Fgate.example"),
        ("https://app.example", "https://app.example?code=c&state=s&iss=https%3A%2F%2Fgate.example"),
        ("https://app.example/cb?a=%20b&x", "https://app.example/cb?a=%20b&x&code=c&state=s&iss=https%3A%2F%2Fgate.example"),
        ("http://[::1]:8080/", "http://[::1]:8080/?code=c&state=s&iss=https%3A%2F%2Fgate.example"),
        ("cursor://callback", "cursor://callback?code=c&state=s&iss=https%3A%2F%2Fgate.example"),
        ("com.example.app:/cb", "com.example.app:/cb?code=c&state=s&iss=https%3A%2F%2Fgate.example"),
    ],
)
def test_the_redirect_uri_is_kept_and_the_answer_appended(redirect_uri: str, url: str) -> None:
    """RFC 6749 §3.1.2: a query that is there must be retained."""
    assert authorization.response_url(redirect_uri, issuer=ORIGIN, state="s", code="c") == url


@pytest.mark.parametrize(
    "answer", [{"code": "gth_ac_1"}, {"error": "access_denied", "error_description": "The person refused."}]
)
@pytest.mark.parametrize("state", [None, "", "s"])
def test_the_issuer_is_in_success_and_error_and_state_where_one_was_sent(answer: dict[str, str], state: str | None) -> None:
    """RFC 9207 §2; RFC 6749 §4.1.2.1."""
    url = authorization.response_url("https://app.example/cb", issuer=ORIGIN, state=state, **answer)
    expected = {**answer, "iss": ORIGIN} | ({} if state is None else {"state": state})
    pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True, strict_parsing=True)
    assert dict(pairs) == expected
    assert len(pairs) == len(expected)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_state_survives_the_way_there_and_back(state: str) -> None:
    url = authorization.response_url("https://app.example/cb", issuer=ORIGIN, state=state, code="c")
    assert url.isascii()
    assert dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))["state"] == state
