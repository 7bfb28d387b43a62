"""The MCP endpoint in process, and Alice, who may call it."""

import json
from typing import Any

from mcpserver.consumers import McpConsumer
from oauth_bridge.principals import Principal
from tests.mcpserver.protocol.samples import pairs
from tests.support.asgi_call import Answer, call

ALICE = Principal(
    session_id="session-1",
    person_id=1,
    github_id=1001,
    login="alice",
    client_id="client-1",
    client_name="Test Client",
    scopes=frozenset({"read:user", "user:email"}),
    expires_at=2e9,
)

CALCULATE = {"name": "calculate", "arguments": {"operation": "power", "a": 7, "b": 8}}

APP = McpConsumer.as_asgi()


async def post(headers: dict[str, Any], body: Any, **options: Any) -> Answer:
    encoded = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await call(APP, "POST", "/mcp", headers=pairs(headers), body=options.pop("pieces", [encoded]), **options)


def message(answer: Answer) -> dict[str, Any]:
    """Return the JSON-RPC message of a complete answer, its headers checked."""
    assert answer.is_complete
    assert answer.header(b"content-type") == b"application/json"
    assert answer.header(b"content-length") == str(len(answer.body)).encode()
    assert answer.header(b"cache-control") == b"no-store"
    decoded: dict[str, Any] = json.loads(answer.body)
    return decoded
