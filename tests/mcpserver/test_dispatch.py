"""Carrying steps out: rights, tools, and what may go wrong within them; seen from outside, through the endpoint."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from mcpserver import database
from mcpserver.dispatch import calls
from mcpserver.dispatch.call import Call
from mcpserver.outgoing import NOWHERE
from mcpserver.protocol import parameter_headers
from oauth_bridge.github import api, credentials
from oauth_bridge.principals import Principal
from tests.mcpserver.endpoint import ALICE, CALCULATE, message, post
from tests.mcpserver.protocol.samples import SERVER, handshake_headers, modern_headers, modern_request, request
from tools import runner
from tools.catalog import CATALOG
from tools.context import ToolContext

pytestmark = pytest.mark.asyncio

H = handshake_headers
M = modern_headers


@pytest.fixture(autouse=True)
def _no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run at once what would run in a database thread, whose connection may be left over from a test that had one."""

    async def run(work: Callable[..., Any], *given: Any) -> Any:
        return work(*given)

    monkeypatch.setattr(database, "run", run)


# --- rights ---

PRIVATE = {"name": "get_github_repos", "arguments": {"visibility": "private"}}


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (H(), request("tools/call", PRIVATE)),
        (M("tools/call", "get_github_repos"), modern_request("tools/call", PRIVATE)),
    ],
)
async def test_a_missing_scope_is_a_403_that_names_it(alice: Principal, headers: dict[str, Any], body: Any) -> None:
    """MCP 2025-11-25 basic/authorization, Runtime Insufficient Scope Errors: HTTP, not JSON-RPC."""
    answer = await post(headers, body)
    challenge = (answer.header(b"www-authenticate") or b"").decode()
    assert answer.status == 403
    assert 'error="insufficient_scope"' in challenge
    assert 'scope="read:user user:email repo"' in challenge
    assert json.loads(answer.body)["error"] == "insufficient_scope"


