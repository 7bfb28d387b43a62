"""What nobody known does again and again: it fills neither the tables nor the record, and hides nobody who is known."""

import pytest
from django.utils import timezone
from pytest_django import Settings

from oauth_bridge import anonymous_events, pending_bounds
from oauth_bridge.models import AuthEvent, PendingAuthorization, SignInAttempt
from tests.conftest import Live
from tests.support.flow import OAuthClient
from tests.support.rows import let_pass
from tests.support.tabs import open_consent
from wire import caller

TIMES = anonymous_events.IN_FULL + 7


@pytest.fixture(autouse=True)
def _one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of a test is one window, whenever it is run."""
    monkeypatch.setattr(anonymous_events, "WINDOW_SECONDS", 86_400 * 365)


def count(kind: str) -> int:
    return AuthEvent.objects.filter(kind=kind).count()


def test_refusals_of_nobody_known_are_counted_after_the_first_ones(live: Live) -> None:
    client = OAuthClient.register(live.url)
    for _ in range(TIMES):
        browser, consent = open_consent(live, client)
        assert browser.press(consent, "deny").status_code == 303
    assert count("consent_refused") == anonymous_events.IN_FULL
    row = AuthEvent.objects.get(kind="counted_only")
    assert (row.detail, row.address) == ({"consent_refused": 7}, "127.0.0.1")


def test_a_refusal_by_a_person_who_is_signed_in_is_always_written(live: Live) -> None:
    client, browser = OAuthClient.register(live.url), live.browser()
    browser.sign_in(client.authorize_url())
    for _ in range(TIMES):
        stranger, consent = open_consent(live, client)
        stranger.press(consent, "deny")
    assert browser.press(browser.consent(client.authorize_url()), "deny").status_code == 303
    assert AuthEvent.objects.get(kind="consent_refused", person__isnull=False).login == "alice"


def test_a_refusal_that_is_pressed_again_and_again_is_one(live: Live) -> None:
    browser, consent = open_consent(live, OAuthClient.register(live.url))
    answers = [browser.press(consent, "deny") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303] * 3
    assert count("consent_refused") == 1


def test_sign_ins_that_fail_at_github_are_counted_after_the_first_ones(live: Live) -> None:
    client = OAuthClient.register(live.url)
    for _ in range(TIMES):
        browser, consent = open_consent(live, client)
        trip = browser.press(consent, "allow").headers["location"]
        state = trip.partition("state=")[2].partition("&")[0]
        browser.http.get("/callback", params={"state": state, "code": "made-up"})
    assert count("sign_in_failed") + count("consent_given") == anonymous_events.IN_FULL
    detail = AuthEvent.objects.get(kind="counted_only").detail
    assert sum(detail.values()) == 2 * TIMES - anonymous_events.IN_FULL


@pytest.mark.django_db
def test_a_line_of_ipv6_has_one_row_however_many_addresses_it_takes() -> None:
    for number in range(TIMES):
        token = caller.address.set(f"2001:db8::{number:x}")
        anonymous_events.record(AuthEvent.Kind.CONSENT_REFUSED, client=None, scope="")
        caller.address.reset(token)
    assert AuthEvent.objects.get(kind="counted_only").address == "2001:db8::"


def test_one_address_holds_only_so_many_requests(live: Live, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(pending_bounds, "LOOK_EVERY", 1)
    monkeypatch.setattr(pending_bounds, "OF_ADDRESS", 3)
    client, browser = OAuthClient.register(live.url), live.browser()
    pages = [browser.consent(client.authorize_url()) for _ in range(6)]
    assert PendingAuthorization.objects.count() == 4
    assert set(PendingAuthorization.objects.values_list("network", flat=True)) == {"127.0.0.1"}
    assert browser.press(pages[0], "allow").status_code == 400
    assert browser.press(pages[-1], "allow").status_code == 303


def test_a_request_that_has_expired_while_its_person_was_at_github_gets_nothing(live: Live) -> None:
    browser, consent = open_consent(live, OAuthClient.register(live.url))
    trip = browser.press(consent, "allow").headers["location"]
    let_pass(601, PendingAuthorization)
    assert SignInAttempt.objects.get().expires_at > timezone.now()
    assert browser.at_github(trip, login="alice").status_code == 400
    assert not AuthEvent.objects.filter(kind="signed_in").exists()
