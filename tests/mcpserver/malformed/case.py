"""One malformed request, and what must come back."""

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from mcpserver.edge.types import App
from tests.mcpserver.endpoint import CALCULATE
from tests.mcpserver.protocol.samples import modern_headers, modern_request, pairs
from tests.support.asgi_call import Answer, call

# The answer has no such member at all.
OMITTED = "the member is left out"
HOST = settings.PUBLIC_URL.removeprefix("http://")


@dataclass(frozen=True, slots=True)
class Case:
    """``body`` is bytes or goes out as JSON. ``code`` None: the answer is no JSON-RPC error, and ``status`` says all."""

    name: str
    headers: dict[str, Any]
    body: Any
    status: int
    code: int | None
    id: object = 1
    method: str = "POST"
    path: str = "/mcp"
    query: bytes = b""


def bad(name: str, headers: dict[str, Any], body: Any, status: int, code: int | None, id: object = 1, **more: Any) -> Case:  # noqa: A002  the wire's word
    """Return a case."""
    return Case(name, headers, body, status, code, id, **more)


async def send(app: App, case: Case) -> Answer:
    """Send a case."""
    body = case.body if isinstance(case.body, bytes) else json.dumps(case.body).encode()
    headers = pairs({"Host": HOST, **case.headers})
    return await call(app, case.method, case.path, headers=headers, body=[body], query=case.query)


async def check(app: App, case: Case) -> None:
    """Send a case and hold the answer against it; then be honest."""
    answer = await send(app, case)
    assert answer.is_complete
    assert answer.status == case.status, answer.body
    if case.code is not None:
        _check_error(json.loads(answer.body), case)
    await check_honest(app)


def _check_error(message: dict[str, Any], case: Case) -> None:
    assert message["jsonrpc"] == "2.0"
    assert message["error"]["code"] == case.code, message
    assert "result" not in message
    assert (message.get("id", OMITTED), type(message.get("id", OMITTED))) == (case.id, type(case.id)), message
    # Names of rules and members, never what was sent: it may be a token, and it goes to logs and models.
    assert "s3cret" not in json.dumps(message)


async def check_honest(app: App) -> None:
    """Make a request without fault; it must succeed."""
    headers = modern_headers("tools/call", "calculate")
    answer = await send(app, Case("honest", headers, modern_request("tools/call", CALCULATE, id="honest"), 200, None))
    assert answer.status == 200, answer.body
    assert json.loads(answer.body)["result"]["structuredContent"]["result"] == str(7**8)
