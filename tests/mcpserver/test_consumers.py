"""The MCP endpoint in process: from ASGI's messages to ASGI's messages.

Who is calling is given here (the real look-up has its own tests and the flows); everything behind it is real.
"""

import asyncio
import json
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError

from mcpserver.edge.types import Message
from mcpserver.protocol import versions
from mcpserver.protocol.transport_session import TransportSession
from mcpserver.protocol.versions import Revision
from mcpserver.streams import sessions
from oauth_bridge.principals import Principal
from tests.mcpserver.endpoint import ALICE, APP, CALCULATE, message, post
from tests.mcpserver.protocol.samples import handshake_headers, modern_headers, modern_request, pairs, request
from tests.support.asgi_call import call
from tools.catalog import CATALOG
from wire import strict_json

pytestmark = pytest.mark.asyncio

H = handshake_headers
M = modern_headers


# --- before the message ---


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "BREW"])
async def test_without_a_token_every_method_is_challenged(method: str) -> None:
    """RFC 9728 §5.1; the real authentication, which needs no database to miss a token."""
    answer = await call(APP, method, "/mcp", headers=pairs(H()), body=[b"not json"])
    assert answer.status == 401
    assert f'resource_metadata="{settings.PUBLIC_URL}/.well-known' in (answer.header(b"www-authenticate") or b"").decode()
    assert json.loads(answer.body)["error"] == "unauthorized"
    assert answer.header(b"cache-control") == b"no-store"
    assert answer.header(b"content-type") == b"application/json"


async def test_without_a_token_the_body_is_not_even_read() -> None:
    async def receive() -> Message:
        raise AssertionError("the body was read")

    sent: list[Message] = []

    async def send(event: Message) -> None:
        sent.append(event)

    await APP({"type": "http", "method": "POST", "path": "/mcp", "headers": []}, receive, send)
    assert sent[0]["status"] == 401


@pytest.mark.parametrize("method", ["PUT", "PATCH", "HEAD", "BREW"])
async def test_with_a_token_other_methods_are_not_allowed(alice: Principal, method: str) -> None:
    answer = await call(APP, method, "/mcp", headers=pairs({"Accept": "text/event-stream"}))
    assert (answer.status, answer.header(b"allow")) == (405, b"GET, POST, DELETE")
    assert message(answer)["error"]["code"] == -32600


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
async def test_a_stateless_client_has_one_method(alice: Principal, method: str) -> None:
    """MCP 2026-07-28 streamable-http, Earlier Revisions."""
    answer = await call(APP, method, "/mcp", headers=pairs({"MCP-Protocol-Version": "2026-07-28", "Mcp-Session-Id": "x"}))
    assert (answer.status, answer.header(b"allow")) == (405, b"POST")


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_a_stream_and_an_end_need_a_session(alice: Principal, method: str) -> None:
    answer = await call(APP, method, "/mcp", headers=pairs({"Accept": "text/event-stream"}))
    assert (answer.status, message(answer)["error"]["code"]) == (400, -32600)


async def test_options_is_never_challenged() -> None:
    answer = await call(APP, "OPTIONS", "/mcp", headers=[])
    assert (answer.status, answer.header(b"allow"), answer.body) == (204, b"GET, POST, DELETE", b"")
    assert answer.header(b"content-length") is None


async def test_the_body_may_come_in_pieces(alice: Principal) -> None:
    body = json.dumps(request("ping")).encode()
    pieces = [body[:5], b"", body[5:20], body[20:], b""]
    assert message(await post(H(), None, pieces=pieces)) == {"jsonrpc": "2.0", "id": 1, "result": {}}


async def test_a_body_of_the_largest_size_is_read(alice: Principal) -> None:
    body = json.dumps(request("ping")).encode()
    answer = await post(H(), None, pieces=[body.ljust(strict_json.MAX_BYTES)])
    assert answer.status == 200


