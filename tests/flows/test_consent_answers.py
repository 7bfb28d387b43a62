"""One request, answered once: double presses, tabs, the back button, time, and what changes meanwhile."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from oauth_bridge.models import AllowRule, Client, Grant, PendingAuthorization, Person, Session
from tests.conftest import Live
from tests.support.flow import Consent, OAuthClient, form_fields, query
from tests.support.rows import granted, let_pass
from tests.support.tabs import assert_code, assert_no_code, open_consent, signed_in_browser


def test_a_double_press_gives_one_code_that_works(live: Live) -> None:
    client = OAuthClient.register(live.url)
    browser, consent = open_consent(live, client, signed_in_browser(live))
    first, second = browser.press(consent, "allow"), browser.press(consent, "allow")
    assert assert_code(first, client) == assert_code(second, client)
    assert client.redeem(second.headers["location"]).status_code == 200
    assert Session.objects.count() == 1


def test_two_presses_at_once_give_one_code(live: Live) -> None:
    client = OAuthClient.register(live.url)
    browser, consent = open_consent(live, client, signed_in_browser(live))
    with ThreadPoolExecutor(6) as presses:
        answers = list(presses.map(lambda _: browser.press(consent, "allow"), range(6)))
    assert len({assert_code(answer, client) for answer in answers}) == 1
    assert client.redeem(answers[0].headers["location"]).status_code == 200
    assert Grant.objects.filter(application__client_id=client.client_id).count() == 1


def test_two_presses_before_github_give_one_grant(live: Live) -> None:
    """Both trips to GitHub end in the same code, and no second session comes of it."""
    client = OAuthClient.register(live.url)
    browser, consent = open_consent(live, client)
    trips = [browser.press(consent, "allow").headers["location"] for _ in range(2)]
    codes = [assert_code(browser.at_github(trip, login="alice"), client) for trip in trips]
    assert codes[0] == codes[1]
    assert client.redeem(codes[0]).status_code == 200
    assert granted() == {"Person": 1, "GitHubCredential": 1, "Grant": 1, "Session": 1, "AccessToken": 1, "RefreshToken": 1}


def test_two_clients_in_two_tabs_each_get_their_own(live: Live) -> None:
    """Both pages are opened before anyone has signed in; the sign-in of one must not spoil the other."""
    browser = live.browser()
    first, second = OAuthClient.register(live.url), OAuthClient.register(live.url)
    one, two = browser.consent(first.authorize_url(state="one")), browser.consent(second.authorize_url(state="two"))
    trip_one, trip_two = (browser.press(page, "allow").headers["location"] for page in (one, two))
    code_two = browser.at_github(trip_two, login="alice").headers["location"]
    code_one = browser.at_github(trip_one, login="alice").headers["location"]
    assert (query(code_one)["state"], query(code_two)["state"]) == ("one", "two")
    assert second.redeem(code_one).json()["error"] == "invalid_grant"
    assert first.redeem(code_one).status_code == second.redeem(code_two).status_code == 200


def test_a_tab_that_waited_while_another_signed_in_still_works(live: Live) -> None:
    browser = live.browser()
    first, second = OAuthClient.register(live.url), OAuthClient.register(live.url)
    one, two = browser.consent(first.authorize_url()), browser.consent(second.authorize_url())
    trip = browser.press(one, "allow").headers["location"]
    assert_code(browser.at_github(trip, login="alice"), first)
    assert_code(browser.press(two, "allow"), second)


def test_the_back_button_after_the_code_was_used_gives_no_second_one(live: Live) -> None:
    client = OAuthClient.register(live.url)
    browser, consent = open_consent(live, client, signed_in_browser(live))
    assert client.redeem(browser.press(consent, "allow").headers["location"]).status_code == 200
    for decision in ("allow", "deny"):
        answer = browser.press(consent, decision)
        assert answer.status_code == 409, decision
        assert_no_code(answer)
    assert client.mcp().status_code == 200


def test_a_denial_is_told_to_the_client_and_final(live: Live) -> None:
    """RFC 6749 §4.1.2.1; whoever pressed Deny is not talked into Allow by a page in the history."""
    client = OAuthClient.register(live.url)
    browser, consent = open_consent(live, client, signed_in_browser(live))
    told = query(browser.press(consent, "deny").headers["location"])
    assert told.keys() == {"error", "error_description", "state", "iss"}
    assert (told["error"], told["state"], told["iss"]) == ("access_denied", "state-1", live.url)
    answer = browser.press(consent, "allow")
    assert answer.status_code == 409
    assert_no_code(answer)
    assert not Grant.objects.filter(application__client_id=client.client_id).exists()


def test_a_denial_on_the_way_to_github_stops_the_way_back(live: Live) -> None:
    client = OAuthClient.register(live.url)
    browser, consent = open_consent(live, client)
    trip = browser.press(consent, "allow").headers["location"]
    assert query(browser.press(consent, "deny").headers["location"])["error"] == "access_denied"
    answer = browser.at_github(trip, login="alice")
    assert answer.status_code == 400
    assert_no_code(answer)
    assert granted() == {}


def test_an_allowed_request_is_not_denied_behind_the_clients_back(live: Live) -> None:
    """The client has the code: an error sent after it would be a second answer to one request."""
    client = OAuthClient.register(live.url)
    browser, consent = open_consent(live, client, signed_in_browser(live))
    location = assert_code(browser.press(consent, "allow"), client)
    answer = browser.press(consent, "deny")
    assert answer.status_code == 409
    assert "location" not in answer.headers
    assert client.redeem(location).status_code == 200


def test_a_page_that_is_too_old_has_to_be_opened_again(live: Live) -> None:
    client = OAuthClient.register(live.url)
    browser, consent = open_consent(live, client, signed_in_browser(live))
    let_pass(601, PendingAuthorization)
    for decision in ("allow", "deny", "switch"):
        answer = browser.press(consent, decision)
        assert answer.status_code == 400
        assert_no_code(answer)


def test_a_request_cannot_be_answered_ten_minutes_after_it_was_allowed(live: Live) -> None:
    client = OAuthClient.register(live.url)
    browser, consent = open_consent(live, client)
    trip = browser.press(consent, "allow").headers["location"]
    let_pass(601)
    answer = browser.at_github(trip, login="alice")
    assert answer.status_code == 400
    assert_no_code(answer)
    assert granted() == {}


@pytest.mark.parametrize("when", ["before the press", "at GitHub", "with the code"])
def test_a_client_switched_off_meanwhile_gets_nothing(live: Live, when: str) -> None:
    client = OAuthClient.register(live.url)
    browser, consent = open_consent(live, client)
    if when == "before the press":
        Client.objects.update(disabled_at="2020-01-01T00:00:00Z")
        answer = browser.press(consent, "allow")
    else:
        trip = browser.press(consent, "allow").headers["location"]
        if when == "at GitHub":
            Client.objects.update(disabled_at="2020-01-01T00:00:00Z")
        answer = browser.at_github(trip, login="alice")
    if when == "with the code":
        Client.objects.update(disabled_at="2020-01-01T00:00:00Z")
        refused = client.redeem(answer.headers["location"])
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    else:
        assert answer.status_code == 400
        assert_no_code(answer)
    assert not Session.objects.exists()


def test_another_account_can_be_chosen_on_the_page(live: Live) -> None:
    """The one who was signed in gets nothing; GitHub is told to ask, and the code is the other person's."""
    AllowRule.objects.create(login="bob")
    client = OAuthClient.register(live.url)
    browser, consent = open_consent(live, client, signed_in_browser(live))
    assert "alice" in consent.response.text
    page = browser.press(consent, "switch")
    assert page.status_code == 200
    assert "alice" not in page.text
    trip = browser.press(Consent(page, form_fields(page.text)), "allow").headers["location"]
    assert trip.startswith(live.simulator.url)
    assert query(trip)["prompt"] == "select_account"
    location = browser.at_github(trip, login="bob").headers["location"]
    assert client.redeem(location).status_code == 200
    assert client.call("get_user_info")["structuredContent"]["login"] == "bob"


