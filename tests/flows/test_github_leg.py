"""The trip to GitHub and back (MCP security best practices, OAuth State Parameter Validation; RFC 7636; RFC 9700 §4.7)."""

from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from oauth_bridge.models import GitHubCredential, Grant, PendingAuthorization, Person, SignInAttempt
from tests.conftest import Live
from tests.support.flow import Browser, OAuthClient, challenge, query, signed_in
from tests.support.rows import granted, let_pass
from tests.support.tabs import assert_code, assert_no_code, open_consent


def trip_of(live: Live, client: OAuthClient | None = None) -> tuple[Browser, str]:
    """Return a browser that has pressed Allow, and GitHub's URL that it was sent to."""
    browser, consent = open_consent(live, client or OAuthClient.register(live.url))
    return browser, browser.press(consent, "allow").headers["location"]


def back_from_github(live: Live) -> tuple[Browser, str]:
    """Return a browser that is about to load the callback, and the callback's URL."""
    browser, trip = trip_of(live)
    return browser, live.simulator.approve(trip, login="alice")


def assert_start_again(answer: httpx2.Response, what: object = None) -> None:
    assert answer.status_code == 400, what
    assert "location" not in answer.headers, what
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"].startswith("max-age=0") or "no-store" in answer.headers["cache-control"]


def test_each_trip_has_secrets_of_its_own(live: Live) -> None:
    """State: 256 random bits, made after consent, kept as a hash. PKCE: S256, whose verifier stays here until the exchange."""
    browser, trip = trip_of(live)
    asked = query(trip)
    assert asked.keys() == {
        "client_id", "redirect_uri", "response_type", "scope", "state", "code_challenge", "code_challenge_method",
    }  # fmt: skip
    assert (asked["client_id"], asked["code_challenge_method"]) == ("test-client", "S256")
    assert asked["redirect_uri"] == f"{live.url}/callback"
    assert set(asked["scope"].split(",")) == {"read:user", "user:email"}
    assert len(asked["state"]) >= 43
    row = SignInAttempt.objects.values().get()
    assert asked["state"] not in str(row)
    browser.at_github(trip, login="alice")
    exchange = next(request for request in live.simulator.requests if request.path == "/login/oauth/access_token")
    verifier = exchange.form()["code_verifier"]
    assert challenge(verifier) == asked["code_challenge"]
    assert verifier not in str(row)
    assert verifier.encode() not in bytes(row["sealed_code_verifier"])
    _, other = trip_of(live)
    assert {query(other)["state"], query(other)["code_challenge"]}.isdisjoint({asked["state"], asked["code_challenge"]})


def test_the_callback_comes_from_configuration(live: Live) -> None:
    """Whatever the request calls this server, GitHub is told ``PUBLIC_URL``."""
    browser, consent = open_consent(live, OAuthClient.register(live.url))
    browser.http.headers.update(
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}
    )
    assert query(browser.press(consent, "allow").headers["location"])["redirect_uri"] == f"{live.url}/callback"
    begun = browser.http.get("/login/github", headers={"Referer": "https://evil.example/"})
    assert query(begun.headers["location"])["redirect_uri"] == f"{live.url}/callback"
    assert browser.http.get("/login/github", headers={"Host": "evil.example"}).status_code == 400


def test_a_state_is_good_once(live: Live) -> None:
    browser, callback = back_from_github(live)
    assert browser.http.get(callback).status_code == 303
    before = granted()
    assert_start_again(browser.http.get(callback))
    assert granted() == before


def test_a_callback_loaded_twice_at_once_is_finished_once(live: Live) -> None:
    browser, callback = back_from_github(live)
    with ThreadPoolExecutor(4) as loads:
        statuses = sorted(answer.status_code for answer in loads.map(lambda _: browser.http.get(callback), range(4)))
    assert statuses == [303, 400, 400, 400]


def test_the_state_of_another_browser_is_worthless(live: Live) -> None:
    """GHSA-rww4-4w9c-7733: an attacker who allowed their own client sends the victim the rest of the way."""
    attacker, callback = back_from_github(live)
    victim = live.browser()
    victim.consent(OAuthClient.register(live.url).authorize_url())
    for stranger in (victim, live.browser()):
        assert_start_again(stranger.http.get(callback))
    assert granted() == {}
    # And nobody else could use it up.
    assert attacker.http.get(callback).status_code == 303


def test_a_login_cannot_be_planted_in_another_browser(live: Live) -> None:
    """Login CSRF: the attacker's own way back from GitHub, opened by the victim, signs nobody in."""
    attacker, victim = live.browser(), live.browser()
    begun = attacker.http.get("/login/github").headers["location"]
    callback = live.simulator.approve(begun, login="alice")
    assert_start_again(victim.http.get(callback))
    assert not any(name.endswith("_session") for name in victim.http.cookies)
    assert not Person.objects.exists()


def test_a_session_that_was_planted_does_not_become_the_persons(live: Live) -> None:
    """Session fixation: the key is new after the sign-in."""
    browser, trip = trip_of(live)
    browser.http.cookies.set("gatehouse_session", "a" * 32)
    browser.at_github(trip, login="alice")
    values = [cookie.value for cookie in browser.http.cookies.jar if cookie.name == "gatehouse_session"]
    assert any(value != "a" * 32 for value in values)
    other = live.browser()
    other.http.cookies.set("gatehouse_session", "a" * 32)
    assert "alice" not in other.consent(OAuthClient.register(live.url).authorize_url()).response.text


WRONG_STATES = [
    "",
    "state=",
    "state=" + "x" * 43,
    "state={state}x",
    "state={swapped}",
    "state={state}&state={state}",
    "state={state}&state=x",
    "state={state}%00",
    "state={state}%ff",
    "STATE={state}",
    "state={state}&code=another",
    "state={state}&error=a&error=b",
]


