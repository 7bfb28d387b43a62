"""What is kept for replays is bounded, goes when its time is over, and tells the truth when something is gone."""

import asyncio
from datetime import timedelta

import pytest
from django.utils import timezone

from mcpserver.consumers import caps
from mcpserver.models import StreamEvent, TransportSession
from mcpserver.streams import replay, replay_bounds, replay_rows
from mcpserver.streams.replay_bounds import SESSION, Bound
from mcpserver.streams.replay_rows import Event, Owner
from oauth_bridge import sealing
from tests.conftest import Live
from tests.flows.mcp.test_bounds import begin, row_of
from tests.support.flow import OAuthClient, connect, signed_in
from tests.support.processes import wait_until

MESSAGE = b'{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}'


def owner_of(row: TransportSession) -> Owner:
    """Return whose events a session's are."""
    return Owner(row.key, row.oauth_session.person_id)


def new_session(client: OAuthClient) -> tuple[str, Owner]:
    """Return the id and the owner of a new session of a client."""
    session_id = begin(client).headers["mcp-session-id"]
    return session_id, owner_of(TransportSession.objects.latest("created_at"))


def test_a_session_keeps_so_many_events_and_always_the_last(live: Live) -> None:
    owner = owner_of(row_of(live))
    key = owner.session_key
    for start in range(0, SESSION.events + 100, 100):
        replay_rows.write(owner, "a", [Event(start + number, b"{}") for number in range(100)])
    replay_rows.write(owner, "b", [Event(0, b'"x"', is_last=True)])
    assert StreamEvent.objects.count() == SESSION.events
    assert replay_rows.after(key, "b", -1) == [Event(0, b'"x"', is_last=True)]
    replay_rows.write(owner, "c", [Event(0, b"x" * SESSION.size, is_last=True)])
    assert StreamEvent.objects.count() == 1