@pytest.mark.parametrize("pieces", [[b" " * (strict_json.MAX_BYTES + 1)], [b" " * 1000] * (strict_json.MAX_BYTES // 1000 + 1)])
async def test_a_larger_body_is_refused(alice: Principal, pieces: list[bytes]) -> None:
    answer = await post(H("2025-11-25"), None, pieces=pieces)
    assert (answer.status, message(answer)["error"]["code"]) == (413, -32600)


async def test_a_client_that_leaves_while_it_asks_is_not_answered(alice: Principal, caplog: pytest.LogCaptureFixture) -> None:
    answer = await post(H(), b'{"jsonrpc":', leaves=True)
    assert (answer.status, answer.body) == (0, b"")
    assert not caplog.records


@pytest.mark.parametrize(
    ("headers", "body", "status", "code"),
    [
        (H(), b"{", 400, -32700),
        (H(), [], 400, -32600),
        (H(Content_Type="text/plain"), request("ping"), 415, -32600),
        (H(Accept="text/html"), request("ping"), 406, -32600),
        (H("1999-01-01"), request("ping"), 400, -32022),
        (H(), request("nope"), 200, -32601),
        (M("nope"), modern_request("nope"), 404, -32601),
        (M("tools/list", Mcp_Method="x"), modern_request("tools/list"), 400, -32020),
        (M("tools/list"), request("tools/list"), 400, -32602),
    ],
)
async def test_what_breaks_a_rule_is_answered_with_its_error(
    alice: Principal, headers: dict[str, Any], body: Any, status: int, code: int
) -> None:
    answer = await post(headers, body)
    assert (answer.status, message(answer)["error"]["code"]) == (status, code)


# --- methods ---


async def test_a_notification_is_accepted_without_a_body(alice: Principal) -> None:
    answer = await post(H("2025-11-25"), {"jsonrpc": "2.0", "method": "notifications/initialized"})
    assert (answer.status, answer.body, answer.header(b"content-length")) == (202, b"", b"0")
    assert answer.header(b"content-type") is None
    assert answer.is_complete


async def test_initialize_opens_a_transport_session(alice: Principal, monkeypatch: pytest.MonkeyPatch) -> None:
    """MCP 2025-11-25 basic/transports, Session Management; the rows have their own tests, in ``tests/flows/mcp``."""

    async def open_session(principal: Principal, revision: Revision, *declared: object) -> str:
        assert (principal, revision.name, declared) == (ALICE, "2025-06-18", ({"roots": {}}, {}))
        return "the-session"

    monkeypatch.setattr(sessions, "open_session", open_session)
    params = {"protocolVersion": "2025-06-18", "capabilities": {"roots": {}}}
    answer = await post(H(Mcp_Session_Id="of-before"), request("initialize", params))
    assert message(answer)["result"]["serverInfo"] == {"name": "gatehouse", "title": "Gatehouse", "version": "0.1.0"}
    assert answer.header(b"mcp-session-id") == b"the-session"


async def test_a_database_that_fails_at_initialize_is_told_under_the_requests_id(
    alice: Principal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def open_session(*_: object) -> str:
        raise OperationalError

    monkeypatch.setattr(sessions, "open_session", open_session)
    answer = await post(H(), request("initialize", {"protocolVersion": "2025-06-18", "capabilities": {}}, id="first"))
    assert (message(answer)["id"], message(answer)["error"]["code"]) == ("first", -32603)
    assert answer.header(b"mcp-session-id") is None
    assert "an MCP request failed" in caplog.text


async def test_a_session_that_ends_before_its_stream_is_watched_has_none(
    alice: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its end was told, and this stream was not there to hear it."""
    found = [TransportSession("key", versions.REVISIONS[-1], {}, None)]

    async def find(*_: object) -> TransportSession | None:
        return found.pop() if found else None

    monkeypatch.setattr(sessions, "find", find)
    async with asyncio.timeout(10):
        answer = await call(APP, "GET", "/mcp", headers=pairs({"Accept": "text/event-stream", "Mcp-Session-Id": "s"}))
    assert (answer.status, message(answer)["error"]["code"]) == (404, -32600)


async def test_discover_names_the_public_origin(alice: Principal) -> None:
    result = message(await post(M("server/discover"), modern_request("server/discover")))["result"]
    assert result["_meta"]["io.modelcontextprotocol/serverInfo"]["websiteUrl"] == settings.PUBLIC_URL


@pytest.mark.parametrize("version", [None, "2025-03-26", "2025-06-18", "2025-11-25"])
async def test_a_tool_is_called_in_every_handshake_revision(alice: Principal, version: str | None) -> None:
    result = message(await post(H(version), request("tools/call", CALCULATE)))["result"]
    assert result["isError"] is False
    assert "5764801" in result["content"][0]["text"]
    assert ("structuredContent" in result) is (version in {"2025-06-18", "2025-11-25"})
    assert "resultType" not in result


async def test_a_tool_is_called_without_a_handshake(alice: Principal) -> None:
    result = message(await post(M("tools/call", "calculate"), modern_request("tools/call", CALCULATE)))["result"]
    assert (result["resultType"], result["structuredContent"]["result"]) == ("complete", "5764801")


async def test_wrong_arguments_are_the_models_to_mend(alice: Principal) -> None:
    """MCP 2025-11-25 server/tools, Error Handling: a result with ``isError``; here absent arguments."""
    result = message(await post(H(), request("tools/call", {"name": "calculate"})))["result"]
    assert result["isError"] is True


@pytest.mark.parametrize("name", ["nope", "Calculate", "", "calculate ", "__class__"])
async def test_an_unknown_tool_is_an_error_of_the_params(alice: Principal, name: str) -> None:
    answer = await post(H(), request("tools/call", {"name": name}, id="u"))
    assert (answer.status, message(answer)["id"], message(answer)["error"]["code"]) == (200, "u", -32602)


async def test_the_list_has_every_tool_that_the_scopes_open(alice: Principal) -> None:
    names = [tool["name"] for tool in message(await post(H("2025-11-25"), request("tools/list")))["result"]["tools"]]
    on = [tool for tool in CATALOG.visible_to(ALICE.scopes) if f"set:{tool.set}" in settings.TOOLS_ON and not tool.writes]
    assert names == [tool.name for tool in on]
    assert "calculate" in names


async def test_a_foreign_cursor_is_an_error_of_the_params(alice: Principal) -> None:
    answer = await post(H(), request("tools/list", {"cursor": "YWZ0ZXI6bm9wZQ=="}))
    assert (answer.status, message(answer)["error"]["code"]) == (200, -32602)
