"""What one person may have under way at ``/messages``: an answer waits for the stream's reader, and a place with it."""

import pytest

from mcpserver.consumers import caps
from tests.conftest import Live
from tests.flows.mcp.house import events
from tests.support.flow import connect, signed_in


def test_no_more_messages_than_a_person_may_have_under_way(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(live.url, live.simulator)
    headers = {"Authorization": f"Bearer {client.tokens['access_token']}"}
    with connect(live.url).stream("GET", "/sse", headers={**headers, "Accept": "text/event-stream"}) as response:
        told = events(response)
        address = next(told).data
        ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        monkeypatch.setattr(caps, "MAX_PER_SIGN_IN", 0)
        assert client.http.post(address, json=ping, headers=headers).status_code == 429
        # What ends something is let through.
        cancelled = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 5}}
        assert client.http.post(address, json=cancelled, headers=headers).status_code == 202
        monkeypatch.undo()
        assert client.http.post(address, json=ping, headers=headers).status_code == 202
        assert next(told).message == {"jsonrpc": "2.0", "id": 1, "result": {}}
