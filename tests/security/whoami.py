"""A call of the MCP endpoint, for the tests of advisories."""

import httpx2

from tests.support.flow import OAuthClient

MCP = {
    "Accept": "application/json, text/event-stream",
    "Content-Type": "application/json",
    "MCP-Protocol-Version": "2025-11-25",
}


def whoami(client: OAuthClient, *, request_id: object = 1, **headers: str) -> httpx2.Response:
    """Ask who is asking."""
    body = {"jsonrpc": "2.0", "id": request_id, "method": "tools/call", "params": {"name": "get_user_info", "arguments": {}}}
    return client.http.post(
        "/mcp", json=body, headers={**MCP, "Authorization": f"Bearer {client.tokens['access_token']}", **headers}
    )


def login_in(answer: httpx2.Response) -> str:
    """Return the login that the answer names."""
    assert answer.status_code == 200, answer.text
    return str(answer.json()["result"]["structuredContent"]["login"])
