"""``subscriptions/listen`` over real HTTP (MCP 2026-07-28 basic/patterns/subscriptions)."""

import pytest

from mcpserver.dispatch import subscriptions
from mcpserver.streams.hub import hub
from oauth_bridge import sessions
from oauth_bridge.models import Client, Person, Session
from tests.conftest import Live
from tests.support.flow import OAuthClient, signed_in
from tests.support.listening import SUBSCRIPTION_ID, listen, listen_request, modern_headers
from tests.support.processes import wait_until
from tools import changes

ACKNOWLEDGED = "notifications/subscriptions/acknowledged"


@pytest.fixture
def client(live: Live) -> OAuthClient:
    return signed_in(live.url, live.simulator)


def nobody_listens() -> None:
    wait_until(lambda: hub.count == 0, "a stream is still there", seconds=2)


@pytest.mark.parametrize("request_id", [7, "7"])
def test_the_first_message_says_what_is_honoured(client: OAuthClient, request_id: str | int) -> None:
    """SB-02, SB-03: the id keeps its type; what is not known or not had is left out."""
    wanted = {
        "toolsListChanged": True,
        "promptsListChanged": False,
        "unheardOf": True,
        "resourceSubscriptions": ["github://user/alice", "github://user/bob", "file:///etc/passwd"],
    }
    with listen(client, wanted, request_id) as events:
        assert events.response.status_code == 200
        assert events.response.headers["content-type"] == "text/event-stream"
        first = events.next()
    assert first["method"] == ACKNOWLEDGED
    assert first["params"] == {
        "notifications": {"toolsListChanged": True, "resourceSubscriptions": ["github://user/alice"]},
        "_meta": {SUBSCRIPTION_ID: request_id},
    }
    nobody_listens()


def test_nothing_is_told_that_was_not_asked_for(client: OAuthClient) -> None:
    """SB-04."""
    with listen(client, {"toolsListChanged": True, "resourceSubscriptions": ["github://user/alice"]}, "s") as events:
        events.next()
        changes.prompts_changed.send(sender=None)
        changes.resources_changed.send(sender=None)
        changes.resource_updated.send(sender=None, uri="github://user/bob", github_id=None)
        changes.resource_updated.send(sender=None, uri="github://user/alice", github_id=-1)
        changes.tools_changed.send(sender=None)
        told = events.next()
        assert told == {
            "jsonrpc": "2.0",
            "method": "notifications/tools/list_changed",
            "params": {"_meta": {SUBSCRIPTION_ID: "s"}},
        }
        changes.resource_updated.send(sender=None, uri="github://user/alice", github_id=None)
        told = events.next()
        assert told["method"] == "notifications/resources/updated"
        assert told["params"] == {"uri": "github://user/alice", "_meta": {SUBSCRIPTION_ID: "s"}}


def test_several_subscriptions_stand_beside_each_other(client: OAuthClient) -> None:
    """SB-06."""
    with listen(client, {"toolsListChanged": True}, 1) as tools, listen(client, {"resourcesListChanged": True}, 2) as resources:
        tools.next(), resources.next()
        changes.resources_changed.send(sender=None)
        changes.tools_changed.send(sender=None)
        assert tools.next()["params"]["_meta"] == {SUBSCRIPTION_ID: 1}
        assert resources.next()["params"]["_meta"] == {SUBSCRIPTION_ID: 2}
        assert hub.count == 2
    nobody_listens()
    assert not subscriptions._open


def end_session() -> None:
    sessions.end(Session.objects.all(), Session.EndReason.PERSON)


def disable_client() -> None:
    from django.utils import timezone

    Client.objects.update(disabled_at=timezone.now())
    sessions.withdraw_rights()


def deactivate_person() -> None:
    Person.objects.update(is_active=False)
    sessions.withdraw_rights()


@pytest.mark.parametrize("end", [end_session, disable_client, deactivate_person])
def test_a_stream_ends_with_the_rights_behind_it_and_tells_nothing_more(client: OAuthClient, end) -> None:  # type: ignore[no-untyped-def]
    with listen(client, {"toolsListChanged": True}) as events:
        events.next()
        end()
        wait_until(lambda: hub.count == 0, "the stream is still there", seconds=1)
        changes.tools_changed.send(sender=None)
        assert events.rest() == []


def test_another_sign_in_goes_on(live: Live, client: OAuthClient) -> None:
    other = signed_in(live.url, live.simulator)
    with listen(client, {"toolsListChanged": True}) as ended, listen(other, {"toolsListChanged": True}) as events:
        ended.next(), events.next()
        first = Session.objects.order_by("created_at").first()
        assert first is not None
        sessions.end(Session.objects.filter(pk=first.pk), Session.EndReason.PERSON)
        assert ended.rest() == []
        changes.tools_changed.send(sender=None)
        assert events.next()["method"] == "notifications/tools/list_changed"


def test_one_too_many_is_refused_until_another_ends(client: OAuthClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions, "MAX_PER_SIGN_IN", 1)
    with listen(client, {}) as events:
        assert events.next()["params"]["notifications"] == {}
        with listen(client, {}) as refused:
            assert refused.response.status_code == 429
            assert "error" in refused.response.read().decode()
    nobody_listens()
    wait_until(lambda: not subscriptions._open, "it is still counted")
    with listen(client, {}) as events:
        events.next()


def test_a_client_that_takes_no_events_is_refused(client: OAuthClient) -> None:
    headers = modern_headers(client, Accept="application/json")
    answer = client.http.post("/mcp", json=listen_request({}), headers=headers)
    assert answer.status_code == 406
    assert answer.json()["error"]["code"] == -32600


@pytest.mark.parametrize(
    "wanted",
    [
        None,
        [],
        {"toolsListChanged": 1},
        {"resourceSubscriptions": "github://user/alice"},
        {"resourceSubscriptions": [1]},
        {"resourceSubscriptions": [""]},
        {"resourceSubscriptions": ["x" * 2049]},
        {"taskIds": [f"t{number}" for number in range(101)]},
    ],
)
def test_a_filter_of_another_shape_is_refused(client: OAuthClient, wanted: object) -> None:
    answer = client.http.post("/mcp", json=listen_request(wanted), headers=modern_headers(client))
    assert answer.json()["error"]["code"] == -32602
