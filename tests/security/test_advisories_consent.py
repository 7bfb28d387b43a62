"""Advisories on consent and on the way through the browser."""

from oauth_bridge.models import AllowRule, Grant, Person, Session
from tests.conftest import Live
from tests.support.flow import OAuthClient, query, signed_in
from tests.support.rows import granted
from tests.support.tabs import assert_code, assert_no_code, open_consent, post_consent, signed_in_browser

EVIL = "https://evil.example/callback"


def test_ghsa_c2jp_c369_7pvx_a_new_client_needs_the_persons_consent(live: Live) -> None:
    """FastMCP: GitHub remembers the approval of our app, so without a page of ours any new client got a code unseen."""
    browser = signed_in_browser(live)
    newcomer = OAuthClient.register(live.url, client_name="Newcomer", redirect_uris=[EVIL])
    answer = browser.http.get(newcomer.authorize_url())
    assert answer.status_code == 200
    assert_no_code(answer)
    assert "evil.example" in answer.text
    assert Grant.objects.count() == 1


def test_cve_2026_27124_consent_in_one_browser_gives_nothing_to_another(live: Live) -> None:
    """FastMCP with GitHub (GHSA-rww4-4w9c-7733): the callback was not bound to the browser in which consent was given."""
    attacker, consent = open_consent(live, OAuthClient.register(live.url, redirect_uris=[EVIL]))
    trip = attacker.press(consent, "allow").headers["location"]
    # The victim, signed in at GitHub, is lured to the rest of the way; with and without a page of ours open already.
    for victim in (live.browser(), signed_in_browser(live)):
        before = granted()
        answer = victim.at_github(trip, login="alice")
        assert answer.status_code == 400
        assert_no_code(answer)
        assert granted() == before


def test_ghsa_6x8h_498w_gv8c_consent_is_not_remembered_for_other_sites_to_ride_on(live: Live) -> None:
    """FastMCP: a shared client that was allowed once was allowed silently whenever another site sent the browser here."""
    browser = signed_in_browser(live)
    client = OAuthClient.register(live.url, client_name="Shared", redirect_uris=["https://client.example/cb"])
    assert_code(browser.press(browser.consent(client.authorize_url()), "allow"), client)
    for site in ("cross-site", "same-site", "same-origin", "none", None):
        headers = {"Sec-Fetch-Site": site} if site else {}
        for prompt in (None, "none", "consent"):
            answer = browser.http.get(client.authorize_url(prompt=prompt), headers=headers)
            assert_no_code(answer, (site, prompt))
            assert "code=" not in answer.text


def test_github_2019_a_head_request_presses_no_button(live: Live) -> None:
    """GitHub's own OAuth bypass: a HEAD request passed the routes of GET and was handled as the form's POST."""
    browser = signed_in_browser(live)
    client = OAuthClient.register(live.url, client_name="Newcomer", redirect_uris=[EVIL])
    consent = browser.consent(client.authorize_url())
    fields = {**consent.fields, "decision": "allow", "authorize": "1"}
    before = granted()
    for method in ("HEAD", "PUT", "PATCH", "DELETE"):
        for in_url, in_body in ((fields, None), (None, fields)):
            answer = browser.http.request(method, "/auth", params=in_url, data=in_body, headers={"Origin": live.url})
            # 403: a method that Django takes for unsafe needs the form's token first.
            assert answer.status_code in {403, 405}, method
            assert_no_code(answer, method)
    assert granted() == before


def test_cve_2026_7571_nothing_that_the_form_carries_is_believed(live: Live) -> None:
    """Keycloak: data that a client could edit revived what was switched off. Here the row decides, whatever the form says."""
    browser = signed_in_browser(live)
    client = OAuthClient.register(live.url, client_name="Modest")
    consent = browser.consent(client.authorize_url())
    forged = {
        "redirect_uri": EVIL,
        "client_id": "another",
        "scope": "read:user repo",
        "resource": EVIL,
        "code_challenge": "x" * 43,
        "state": "forged",
        "response_type": "token",
        "person": "1",
    }
    location = assert_code(post_consent(browser, {**consent.fields, **forged, "decision": "allow"}), client)
    assert query(location)["state"] == "state-1"
    assert client.redeem(location).status_code == 200
    assert client.tokens["scope"] == "read:user user:email"


def test_dot_1719_prompt_none_is_no_open_redirect(live: Live) -> None:
    """django-oauth-toolkit 3.4.0: an error for ``prompt=none`` went to a redirect URI that nobody had checked."""
    client = OAuthClient.register(live.url)
    for browser in (live.browser(), signed_in_browser(live)):
        for changes in ({"redirect_uri": EVIL}, {"client_id": "nobody"}, {"client_id": "nobody", "redirect_uri": EVIL}):
            answer = browser.http.get(client.authorize_url(prompt="none", **changes))
            assert answer.status_code == 400
            assert "location" not in answer.headers
            assert "evil.example" not in answer.headers.get("refresh", "")


def test_cve_2025_61783_and_cve_2024_32879_a_person_is_a_number_and_no_address_or_name(live: Live) -> None:
    """social-auth: accounts were joined by e-mail address, and ids compared without case."""
    first = signed_in(live.url, live.simulator)
    live.simulator.add_person("eve", person_id=100_100, name="Alice Archer", email="alice@example.com")
    AllowRule.objects.create(login="eve")
    second = signed_in(live.url, live.simulator, login="eve")
    assert set(Person.objects.values_list("github_id", "login")) == {(1001, "alice"), (100_100, "eve")}
    assert first.call("get_user_info")["structuredContent"]["login"] == "alice"
    assert second.call("get_user_info")["structuredContent"]["login"] == "eve"
    assert set(Session.objects.values_list("person__github_id", flat=True)) == {1001, 100_100}
