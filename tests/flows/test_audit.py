"""What an operator can look up afterwards: one row a step, under the reference of the request, without secrets."""

import json

from django.db import connection

from oauth_bridge.models import AuthEvent, RefreshToken
from tests.conftest import Live
from tests.support.flow import OAuthClient, query, signed_in


def kinds() -> list[str]:
    return list(AuthEvent.objects.order_by("pk").values_list("kind", flat=True))


def test_a_sign_in_leaves_its_steps(live: Live) -> None:
    client = OAuthClient.register(live.url, client_name="Audited")
    callback = live.browser().sign_in(client.authorize_url())
    client.redeem(callback)
    client.refresh()
    found = kinds()
    wanted = ["client_registered", "consent_given", "signed_in", "tokens_issued", "tokens_refreshed"]
    assert [kind for kind in found if kind in wanted] == wanted
    issued = AuthEvent.objects.get(kind="tokens_issued")
    assert (issued.login, issued.client_name, issued.detail["scope"]) == ("alice", "Audited", "read:user user:email")
    assert issued.session is not None
    assert issued.address == "127.0.0.1"


def test_the_reference_of_an_answer_finds_its_event(live: Live) -> None:
    client = signed_in(live.url, live.simulator)
    answer = client.refresh()
    assert AuthEvent.objects.get(kind="tokens_refreshed").request_id == answer.headers["x-request-id"]


def test_refusing_is_written_down_as_well(live: Live) -> None:
    client, browser = OAuthClient.register(live.url), live.browser()
    browser.press(browser.consent(client.authorize_url()), "deny")
    assert "consent_refused" in kinds()
    assert "tokens_issued" not in kinds()


def test_a_stranger_at_github_is_written_down_with_the_reason(live: Live) -> None:
    client, browser = OAuthClient.register(live.url), live.browser()
    answer = browser.press(browser.consent(client.authorize_url()), "allow")
    page = browser.at_github(answer.headers["location"], login="mallory")
    event = AuthEvent.objects.get(kind="sign_in_refused")
    assert (event.login, event.request_id) == ("mallory", page.headers["x-request-id"])


def test_a_replay_and_the_end_that_follows_are_two_events_of_one_request(live: Live) -> None:
    client = OAuthClient.register(live.url)
    callback = live.browser().sign_in(client.authorize_url())
    client.redeem(callback)
    replay = client.redeem(callback)
    assert replay.json()["error"] == "invalid_grant"
    events = AuthEvent.objects.filter(request_id=replay.headers["x-request-id"]).order_by("pk")
    assert [event.kind for event in events] == ["code_replayed", "session_ended"]
    assert events[1].detail == {"reason": "code_replay"}


def test_an_old_refresh_token_is_written_down_as_reuse(live: Live) -> None:
    client = signed_in(live.url, live.simulator)
    old = client.tokens["refresh_token"]
    client.refresh()
    RefreshToken.objects.filter(revoked__isnull=False).update(revoked="2020-01-01T00:00:00Z")
    client.refresh(old)
    assert kinds()[-2:] == ["refresh_reused", "session_ended"]


def test_no_event_holds_a_secret(live: Live) -> None:
    client = OAuthClient.register(live.url, token_endpoint_auth_method="client_secret_post")
    callback = live.browser().sign_in(client.authorize_url())
    client.redeem(callback)
    client.refresh()
    client.redeem(callback)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM oauth_bridge_authevent")
        dump = json.dumps(cursor.fetchall(), default=str)
    known = [query(callback)["code"], client.verifier, client.client_secret, *client.tokens.values()]
    for secret in (value for value in known if isinstance(value, str) and len(value) > 20 and "read:" not in value):
        assert secret not in dump
    assert "gth_" not in dump
    assert "gho_" not in dump
