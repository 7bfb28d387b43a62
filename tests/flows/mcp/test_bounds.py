"""What is kept of sessions and streams is bounded, and goes when its time is over."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from django.utils import timezone

from mcpserver.consumers import caps
from mcpserver.models import StreamEvent, TransportSession
from mcpserver.streams import replay, replay_rows, session_rows
from mcpserver.streams.replay_rows import Event
from mcpserver.streams.sse import EventStream
from oauth_bridge import sealing
from oauth_bridge.models import Session
from tests.conftest import Live
from tests.mcpserver.streams.reader import Client
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


def test_a_session_keeps_so_many_events_and_always_the_last(live: Live) -> None:
    key = row_of(live).key
    for start in range(0, replay_rows.MAX_EVENTS + 100, 100):
        replay_rows.write(key, "a", [Event(start + number, b"{}") for number in range(100)])
    replay_rows.write(key, "b", [Event(0, b'"x"', is_last=True)])
    assert StreamEvent.objects.count() == replay_rows.MAX_EVENTS
    assert replay_rows.after(key, "b", -1) == [Event(0, b'"x"', is_last=True)]
    replay_rows.write(key, "c", [Event(0, b"x" * replay_rows.MAX_BYTES, is_last=True)])
    assert StreamEvent.objects.count() == 1


@pytest.mark.parametrize(("size", "number"), [(replay_rows.BOUND_EVERY_BYTES // 10, 60), (2, replay_rows.MAX_EVENTS * 3)])
def test_what_a_stream_keeps_is_bounded_before_it_ends(live: Live, size: int, number: int) -> None:
    """A call may go on for long, and say much."""
    key = row_of(live).key

    async def recorded() -> None:
        recording = replay.Recording(key, lambda: None)
        for _ in range(0, number, 7):
            # Batches of no particular size.
            for _ in range(7):
                recording.add(b"x" * size)
            await recording.write()
        recording.close()

    asyncio.run(recorded())
    kept = sum(len(bytes(data)) for data in StreamEvent.objects.values_list("data", flat=True))
    assert kept <= replay_rows.MAX_BYTES + 2 * replay_rows.BOUND_EVERY_BYTES
    assert replay_rows.MAX_EVENTS // 100 < StreamEvent.objects.count() < 2 * replay_rows.MAX_EVENTS + 7


def test_old_events_are_taken_away_as_fast_as_they_come(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    key = row_of(live).key
    replay_rows.write(key, "old", [Event(number, b"{}") for number in range(5)])
    StreamEvent.objects.update(created_at=timezone.now() - replay_rows.LIFETIME - timedelta(seconds=1))
    monkeypatch.setattr(replay_rows, "_SWEEP_ROWS", 2)
    monkeypatch.setattr(replay_rows._sweeping, "_next", 0.0)
    for number in range(3):
        replay_rows.write(key, str(number), [Event(0, b"{}", is_last=True)])
    assert not StreamEvent.objects.filter(stream="old").exists()


def test_events_are_sealed_and_not_kept_for_long(live: Live) -> None:
    key = row_of(live).key
    replay_rows.write(key, "a", [Event(0, b'{"secret":1}', is_last=True)])
    kept = StreamEvent.objects.get()
    assert b"secret" not in bytes(kept.data)
    assert sealing.unseal(bytes(kept.data)) == '{"secret":1}'
    StreamEvent.objects.update(created_at=timezone.now() - replay_rows.LIFETIME - timedelta(seconds=1))
    assert not replay_rows.is_kept(key, "a")
    assert replay_rows.after(key, "a", -1) == []
    assert StreamEvent.objects.filter(replay_rows.stale(timezone.now())).exists()


def test_a_replay_whose_call_has_died_ends_with_what_is_kept_of_it(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process that ran the call is gone: there will be no last event."""
    monkeypatch.setattr(replay, "LOOK_SECONDS", 0)
    monkeypatch.setattr(replay, "POLL_SECONDS", 0)
    key, client = row_of(live).key, Client()
    replay_rows.write(key, "a", [Event(0, b"first"), Event(1, b"second")])

    async def replayed() -> None:
        out = EventStream(client.send)
        await out.open()
        following = asyncio.ensure_future(replay.follow(out, key, "a", 0))
        await client.until(b"second")
        assert not following.done()
        await StreamEvent.objects.aupdate(created_at=timezone.now() - replay_rows.LIFETIME - timedelta(seconds=1))
        await asyncio.wait_for(following, 10)
        await out.close()

    asyncio.run(replayed())
    assert client.is_complete
    assert b"first" not in client.body


def test_replays_are_counted_among_what_a_sign_in_has_under_way(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caps, "MAX_PER_SIGN_IN", 1)
    client = signed_in(live.url, live.simulator)
    headers = {"Authorization": f"Bearer {client.tokens['access_token']}", "Accept": "text/event-stream"}
    headers["Mcp-Session-Id"] = begin(client).headers["mcp-session-id"]
    key = TransportSession.objects.get().key
    for name in ("a", "b"):
        replay_rows.write(key, name * 16, [Event(0, b"{}")])

    def resumed(name: str) -> int:
        with connect(live.url).stream("GET", "/mcp", headers={**headers, "Last-Event-ID": f"{name * 16}-0"}) as response:
            return response.status_code

    with connect(live.url).stream("GET", "/mcp", headers={**headers, "Last-Event-ID": f"{'a' * 16}-0"}) as response:
        assert response.status_code == 200
        assert resumed("b") == 429
    wait_until(lambda: resumed("b") == 200, "somebody is counted for ever")


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