def test_a_wrong_state_ends_on_a_page(live: Live) -> None:
    """Missing, wrong, repeated or malformed: no code, no person, and GitHub is not asked; the right one is not used up."""
    browser, callback = back_from_github(live)
    sent = query(callback)
    asked = len(live.simulator.requests)
    for wrong in WRONG_STATES:
        rest = wrong.format(state=sent["state"], swapped=sent["state"].swapcase())
        assert_start_again(browser.http.get(f"/callback?code={sent['code']}&{rest}"), wrong)
    assert len(live.simulator.requests) == asked
    assert granted() == {}
    assert browser.http.get(callback).status_code == 303


def test_a_trip_takes_ten_minutes_at_most(live: Live) -> None:
    browser, callback = back_from_github(live)
    let_pass(601, SignInAttempt)
    assert_start_again(browser.http.get(callback))
    assert granted() == {}


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "OPTIONS"])
def test_only_a_get_uses_the_callback_up(live: Live, method: str) -> None:
    """A program that looks at links before the person follows them must not use the answer up."""
    browser, callback = back_from_github(live)
    assert browser.http.request(method, callback).status_code in {403, 405}
    assert granted() == {}
    assert browser.http.get(callback).status_code == 303


def test_a_refusal_at_github_is_told_to_the_client(live: Live) -> None:
    client = OAuthClient.register(live.url)
    browser, trip = trip_of(live, client)
    answer = browser.http.get(live.simulator.deny(trip))
    told = query(answer.headers["location"])
    assert answer.headers["location"].startswith(client.redirect_uri)
    assert (told["error"], told["state"], told["iss"]) == ("access_denied", "state-1", live.url)
    assert granted() == {}


@pytest.mark.parametrize(
    "rest",
    [
        "error=application_suspended&error_description=x",
        "error=redirect_uri_mismatch&error_uri=https://evil.example",
        "error=<script>alert(1)</script>",
        "code=",
        "nothing=1",
        "code=made-up",
        "code=" + "x" * 5000,
    ],
)
def test_another_answer_of_github_is_a_page_not_a_fault(live: Live, rest: str) -> None:
    browser, trip = trip_of(live)
    answer = browser.http.get(f"/callback?state={query(trip)['state']}&{rest}")
    assert answer.status_code == 502
    assert "alert(1)" not in answer.text
    assert "evil.example" not in answer.text
    assert "temporarily_unavailable" in answer.text
    assert granted() == {}


def test_github_never_sees_what_is_ours(live: Live) -> None:
    """Token passthrough: our tokens, codes, secrets and the client's state stay on this side; GitHub's on the other."""
    client = signed_in(live.url, live.simulator, token_endpoint_auth_method="client_secret_post")
    client.call("get_user_info")
    client.call("get_github_repos", limit=1)
    first = dict(client.tokens)
    client.refresh()
    client.call("get_user_info")
    secrets = [*first.values(), *client.tokens.values(), client.client_secret, client.verifier, "state-1"]
    for secret in (
        text for text in secrets if isinstance(text, str) and len(text) > 6 and text not in {"Bearer", first["scope"]}
    ):
        assert not live.simulator.requests_holding(secret), secret[:7]
    assert live.simulator.requests_holding("gho_")


def test_github_tokens_are_sealed_at_rest(live: Live) -> None:
    """No row of any table holds the token in the clear, and each sealing differs."""
    signed_in(live.url, live.simulator)
    request = next(asked for asked in live.simulator.requests if asked.path == "/api/v3/user")
    token = request.headers["authorization"].split()[1]
    row = GitHubCredential.objects.get()
    assert token.encode() not in bytes(row.sealed_token)
    before = bytes(row.sealed_token)
    signed_in(live.url, live.simulator)
    assert bytes(GitHubCredential.objects.get().sealed_token) != before


def test_a_sign_in_without_a_client_leads_to_a_page_of_ours(live: Live) -> None:
    """``next`` is a path here or nothing: an open redirect would lend our name to a stranger's page."""
    for wanted, expected in [
        ("/account", "/account"),
        ("/admin/?q=1", "/admin/?q=1"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("/\t/evil.example/", "/"),
        ("\\\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/%0d%0aLocation: https://evil.example", "/%0d%0aLocation:%20https://evil.example"),
        ("/a\x00b", "/"),
        ("/a\r\nb", "/"),
        ("", "/"),
    ]:
        browser = live.browser()
        begun = browser.http.get("/login/github", params={"next": wanted})
        assert begun.status_code == 303, wanted
        answer = browser.at_github(begun.headers["location"], login="alice")
        assert answer.status_code == 302, wanted
        assert answer.headers["location"] == expected, wanted
    assert not PendingAuthorization.objects.exists()
    assert not Grant.objects.exists()


def test_leaving_ends_the_browser_session_only_by_its_own_form(live: Live) -> None:
    client = OAuthClient.register(live.url)
    browser, consent = open_consent(live, client)
    assert_code(browser.at_github(browser.press(consent, "allow").headers["location"], login="alice"), client)
    assert browser.http.get("/logout").status_code == 405
    assert browser.http.post("/logout", headers={"Origin": "https://evil.example"}).status_code == 403
    assert "alice" in browser.consent(client.authorize_url()).response.text
    token = browser.consent(client.authorize_url()).fields["csrfmiddlewaretoken"]
    left = browser.http.post("/logout", data={"csrfmiddlewaretoken": token}, headers={"Origin": live.url})
    assert left.status_code == 200
    assert_no_code(left)
    assert "alice" not in browser.consent(client.authorize_url()).response.text
