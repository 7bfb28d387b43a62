"""The consent page (MCP security best practices, Confused Deputy): nobody but the person, in this browser, can answer it."""

import pytest

from oauth_bridge.models import Grant, PendingAuthorization, SignInAttempt
from tests.conftest import Live
from tests.support.flow import OAuthClient, query
from tests.support.rows import granted
from tests.support.tabs import assert_code, assert_no_code, open_consent, post_consent, signed_in_browser


def test_a_second_client_has_to_be_allowed_too(live: Live) -> None:
    """GHSA-c2jp-c369-7pvx: what GitHub remembers of one client opens nothing to another, nor to the same one again."""
    browser = signed_in_browser(live)
    for client in (OAuthClient.register(live.url), OAuthClient.register(live.url)):
        for _ in range(2):
            answer = browser.http.get(client.authorize_url(), headers={"Sec-Fetch-Site": "cross-site"})
            assert answer.status_code == 200
            assert_no_code(answer)
            for prompt in ("none", "login", "consent"):
                assert_no_code(browser.http.get(client.authorize_url(prompt=prompt)), prompt)
    assert Grant.objects.count() == 1


@pytest.mark.parametrize("decision", ["allow", "deny", "switch"])
def test_without_the_csrf_token_no_answer_counts(live: Live, decision: str) -> None:
    """RFC 9700 §4.7: a form that another site sends, or that lost its token, decides nothing."""
    browser = signed_in_browser(live)
    client = OAuthClient.register(live.url)
    _, consent = open_consent(live, client, browser)
    stranger_token = live.browser().consent(client.authorize_url()).fields["csrfmiddlewaretoken"]
    good = {**consent.fields, "decision": decision}
    without = {name: value for name, value in good.items() if name != "csrfmiddlewaretoken"}
    for fields, headers in [
        (without, {}),
        ({**without, "csrfmiddlewaretoken": ""}, {}),
        ({**without, "csrfmiddlewaretoken": "x" * 64}, {}),
        ({**without, "csrfmiddlewaretoken": stranger_token}, {}),
        (good, {"Origin": "https://evil.example"}),
        (good, {"Origin": "null"}),
        (good, {"Origin": live.url + ".evil.example"}),
        (good, {"Origin": live.url.replace("http:", "https:")}),
        (good, {"Origin": "http://localhost:1"}),
    ]:
        answer = post_consent(browser, fields, **headers)
        assert answer.status_code == 403, (fields, headers)
        assert_no_code(answer)
    assert _answered(client) == 0
    assert_code(browser.press(consent, "allow"), client)


def _answered(client: OAuthClient) -> int:
    """Return how many requests of a client somebody has answered."""
    of_client = PendingAuthorization.objects.filter(client__client_id=client.client_id)
    return of_client.exclude(allowed_at=None, denied_at=None, person=None, select_account=False).count()


def test_another_browser_cannot_answer(live: Live) -> None:
    """GHSA-rww4-4w9c-7733: the request belongs to the browser that asked, also against a person who is signed in."""
    client = OAuthClient.register(live.url)
    _attacker, consent = open_consent(live, client)
    victim = signed_in_browser(live)
    own = victim.consent(OAuthClient.register(live.url).authorize_url())
    lured = {**own.fields, "pending": consent.fields["pending"], "decision": "allow"}
    answer = post_consent(victim, lured)
    assert answer.status_code == 400
    assert_no_code(answer)
    assert _answered(client) == 0
    assert not Grant.objects.filter(application__client_id=client.client_id).exists()


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_only_a_post_answers(live: Live, method: str) -> None:
    """GitHub's own OAuth bypass of 2019: a HEAD request was taken for the press of a button."""
    browser = signed_in_browser(live)
    client = OAuthClient.register(live.url)
    _, consent = open_consent(live, client, browser)
    fields = {**consent.fields, "decision": "allow"}
    origin = {"Origin": live.url}
    asked = client.authorize_url()
    assert_no_code(browser.http.request(method, "/auth", params=fields, headers=origin))
    assert_no_code(browser.http.request(method, asked + "&decision=allow&pending=" + fields["pending"], headers=origin))
    assert_no_code(browser.http.request(method, "/auth", data=fields, headers=origin))
    assert_no_code(browser.http.post("/auth", params=fields, headers=origin))
    assert _answered(client) == 0
    assert Grant.objects.count() == 1


def test_the_form_decides_nothing_but_yes_or_no(live: Live) -> None:
    """CVE-2026-7571: client, address, scope, state and person are the server's; fields of the same name change nothing."""
    client = OAuthClient.register(live.url)
    other = OAuthClient.register(live.url, redirect_uris=["https://evil.example/cb"])
    browser, consent = open_consent(live, client, signed_in_browser(live))
    more = {
        "client_id": other.client_id,
        "redirect_uri": "https://evil.example/cb",
        "scope": "read:user repo offline_access",
        "state": "forged",
        "resource": "https://evil.example",
        "code_challenge": "x" * 43,
        "person": "2",
        "user": "bob",
        "allowed": "true",
    }
    location = assert_code(post_consent(browser, {**consent.fields, **more, "decision": "allow"}), client)
    assert query(location)["state"] == "state-1"
    assert client.redeem(location).json()["scope"] == "read:user user:email"
    assert client.call("get_user_info")["structuredContent"]["login"] == "alice"


@pytest.mark.parametrize("pending", ["", "x", "x" * 43, "1", "\x00", "' OR 1=1", "😀", "a" * 20_000])
def test_a_made_up_form_gets_a_page(live: Live, pending: str) -> None:
    browser, consent = open_consent(live, OAuthClient.register(live.url), signed_in_browser(live))
    answer = post_consent(browser, {**consent.fields, "pending": pending, "decision": "allow"})
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")
    assert_no_code(answer)
    for decision in ("", "ALLOW", "yes", "allow\x00"):
        assert_no_code(post_consent(browser, {**consent.fields, "decision": decision}), decision)
    assert Grant.objects.count() == 1


def test_without_cookies_there_is_no_sign_in(live: Live) -> None:
    """A browser that keeps nothing cannot be told from another: it hears so, and nothing is granted."""
    client = OAuthClient.register(live.url)
    browser, consent = open_consent(live, client)
    browser.http.cookies.clear()
    answer = browser.press(consent, "allow")
    assert answer.status_code == 403
    assert "cookies" in answer.text
    assert granted() == {}
    assert not SignInAttempt.objects.exists()


def test_the_browsers_cookie_alone_is_not_the_form(live: Live) -> None:
    """The form's id is needed beside the cookie, and it stands in no URL: a link, a log or a referrer cannot carry it."""
    client = OAuthClient.register(live.url)
    browser, consent = open_consent(live, client)
    gone = browser.press(consent, "allow").headers["location"]
    assert consent.fields["pending"] not in gone
    assert consent.fields["pending"] not in browser.at_github(gone, login="alice").headers["location"]
    assert not any(consent.fields["pending"] in value for value in browser.http.cookies.values())
