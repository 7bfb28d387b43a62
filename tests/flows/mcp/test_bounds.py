"""What is kept of sessions is bounded, and goes when its time is over."""

from datetime import timedelta
from typing import Any

import httpx2
from django.utils import timezone

from mcpserver.models import TransportSession
from mcpserver.streams import session_rows
from oauth_bridge.models import Session
from tests.conftest import Live
from tests.support.flow import OAuthClient, connect, signed_in
from tests.support.processes import wait_until


def begin(client: OAuthClient, **params: Any) -> httpx2.Response:
    """Initialize."""
    return client.mcp("initialize", protocolVersion="2025-11-25", **{"capabilities": {}, "clientInfo": {}, **params})


def ping(client: OAuthClient, session_id: str) -> int:
    """Return the status of a ping within a session."""
    headers = {"Authorization": f"Bearer {client.tokens['access_token']}", "Mcp-Session-Id": session_id}
    return client.http.post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "ping"}, headers=headers).status_code


def row_of(live: Live) -> TransportSession:
    """Return the row of a new session."""
    begin(signed_in(live.url, live.simulator))
    return TransportSession.objects.get()


def test_a_sign_in_has_so_many_sessions_and_the_oldest_goes(live: Live) -> None:
    client = signed_in(live.url, live.simulator)
    ids = [begin(client).headers["mcp-session-id"] for _ in range(session_rows.MAX_PER_SIGN_IN + 1)]
    assert TransportSession.objects.count() == session_rows.MAX_PER_SIGN_IN
    assert (ping(client, ids[0]), ping(client, ids[1]), ping(client, ids[-1])) == (404, 200, 200)
    assert not set(ids) & set(TransportSession.objects.values_list("key", flat=True)), "an id is stored as it is"


def test_what_a_client_declares_is_bounded(live: Live) -> None:
    client = signed_in(live.url, live.simulator)
    answer = begin(client, capabilities={"experimental": {"x": "y" * 20_000}})
    assert answer.json()["error"]["code"] == -32602
    assert not TransportSession.objects.exists()


def test_a_session_outlives_its_sign_in_for_the_same_person_and_client(live: Live) -> None:
    """A client that had to ask for another scope goes on where it was."""
    client = signed_in(live.url, live.simulator)
    session_id = begin(client).headers["mcp-session-id"]
    client.redeem(live.browser().sign_in(client.authorize_url()))
    assert Session.objects.count() == 2
    assert ping(client, session_id) == 200


def test_a_session_unused_for_a_day_is_over(live: Live) -> None:
    row, now = row_of(live), timezone.now()
    assert session_rows.read(row.key) is not None
    assert not TransportSession.objects.filter(session_rows.stale(now)).exists()
    TransportSession.objects.update(used_at=now - session_rows.IDLE - timedelta(seconds=1))
    assert session_rows.read(row.key) is None
    assert TransportSession.objects.filter(session_rows.stale(now)).exists()


def test_a_session_whose_sign_in_has_ended_goes_earlier(live: Live) -> None:
    row_of(live)
    now = timezone.now()
    Session.objects.update(ended_at=now)
    assert not TransportSession.objects.filter(session_rows.stale(now)).exists()
    assert TransportSession.objects.filter(session_rows.stale(now + session_rows.IDLE_AFTER_SIGN_IN_ENDED * 2)).exists()


def test_taking_initialize_back_changes_nothing(live: Live) -> None:
    """MCP 2025-11-25 basic/utilities/cancellation: it must not be cancelled; whoever tries has their session still."""
    client = signed_in(live.url, live.simulator)
    answer = begin(client)
    headers = {"Authorization": f"Bearer {client.tokens['access_token']}", "Mcp-Session-Id": answer.headers["mcp-session-id"]}
    taken_back = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": answer.json()["id"]}}
    assert client.http.post("/mcp", json=taken_back, headers=headers).status_code == 202
    assert ping(client, answer.headers["mcp-session-id"]) == 200


def test_a_stream_ends_when_the_sign_in_is_ended(live: Live) -> None:
    client = signed_in(live.url, live.simulator)
    session_id = begin(client).headers["mcp-session-id"]
    token = client.tokens["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Mcp-Session-Id": session_id, "Accept": "text/event-stream"}
    with connect(live.url).stream("GET", "/mcp", headers=headers) as response:
        assert response.status_code == 200
        assert client.http.post("/revoke", data={"token": token, "client_id": client.client_id}).status_code == 200
        assert b"data" not in response.read()
    wait_until(lambda: ping(client, session_id) == 401, "the token is still good")