async def test_nothing_of_a_batch_runs_when_a_scope_is_missing(alice: Principal, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(*_: object) -> None:
        raise AssertionError("a tool ran")

    monkeypatch.setattr(runner, "run", run)
    answer = await post(H(), [request("tools/call", CALCULATE), request("tools/call", PRIVATE, id=2)])
    assert answer.status == 403


async def test_a_batch_is_answered_in_order(alice: Principal) -> None:
    """MCP 2025-03-26 basic/index, Batching."""
    unknown = request("tools/call", {"name": "nope"}, id=2)
    initialized = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    answer = await post(H(), [request("tools/call", CALCULATE), unknown, initialized, request("tools/list", id=3)])
    assert answer.status == 200
    first, second, third = json.loads(answer.body)
    assert [first["id"], second["id"], third["id"]] == [1, 2, 3]
    assert "5764801" in first["result"]["content"][0]["text"]
    assert second["error"]["code"] == -32602
    assert third["result"]["tools"]


# --- what a tool is given, and what it may do wrong ---


async def test_a_tool_acts_as_the_caller_of_this_request(
    alice: Principal, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[ToolContext] = []
    asked: list[str] = []
    real = runner.run

    async def run(tool: Any, arguments: Any, context: ToolContext) -> Any:
        seen.append(context)
        return await real(tool, arguments, context)

    def access_token(session_id: str) -> str:
        asked.append(session_id)
        return "gho_alices"

    monkeypatch.setattr(runner, "run", run)
    monkeypatch.setattr(credentials, "access_token", access_token)
    await post(H(), request("tools/call", CALCULATE))
    [context] = seen
    assert (context.person.github_id, context.person.login) == (1001, "alice")
    assert (context.client_name, context.scopes, context.request_id) == ("Test Client", ALICE.scopes, reference)
    # The token is fetched when a tool asks for it, and not before.
    assert asked == []
    assert await context.github_token() == "gho_alices"
    assert asked == ["session-1"]


async def test_a_lost_link_to_github_asks_to_sign_in_again(alice: Principal, monkeypatch: pytest.MonkeyPatch) -> None:
    def access_token(_session_id: str) -> str:
        raise credentials.CredentialUnavailable("gone")

    monkeypatch.setattr(credentials, "access_token", access_token)
    answer = await post(H(), request("tools/call", {"name": "get_user_info"}))
    result = message(answer)["result"]
    assert (answer.status, result["isError"]) == (200, True)
    assert "sign in again" in result["content"][0]["text"]


async def test_a_github_that_does_not_answer_for_a_new_token_is_told_apart(
    alice: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has to sign in again because GitHub was away for a moment."""

    def access_token(_session_id: str) -> str:
        raise api.Unavailable

    monkeypatch.setattr(credentials, "access_token", access_token)
    result = message(await post(H(), request("tools/call", {"name": "get_user_info"})))["result"]
    assert result["isError"]
    assert "Try again later" in result["content"][0]["text"]
    assert "sign in again" not in result["content"][0]["text"]


async def test_a_token_that_github_refuses_is_marked(alice: Principal, monkeypatch: pytest.MonkeyPatch) -> None:
    """That token, not one that another call has renewed since."""
    marked: list[tuple[str, str]] = []
    monkeypatch.setattr(credentials, "access_token", lambda _session_id: "gho_alices")
    monkeypatch.setattr(credentials, "mark_dead", lambda *given: marked.append(given))
    context = calls.context(Call(ALICE, SERVER, NOWHERE))
    await context.github_token()
    await context.github_token_refused()
    assert marked == [("session-1", "gho_alices")]


async def test_a_token_of_another_account_is_told(alice: Principal, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(credentials, "wrong_account", told.append)
    await calls.context(Call(ALICE, SERVER, NOWHERE)).github_account_differs()
    assert told == ["session-1"]


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (H(), request("tools/call", CALCULATE, id="f")),
        (M("tools/call", "calculate"), modern_request("tools/call", CALCULATE, id="f")),
    ],
)
async def test_a_fault_of_a_tool_is_an_internal_error_with_a_reference(
    alice: Principal, reference: str, monkeypatch: pytest.MonkeyPatch, headers: dict[str, Any], body: Any
) -> None:
    async def run(*_: object) -> None:
        raise runner.ToolFault(reference)

    monkeypatch.setattr(runner, "run", run)
    answer = await post(headers, body)
    error = message(answer)["error"]
    assert (answer.status, message(answer)["id"], error["code"], error["data"]) == (200, "f", -32603, {"reference": reference})


@pytest.mark.parametrize(
    ("body", "status", "id_"), [(request("tools/list", id=9), 200, 9), ([request("tools/list", id=9)], 500, None)]
)
async def test_a_bug_is_logged_and_hidden(
    alice: Principal,
    reference: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    body: Any,
    status: int,
    id_: object,
) -> None:
    def visible_to(_scopes: object) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(CATALOG, "visible_to", visible_to)
    with caplog.at_level(logging.ERROR):
        answer = await post(H(), body)
    decoded = message(answer)
    assert (answer.status, decoded["id"], decoded["error"]["code"]) == (status, id_, -32603)
    assert reference in decoded["error"]["message"]
    assert b"secret inside" not in answer.body
    [record] = [record for record in caplog.records if record.name.startswith("mcpserver.consumers")]
    assert record.exc_info is not None


# --- parameters repeated in headers ---


@pytest.fixture
def annotated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ``calculate`` ask for its operation in a header."""
    tool = CATALOG.get("calculate")
    assert tool is not None
    schema = tool.definition["inputSchema"]
    operation = {"type": "string", "x-mcp-header": "Operation"}
    changed = {**schema, "properties": {**schema["properties"], "operation": operation}}
    monkeypatch.setitem(tool.definition, "inputSchema", changed)
    monkeypatch.setattr(calls, "_annotated", {})


@pytest.mark.parametrize(
    ("value", "status"), [("power", 200), ("=?base64?cG93ZXI=?=", 200), ("add", 400), (None, 400), (["power", "power"], 400)]
)
async def test_a_parameter_header_must_agree_with_the_argument(
    alice: Principal, annotated: None, value: str | list[str] | None, status: int
) -> None:
    """MCP 2026-07-28 streamable-http, Server Behavior for Custom Headers."""
    headers = M("tools/call", "calculate", Mcp_Param_Operation=value)
    answer = await post(headers, modern_request("tools/call", CALCULATE))
    assert answer.status == status
    assert message(answer).get("error", {}).get("code") == (None if status == 200 else -32020)


async def test_the_handshake_era_knows_no_parameter_headers(alice: Principal, annotated: None) -> None:
    answer = await post(H("2025-11-25", Mcp_Param_Operation="add"), request("tools/call", CALCULATE))
    assert answer.status == 200
    assert "result" in message(answer)


async def test_no_tool_on_offer_has_an_annotation_that_clients_refuse() -> None:
    for tool in CATALOG:
        parameter_headers.annotated(tool.definition["inputSchema"])