@pytest.mark.parametrize(("size", "number"), [(SESSION.look_after // 10, 60), (2, SESSION.events * 3)])
def test_what_a_stream_keeps_is_bounded_before_it_ends(live: Live, size: int, number: int) -> None:
    """A call may go on for long, and say much."""
    owner = owner_of(row_of(live))

    async def recorded() -> None:
        recording = replay.Recording(owner, lambda: None)
        for _ in range(0, number, 7):
            # Batches of no particular size.
            for _ in range(7):
                recording.add(b"x" * size)
            await recording.write()
        recording.close()

    asyncio.run(recorded())
    kept = sum(len(bytes(data)) for data in StreamEvent.objects.values_list("data", flat=True))
    assert kept <= SESSION.size + 2 * SESSION.look_after
    assert SESSION.events // 100 < StreamEvent.objects.count() < 2 * SESSION.events + 7


def test_streams_of_a_session_that_are_under_way_together_share_its_bound(live: Live) -> None:
    owner = owner_of(row_of(live))

    async def recorded() -> None:
        recordings = [replay.Recording(owner, lambda: None) for _ in range(30)]
        for recording in recordings:
            for _ in range(SESSION.events // 10):
                recording.add(b"{}")
            await recording.write()
            recording.close()

    asyncio.run(recorded())
    assert SESSION.events // 2 < StreamEvent.objects.count() <= 2 * SESSION.events


@pytest.mark.parametrize("bound", ["PERSON", "ALL"])
def test_what_a_person_keeps_in_all_sessions_is_bounded_and_what_everybody_keeps(
    live: Live, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    client = signed_in(live.url, live.simulator)
    owners = [new_session(client)[1] for _ in range(3)]
    monkeypatch.setattr(replay_bounds, bound, Bound(50, 1_000_000))
    monkeypatch.setattr(replay_bounds, "ledger", replay_bounds.Ledger())
    monkeypatch.setattr(replay_rows, "ledger", replay_bounds.ledger)
    for start in range(0, 60, 10):
        for owner in owners:
            replay_rows.write(owner, "a", [Event(start + number, b"{}") for number in range(10)])
    assert 40 <= StreamEvent.objects.count() <= 100
    assert [event.number for event in replay_rows.after(owners[-1].session_key, "a", 49)] == list(range(50, 60))


def test_one_person_leaves_room_for_others() -> None:
    assert SESSION.events < replay_bounds.PERSON.events < replay_bounds.ALL.events // 10
    assert SESSION.size < replay_bounds.PERSON.size < replay_bounds.ALL.size // 10


def test_who_asks_for_what_is_partly_gone_is_told_so(live: Live) -> None:
    """A replay that leaves something out would be taken for the whole."""
    client = signed_in(live.url, live.simulator)
    session_id, owner = new_session(client)
    stream = "a" * 32
    replay_rows.write(owner, stream, [Event(number, MESSAGE, is_last=number == 9) for number in range(10)])
    StreamEvent.objects.filter(number__range=(3, 5)).delete()
    headers = {"Authorization": f"Bearer {client.tokens['access_token']}", "Accept": "text/event-stream"}
    headers["Mcp-Session-Id"] = session_id

    def resumed(number: int) -> tuple[int, str]:
        answer = connect(live.url).get("/mcp", headers={**headers, "Last-Event-ID": f"{stream}-{number}"})
        return answer.status_code, answer.text

    # As far as it goes; the client comes back with the last id that it saw.
    status, text = resumed(0)
    assert (status, text.count("data:")) == (200, 2)
    for number in (2, 3):
        status, text = resumed(number)
        assert (status, "not kept any longer" in text) == (400, True), number
    status, text = resumed(5)
    assert (status, text.count("data:")) == (200, 4)
    # Behind the last one nothing comes: it is over at once.
    assert resumed(9) == (200, "")


def test_old_events_are_taken_away_as_fast_as_they_come(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = owner_of(row_of(live))
    replay_rows.write(owner, "old", [Event(number, b"{}") for number in range(5)])
    StreamEvent.objects.update(created_at=timezone.now() - replay_rows.LIFETIME - timedelta(seconds=1))
    monkeypatch.setattr(replay_rows, "_SWEEP_ROWS", 2)
    monkeypatch.setattr(replay_rows._sweeping, "_next", 0.0)
    for number in range(3):
        replay_rows.write(owner, str(number), [Event(0, b"{}", is_last=True)])
    assert not StreamEvent.objects.filter(stream="old").exists()


def test_events_are_sealed_and_not_kept_for_long(live: Live) -> None:
    owner = owner_of(row_of(live))
    key = owner.session_key
    replay_rows.write(owner, "a", [Event(0, b'{"secret":1}', is_last=True)])
    kept = StreamEvent.objects.get()
    assert b"secret" not in bytes(kept.data)
    assert sealing.unseal(bytes(kept.data)) == '{"secret":1}'
    StreamEvent.objects.update(created_at=timezone.now() - replay_rows.LIFETIME - timedelta(seconds=1))
    assert not replay_rows.is_kept(key, "a")
    assert replay_rows.after(key, "a", -1) == []
    assert StreamEvent.objects.filter(replay_rows.stale(timezone.now())).exists()


def test_replays_are_counted_among_what_a_sign_in_has_under_way(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caps, "MAX_PER_SIGN_IN", 1)
    client = signed_in(live.url, live.simulator)
    headers = {"Authorization": f"Bearer {client.tokens['access_token']}", "Accept": "text/event-stream"}
    headers["Mcp-Session-Id"] = begin(client).headers["mcp-session-id"]
    owner = owner_of(TransportSession.objects.get())
    for name in ("a", "b"):
        replay_rows.write(owner, name * 32, [Event(0, b"{}")])

    def resumed(name: str) -> int:
        with connect(live.url).stream("GET", "/mcp", headers={**headers, "Last-Event-ID": f"{name * 32}-0"}) as response:
            return response.status_code

    with connect(live.url).stream("GET", "/mcp", headers={**headers, "Last-Event-ID": f"{'a' * 32}-0"}) as response:
        assert response.status_code == 200
        assert resumed("b") == 429
    wait_until(lambda: resumed("b") == 200, "somebody is counted for ever")
