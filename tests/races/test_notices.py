"""Streams at two replicas: each hears what happens anywhere, and ends when its caller's rights do."""

import threading

from django.db import connection

from oauth_bridge import sessions
from oauth_bridge.models import Session
from tests.conftest import Live
from tests.support.flow import signed_in
from tests.support.listening import TransportSession, listen
from tests.support.replicas import House
from tools import changes

URI = "github://user/alice"


def test_a_change_is_heard_at_every_replica_though_nobody_rings(house: House, town: Live) -> None:
    client = signed_in(town.url, town.simulator)
    wanted = {"toolsListChanged": True}
    with listen(house.at(0, client), wanted) as first, listen(house.at(1, client), wanted) as second:
        first.next(), second.next()
        changes.tools_changed.send(sender=None)
        assert [events.next()["method"] for events in (first, second)] == ["notifications/tools/list_changed"] * 2


def test_a_subscription_made_at_one_replica_reaches_the_stream_at_the_other(house: House, town: Live) -> None:
    client = signed_in(town.url, town.simulator)
    session = TransportSession(house.at(0, client))
    elsewhere = session.at(house.at(1, client))
    with session.stream() as events:
        assert elsewhere.post("resources/subscribe", uri=URI).json()["result"] == {}
        changes.resource_updated.send(sender=None, uri=URI, github_id=None)
        assert events.next()["params"] == {"uri": URI}


def test_streams_at_every_replica_end_with_the_session(house: House, town: Live) -> None:
    client, other = (signed_in(town.url, town.simulator) for _ in range(2))
    wanted = {"toolsListChanged": True}
    with (
        listen(house.at(0, client), wanted) as first,
        listen(house.at(1, client), wanted) as second,
        listen(house.at(1, other), wanted) as stays,
    ):
        first.next(), second.next(), stays.next()
        sessions.end(Session.objects.filter(client__client_id=client.client_id), Session.EndReason.PERSON)
        assert first.rest() == second.rest() == []
        changes.tools_changed.send(sender=None)
        assert stays.next()["method"] == "notifications/tools/list_changed"


def test_sessions_that_end_while_streams_open_leave_none_behind(house: House, town: Live) -> None:
    """The end comes at any moment of the opening: whatever stream there is, it ends."""
    for _ in range(10):
        client = signed_in(town.url, town.simulator)
        ending = threading.Thread(target=_end, args=(client.client_id,))
        ending.start()
        for number in (0, 1):
            with listen(house.at(number, client), {"toolsListChanged": True}) as events:
                events.rest()
        ending.join()


def _end(client_id: str) -> None:
    try:
        sessions.end(Session.objects.filter(client__client_id=client_id), Session.EndReason.PERSON)
    finally:
        connection.close()
