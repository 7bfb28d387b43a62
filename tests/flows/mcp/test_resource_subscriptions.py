"""``resources/subscribe`` and what a session's own stream carries (MCP 2025-11-25 server/resources, basic/transports)."""

import pytest

from mcpserver.models import ResourceSubscription
from mcpserver.streams import subscriptions
from tests.conftest import Live
from tests.support.flow import OAuthClient, signed_in
from tests.support.listening import TransportSession
from tools import changes

URI = "github://user/alice"


@pytest.fixture
def client(live: Live) -> OAuthClient:
    return signed_in(live.url, live.simulator)


@pytest.fixture
def session(client: OAuthClient) -> TransportSession:
    return TransportSession(client)


def test_a_session_hears_of_lists_and_of_what_it_subscribed_to(session: TransportSession) -> None:
    assert session.post("resources/subscribe", uri=URI).json()["result"] == {}
    assert session.post("resources/subscribe", uri=URI).json()["result"] == {}
    with session.stream() as events:
        changes.resource_updated.send(sender=None, uri=URI, github_id=None)
        assert events.next() == {"jsonrpc": "2.0", "method": "notifications/resources/updated", "params": {"uri": URI}}
        changes.prompts_changed.send(sender=None)
        assert events.next()["method"] == "notifications/prompts/list_changed"
        assert session.post("resources/unsubscribe", uri=URI).json()["result"] == {}
        changes.resource_updated.send(sender=None, uri=URI, github_id=None)
        changes.tools_changed.send(sender=None)
        assert events.next()["method"] == "notifications/tools/list_changed"
        assert session.post("resources/subscribe", uri=URI).json()["result"] == {}
        changes.resource_updated.send(sender=None, uri=URI, github_id=None)
        assert events.next()["method"] == "notifications/resources/updated"


def test_a_notice_goes_to_one_stream_of_a_session(session: TransportSession) -> None:
    """TP-27: a second stream takes the first one's place."""
    with session.stream() as first, session.stream() as second:
        assert first.rest() == []
        changes.tools_changed.send(sender=None)
        assert second.next()["method"] == "notifications/tools/list_changed"


def test_what_one_may_not_read_cannot_be_subscribed_to(session: TransportSession) -> None:
    for uri in ("github://user/bob", "file:///etc/passwd"):
        assert session.post("resources/subscribe", uri=uri).json()["error"] == {
            "code": -32002,
            "message": "Resource not found.",
            "data": {"uri": uri},
        }
    assert not ResourceSubscription.objects.exists()


def test_without_a_session_there_is_nobody_to_tell(client: OAuthClient) -> None:
    assert client.mcp("resources/subscribe", uri=URI).json()["error"]["code"] == -32600


def test_a_session_watches_a_bounded_number(session: TransportSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions, "MAX_WATCHED", 0)
    assert session.post("resources/subscribe", uri=URI).json()["error"]["code"] == -32602
    assert session.post("resources/subscribe", uri="github://user/" + "a" * 3000).json()["error"]["code"] == -32602
