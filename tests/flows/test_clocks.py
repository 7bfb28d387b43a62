"""Replicas whose clocks differ: whether a code or a refresh token comes too early or too late is the database's to say.

Alice's client is served by one replica whose clock is wrong, and by another whose clock is right.
"""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.utils import timezone

from oauth_bridge import codes, rotation
from oauth_bridge.models import Client, Grant, Session
from oauth_bridge.protocol.errors import OAuthError
from oauth_bridge.protocol.token_requests import CodeRequest
from tests.conftest import Live
from tests.support.flow import OAuthClient, query, signed_in
from tests.support.rows import let_pass

SLOW, FAST = timedelta(minutes=-2), timedelta(seconds=60)


@pytest.fixture(autouse=True)
def _two_machines(live: Live) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite is one machine's: there is one clock")


def set_clock(monkeypatch: pytest.MonkeyPatch, module: object, off: timedelta) -> None:
    monkeypatch.setattr(module, "timezone", SimpleNamespace(now=lambda: timezone.now() + off))


def test_a_duplicate_that_was_under_way_is_no_theft_though_the_winners_clock_is_slow(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = OAuthClient.register(live.url)
    callback = live.browser().sign_in(client.authorize_url())
    arrived = timezone.now()
    with monkeypatch.context() as slow:
        set_clock(slow, codes, SLOW)
        assert client.redeem(callback).status_code == 200
    duplicate = CodeRequest(query(callback)["code"], client.redirect_uri, client.verifier, ())
    with pytest.raises(OAuthError, match="used already"):
        codes.redeem(duplicate, Client.objects.get(client_id=client.client_id), received_at=arrived)
    assert client.mcp().status_code == 200


def test_a_replay_is_a_theft_though_the_winners_clock_is_fast(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    client = OAuthClient.register(live.url)
    callback = live.browser().sign_in(client.authorize_url())
    with monkeypatch.context() as fast:
        set_clock(fast, codes, FAST)
        assert client.redeem(callback).status_code == 200
    let_pass(5, Grant)
    assert client.redeem(callback).status_code == 400
    assert Session.objects.get().end_reason == Session.EndReason.CODE_REPLAY


def test_a_refresh_repeated_at_once_is_within_the_grace_though_the_first_clock_is_slow(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(live.url, live.simulator)
    presented = client.tokens["refresh_token"]
    with monkeypatch.context() as slow:
        set_clock(slow, rotation, SLOW)
        first = client.refresh(presented).json()
    assert client.refresh(presented).json()["refresh_token"] == first["refresh_token"]
    assert Session.objects.get().ended_at is None
