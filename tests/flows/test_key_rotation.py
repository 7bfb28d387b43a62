"""New keys without signing anybody out: of the browser, of the tools, or in the middle of a sign-in."""

import pytest
from django.core.management import call_command
from pytest_django import Settings

from oauth_bridge.models import GitHubCredential, Grant
from tests.conftest import Live
from tests.support.dashboard import Operator
from tests.support.flow import OAuthClient, signed_in
from tests.support.tabs import open_consent

OLD, NEW = "an-old-encryption-key-of-enough-characters", "a-new-encryption-key-of-enough-characters"


def test_a_new_encryption_key_is_put_in_front_and_the_old_one_taken_away(
    live: Live, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rotate, reseal, drop the old key: the tools go on, and so do a sign-in and a refresh that were under way."""
    settings.ENCRYPTION_KEYS = [OLD]
    client = signed_in(live.url, live.simulator)
    under_way = OAuthClient.register(live.url)
    browser, consent = open_consent(live, under_way)
    trip = browser.press(consent, "allow").headers["location"]
    before = bytes(GitHubCredential.objects.get().sealed_token)

    settings.ENCRYPTION_KEYS = [NEW, OLD]
    assert client.call("get_user_info")["structuredContent"]["login"] == "alice"
    presented = client.tokens["refresh_token"]
    assert client.refresh().status_code == 200
    call_command("reseal")
    assert "3 sealed again" in capsys.readouterr().out
    assert bytes(GitHubCredential.objects.get().sealed_token) != before
    assert client.refresh(presented).json()["refresh_token"] == client.tokens["refresh_token"]

    settings.ENCRYPTION_KEYS = [NEW]
    assert client.call("get_user_info")["structuredContent"]["login"] == "alice"
    assert client.refresh().status_code == 200
    callback = browser.at_github(trip, login="alice").headers["location"]
    assert under_way.redeem(callback).status_code == 200


def test_a_second_press_of_allow_under_a_new_key_gives_the_same_code(live: Live, settings: Settings) -> None:
    """One request has one code, from whichever process: two would be two sessions."""
    settings.ENCRYPTION_KEYS = [OLD]
    client, browser = OAuthClient.register(live.url), live.browser()
    browser.sign_in(OAuthClient.register(live.url).authorize_url())
    consent = browser.consent(client.authorize_url())
    first = browser.press(consent, "allow").headers["location"]
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    assert browser.press(consent, "allow").headers["location"] == first
    assert Grant.objects.filter(used_at__isnull=True).count() == 2
    assert client.redeem(first).status_code == 200


def test_without_resealing_the_old_key_is_missed(live: Live, settings: Settings) -> None:
    """What the command is for."""
    settings.ENCRYPTION_KEYS = [OLD]
    client = signed_in(live.url, live.simulator)
    settings.ENCRYPTION_KEYS = [NEW]
    assert "sign in again" in client.call("get_user_info")["content"][0]["text"]


def test_a_new_secret_key_leaves_everybody_signed_in(live: Live, settings: Settings) -> None:
    """``SECRET_KEY_FALLBACKS``: the browser sessions of people and operators, and the tickets of their pages."""
    settings.SECRET_KEY = "a first secret key of quite enough characters"
    browser, operator = live.browser(), Operator(live)
    browser.sign_in(OAuthClient.register(live.url).authorize_url())
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a second secret key of enough characters", [settings.SECRET_KEY]
    assert "Signed in as" in browser.consent(OAuthClient.register(live.url).authorize_url()).response.text
    operator.page("oauth_bridge/session/")
    # Seen once under the new key, they need the old one no more.
    settings.SECRET_KEY_FALLBACKS = []
    assert "Signed in as" in browser.consent(OAuthClient.register(live.url).authorize_url()).response.text
    operator.page("oauth_bridge/session/")


def test_a_secret_key_without_its_predecessor_signs_browsers_out_and_no_client(live: Live, settings: Settings) -> None:
    settings.SECRET_KEY = "a first secret key of quite enough characters"
    client, browser = signed_in(live.url, live.simulator), live.browser()
    browser.sign_in(OAuthClient.register(live.url).authorize_url())
    settings.SECRET_KEY = "a second secret key of enough characters"
    assert "Signed in as" not in browser.consent(OAuthClient.register(live.url).authorize_url()).response.text
    assert client.call("get_user_info")["structuredContent"]["login"] == "alice"
