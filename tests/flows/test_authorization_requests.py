"""``GET /auth`` (OAuth 2.1 §4.1.1, RFC 7636, RFC 8707, RFC 9207): judged before anybody is asked or sent anywhere."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx2
import pytest

from oauth_bridge.models import Client, PendingAuthorization, SignInAttempt
from tests.conftest import Live
from tests.support.flow import OAuthClient, challenge, query
from tests.support.raw import ask
from tests.support.rows import granted

JSON = {"Accept": "application/json"}


def ask_auth(client: OAuthClient, **changes: str | None) -> httpx2.Response:
    return client.http.get(client.authorize_url(**changes))


def assert_told(answer: httpx2.Response, client: OAuthClient, error: str, issuer: str, what: object = None) -> None:
    """The client hears of the error at its own redirect URI, with ``state`` and ``iss``, and with no code."""
    assert answer.status_code == 303, (what, answer.text)
    location = answer.headers["location"]
    assert location.startswith(client.redirect_uri + "?"), what
    told = query(location)
    assert (told["error"], told["state"], told["iss"]) == (error, "state-1", issuer), what
    assert set(told) == {"error", "error_description", "state", "iss"}, what


def assert_refused_here(answer: httpx2.Response, error: str, what: object = None) -> None:
    """RFC 6749 §4.1.2.1: a page or JSON for who asked, and no redirect of any kind."""
    assert answer.status_code == 400, (what, answer.headers.get("location"))
    assert "location" not in answer.headers, what
    assert "refresh" not in answer.headers, what
    assert answer.json()["error"] == error, what


def test_an_unknown_client_is_told_so_and_sent_nowhere(live: Live) -> None:
    """A page for a person, ``invalid_client`` for a program: mcp-remote registers again on that."""
    client = OAuthClient.register(live.url)
    for client_id in ("nobody", "' OR 1=1 --", "x" * 300, client.client_id.upper() + "x", client.client_id + " "):
        answer = ask_auth(client, client_id=client_id)
        assert answer.status_code == 400
        assert answer.headers["content-type"].startswith("text/html")
        assert "location" not in answer.headers
        assert client_id not in answer.text
    assert_refused_here(client.http.get(client.authorize_url(client_id="nobody"), headers=JSON), "invalid_client")
    assert_refused_here(client.http.get(client.authorize_url(client_id=None), headers=JSON), "invalid_request")
    assert not PendingAuthorization.objects.exists()


def test_a_client_that_was_switched_off_is_as_good_as_unknown(live: Live) -> None:
    client = OAuthClient.register(live.url)
    Client.objects.update(disabled_at="2020-01-01T00:00:00Z")
    assert_refused_here(client.http.get(client.authorize_url(), headers=JSON), "invalid_client")


PROTOCOL_ERRORS: list[tuple[Mapping[str, str | None], str]] = [
    ({"response_type": None}, "invalid_request"),
    ({"response_type": ""}, "invalid_request"),
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"response_type": "code token"}, "unsupported_response_type"),
    ({"response_type": "id_token"}, "unsupported_response_type"),
    ({"response_type": "CODE"}, "unsupported_response_type"),
    ({"response_mode": "fragment"}, "invalid_request"),
    ({"response_mode": "form_post"}, "invalid_request"),
    ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"),
    ({"request_uri": "https://evil.example/r"}, "request_uri_not_supported"),
    ({"code_challenge": None}, "invalid_request"),
    ({"code_challenge": ""}, "invalid_request"),
    ({"code_challenge": "x" * 42}, "invalid_request"),
    ({"code_challenge": "x" * 44}, "invalid_request"),
    ({"code_challenge": "x" * 42 + "="}, "invalid_request"),
    ({"code_challenge": "x" * 42 + "+"}, "invalid_request"),
    ({"code_challenge_method": None}, "invalid_request"),
    ({"code_challenge_method": ""}, "invalid_request"),
    ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge_method": "s256"}, "invalid_request"),
    ({"code_challenge_method": "S512"}, "invalid_request"),
    ({"resource": "https://evil.example/mcp"}, "invalid_target"),
    ({"resource": "/mcp"}, "invalid_target"),
    ({"resource": "mcp"}, "invalid_target"),
]


def test_what_a_trusted_client_asks_wrongly_is_told_to_it(live: Live) -> None:
    """RFC 6749 §4.1.2.1, RFC 9207 §2: by redirect, ``state`` and ``iss`` included; PKCE with S256 cannot be left out."""
    client = OAuthClient.register(live.url)
    for changes, error in PROTOCOL_ERRORS:
        assert_told(ask_auth(client, **changes), client, error, live.url, changes)
    assert not PendingAuthorization.objects.exists()


def test_a_resource_that_only_looks_like_ours_is_foreign(live: Live) -> None:
    """RFC 8707 §2, CVE-2025-69196: the audience is decided here, so look-alikes are refused one and all."""
    client = OAuthClient.register(live.url)
    parts = urlsplit(live.url)
    lookalikes = [
        f"{live.url}/mcp#part",
        f"{live.url}/mcp/../admin",
        f"{live.url}/mcpx",
        f"{live.url}/MCP",
        f"{live.url}//mcp",
        f"{live.url}/mcp%2f",
        f"{live.url}.evil.example/mcp",
        f"http://user@{parts.netloc}/mcp",
        f"https://{parts.netloc}/mcp",
        f"http://{parts.hostname}:1{parts.port}/mcp",
        f"http://{parts.hostname}/mcp",
        f"http://evil.example/{live.url}/mcp",
        f"{live.url}/mcp\\@evil.example",
        f" {live.url}/mcp",
    ]
    for resource in lookalikes:
        assert_told(ask_auth(client, resource=resource), client, "invalid_target", live.url, resource)
    both = client.authorize_url() + "&resource=https%3A%2F%2Fevil.example%2Fmcp"
    assert_told(client.http.get(both), client, "invalid_target", live.url)


@pytest.mark.parametrize(
    "name",
    ["response_type", "scope", "code_challenge", "code_challenge_method", "response_mode", "state"],
)
def test_a_repeated_parameter_is_an_error_even_with_the_same_value(live: Live, name: str) -> None:
    """RFC 6749 §3.1: otherwise two readers may each take another one."""
    client = OAuthClient.register(live.url)
    extra = {"response_mode": "query"} if name == "response_mode" else {}
    url = client.authorize_url(**extra)
    value = query("http://x" + url)[name]
    answer = client.http.get(f"{url}&{name}={value}")
    assert answer.status_code == 303
    told = query(answer.headers["location"])
    assert (told["error"], told["iss"]) == ("invalid_request", live.url)
    assert told.get("state") == (None if name == "state" else "state-1")


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_a_repeated_client_or_redirect_uri_is_trusted_by_nobody(live: Live, name: str) -> None:
    client = OAuthClient.register(live.url)
    url = client.authorize_url()
    for value in (query("http://x" + url)[name], "https://evil.example"):
        assert_refused_here(client.http.get(f"{url}&{name}={value}", headers=JSON), "invalid_request")
        assert_refused_here(client.http.get(f"/auth?{name}={value}&" + url.partition("?")[2], headers=JSON), "invalid_request")


STATES = ["", " ", "  two  ", "a+b/c=d", "ü€😀", "%20", "a&b=c", '"<script>alert(1)</script>', "a;b", "x" * 4096]


def test_the_state_comes_back_as_it_was_sent(live: Live) -> None:
    """RFC 6749 §4.1.2: the exact value received, blanks, escapes and emptiness included; in errors and answers alike."""
    client = OAuthClient.register(live.url)
    browser = live.browser()
    for state in STATES:
        told = query(ask_auth(client, state=state, response_type="token").headers["location"])
        assert told["state"] == state
        assert query(browser.sign_in(client.authorize_url(state=state)))["state"] == state
    assert "state" not in query(browser.sign_in(client.authorize_url(state=None)))
    assert "state" not in query(ask_auth(client, state=None, response_type="token").headers["location"])


def test_a_state_in_raw_bytes_comes_back_or_is_refused_but_never_changes(live: Live) -> None:
    """Not every client escapes what it should: UTF-8 is taken as meant, anything else is an error."""
    client = OAuthClient.register(live.url)
    target = client.authorize_url(state=None, response_type="token").encode() + b"&state="
    answer = ask(live.url, "GET", target + "€ü".encode())
    assert answer.status == 400 or "&state=%E2%82%AC%C3%BC&" in answer.head
    assert ask(live.url, "GET", target + b"\xff\xfe").status == 400


def test_scopes_are_narrowed_to_what_there_is(live: Live) -> None:
    """RFC 6749 §3.3: unknown ones are left out, and the token answer says what is left. None means the base scopes."""
    client = OAuthClient.register(live.url)
    browser = live.browser()
    for asked, expected in [
        ("read:user", "read:user"),
        ("read:user admin:org delete_repo write:everything", "read:user"),
        ("openid profile", "read:user user:email"),
        (None, "read:user user:email"),
        ("", "read:user user:email"),
        ("read:user offline_access", "read:user offline_access"),
    ]:
        assert client.redeem(browser.sign_in(client.authorize_url(scope=asked))).json()["scope"] == expected


def test_the_same_request_may_be_opened_twice(live: Live) -> None:
    """A reload, or a browser that loads ahead: each page works, and each gets a code of its own."""
    client = OAuthClient.register(live.url)
    browser = live.browser()
    first, second = browser.consent(client.authorize_url()), browser.consent(client.authorize_url())
    assert first.fields["pending"] != second.fields["pending"]
    gone = browser.press(second, "allow").headers["location"]
    code = browser.at_github(gone, login="alice").headers["location"]
    other = browser.press(first, "allow").headers["location"]
    assert query(code)["code"] != query(other)["code"]
    assert client.redeem(code).status_code == client.redeem(other).status_code == 200


def test_a_look_at_the_consent_page_grants_nothing(live: Live) -> None:
    """No code, no trip to GitHub and no person before somebody pressed a button."""
    client = OAuthClient.register(live.url)
    live.browser().consent(client.authorize_url())
    assert granted() == {}
    assert not SignInAttempt.objects.exists()
    assert live.simulator.requests == []


def test_other_methods_ask_for_nothing(live: Live) -> None:
    """GitHub itself was once passed by with a HEAD request: GET shows, POST answers, and nothing else is served."""
    client = OAuthClient.register(live.url)
    for method in ("HEAD", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"):
        answer = client.http.request(method, client.authorize_url())
        assert answer.status_code in {403, 405}, method
        assert "location" not in answer.headers
    assert not PendingAuthorization.objects.exists()


def test_the_alias_of_old_clients_asks_the_same(live: Live) -> None:
    """MCP 2025-03-26: without metadata a client goes to ``/authorize``; a slash too many loses nothing."""
    client = OAuthClient.register(live.url)
    browser = live.browser()
    for path in ("/authorize?", "/auth/?", "/authorize/?"):
        url = client.authorize_url(resource=None).replace("/auth?", path)
        callback = browser.sign_in(url)
        assert client.redeem(callback).status_code == 200
        assert client.mcp().status_code == 200


def test_a_challenge_is_bound_to_its_own_request(live: Live) -> None:
    """Two requests of one client at once: the verifier of one never opens the code of the other."""
    client = OAuthClient.register(live.url)
    browser = live.browser()
    other = "another-verifier-" + "v" * 40
    callback = browser.sign_in(client.authorize_url(code_challenge=challenge(other)))
    assert client.redeem(callback).json()["error"] == "invalid_grant"
    assert client.redeem(callback, code_verifier=other).status_code == 200