def test_a_request_answered_by_one_person_is_closed_to_another(live: Live) -> None:
    """One pending request never yields codes of two people."""
    AllowRule.objects.create(login="bob")
    client = OAuthClient.register(live.url)
    browser, consent = open_consent(live, client, signed_in_browser(live))
    assert_code(browser.press(consent, "allow"), client)
    browser.at_github(browser.http.get("/login/github").headers["location"], login="bob")
    shown_again = browser.press(consent, "allow")
    assert_no_code(shown_again)
    answer = browser.press(Consent(shown_again, form_fields(shown_again.text)), "allow")
    assert answer.status_code == 409
    assert_no_code(answer)


@pytest.mark.parametrize("change", ["rule", "person"])
def test_someone_who_lost_access_gets_no_code_from_an_old_browser_session(live: Live, change: str) -> None:
    """The browser session is twelve hours old at most; the list is asked at each consent."""
    browser = signed_in_browser(live)
    if change == "rule":
        AllowRule.objects.all().delete()
    else:
        Person.objects.update(is_active=False)
    client = OAuthClient.register(live.url)
    _, consent = open_consent(live, client, browser)
    trip = browser.press(consent, "allow").headers["location"]
    assert trip.startswith(live.simulator.url)
    answer = browser.at_github(trip, login="alice")
    assert answer.status_code == 403
    assert_no_code(answer)
    assert not Grant.objects.filter(application__client_id=client.client_id).exists()


def test_a_credential_that_is_too_small_sends_the_person_to_github(live: Live) -> None:
    """Step-up: what GitHub has not given yet is asked for there, and not written on the code."""
    client = OAuthClient.register(live.url)
    browser = signed_in_browser(live)
    answer = browser.press(browser.consent(client.authorize_url(scope="read:user repo")), "allow")
    assert set(query(answer.headers["location"])["scope"].split(",")) == {"read:user", "repo"}
    location = browser.at_github(answer.headers["location"], login="alice").headers["location"]
    assert client.redeem(location).json()["scope"] == "read:user repo"


def test_nobody_allows_in_a_name_that_the_page_did_not_show(live: Live) -> None:
    """Another tab signs Bob in while the page says Alice: Allow shows the page again, now with Bob."""
    AllowRule.objects.create(login="bob")
    browser = live.browser()
    browser.sign_in(OAuthClient.register(live.url).authorize_url(), login="alice")
    client = OAuthClient.register(live.url)
    shown_to_alice = browser.consent(client.authorize_url())
    other_tab = browser.consent(OAuthClient.register(live.url).authorize_url())
    switched = browser.press(other_tab, "switch")
    signed_out = Consent(switched, form_fields(switched.text))
    browser.at_github(browser.press(signed_out, "allow").headers["location"], login="bob")

    again = browser.press(shown_to_alice, "allow")
    assert again.status_code == 200
    assert "bob" in again.text
    allowed = browser.press(Consent(again, form_fields(again.text)), "allow")
    assert client.redeem(allowed.headers["location"]).status_code == 200
    assert client.call("get_user_info")["structuredContent"]["login"] == "bob"
