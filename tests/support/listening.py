"""A client's event streams, over real HTTP: what it opens, and what it reads there.

with listen(client, {"toolsListChanged": True}) as events:
    assert events.next()["method"] == "notifications/subscriptions/acknowledged"
"""

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2

from tests.support.flow import OAuthClient

MODERN = "2026-07-28"
_META = {"io.modelcontextprotocol/protocolVersion": MODERN, "io.modelcontextprotocol/clientCapabilities": {}}
SUBSCRIPTION_ID = "io.modelcontextprotocol/subscriptionId"


class Events:
    """The messages of one stream, in order. ``response`` is the HTTP answer."""

    def __init__(self, response: httpx2.Response) -> None:
        self.response = response
        self._lines = response.iter_lines()

    def next(self) -> dict[str, Any]:
        """Return the next message; fail if the stream ends, or if none comes in time."""
        message = self._read()
        assert message is not None, "the stream has ended"
        return message

    def rest(self) -> list[dict[str, Any]]:
        """Return what still comes until the stream ends, properly or not."""
        found = []
        try:
            while (message := self._read()) is not None:
                found.append(message)
        except httpx2.RemoteProtocolError:
            pass
        return found

    def _read(self) -> dict[str, Any] | None:
        for line in self._lines:
            if line.startswith("data: ") and len(line) > len("data: "):
                message: dict[str, Any] = json.loads(line.removeprefix("data: "))
                return message
        return None


def listen_request(notifications: Any, request_id: str | int = 1) -> dict[str, Any]:
    """Return the body of ``subscriptions/listen``."""
    params = {"notifications": notifications, "_meta": _META}
    return {"jsonrpc": "2.0", "id": request_id, "method": "subscriptions/listen", "params": params}


def modern_headers(client: OAuthClient, **changes: str) -> dict[str, str]:
    """Return the headers of ``subscriptions/listen``."""
    return {
        "Authorization": f"Bearer {client.tokens['access_token']}",
        "MCP-Protocol-Version": MODERN,
        "Mcp-Method": "subscriptions/listen",
        "Accept": "application/json, text/event-stream",
        **changes,
    }


@contextmanager
def listen(client: OAuthClient, notifications: Any, request_id: str | int = 1) -> Iterator[Events]:
    """Open a subscription, and leave it at the end of the block."""
    body = listen_request(notifications, request_id)
    with client.http.stream("POST", "/mcp", json=body, headers=modern_headers(client)) as response:
        yield Events(response)


class TransportSession:
    """A session of the handshake era."""

    def __init__(self, client: OAuthClient) -> None:
        self._client = client
        params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
        self._session: dict[str, str] = {}
        answer = self.post("initialize", **params)
        self._session = {"Mcp-Session-Id": answer.headers["mcp-session-id"]}

    def at(self, client: OAuthClient) -> "TransportSession":
        """Return the same session, asked through another client, such as one that reaches another replica."""
        same = copy.copy(self)
        same._client = client
        return same

    def headers(self) -> dict[str, str]:
        """Return what every request of the session carries."""
        return {
            "Authorization": f"Bearer {self._client.tokens['access_token']}",
            "MCP-Protocol-Version": "2025-11-25",
            "Accept": "application/json, text/event-stream",
            **self._session,
        }

    def post(self, method: str, **params: Any) -> httpx2.Response:
        """Send a request."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return self._client.http.post("/mcp", json=body, headers=self.headers())

    @contextmanager
    def stream(self) -> Iterator[Events]:
        """Open the session's own stream, and leave it at the end of the block."""
        headers = {**self.headers(), "Accept": "text/event-stream"}
        with self._client.http.stream("GET", "/mcp", headers=headers) as response:
            yield Events(response)
