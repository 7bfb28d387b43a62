"""Honest requests, for ``mutations`` to spoil. Tools are the conformance suite's fixtures."""

from typing import Any

from tests.mcpserver.protocol.samples import CAPABILITIES_KEY, META, MODERN, handshake_headers, modern_headers

Request = tuple[str, dict[str, Any], dict[str, Any]]

# Stands for the id of a transport session that is open while the request is sent.
SESSION = "{session}"
IN_SESSION = {"Mcp-Session-Id": SESSION}

CAPABLE: dict[str, Any] = {**META, CAPABILITIES_KEY: {"elicitation": {}, "sampling": {}, "roots": {}}}
TASKS: dict[str, Any] = {"extensions": {"io.modelcontextprotocol/tasks": {}}}
WITH_TASKS: dict[str, Any] = {**META, CAPABILITIES_KEY: {"elicitation": {}, **TASKS}}
_FILTER = {"toolsListChanged": True, "resourceSubscriptions": ["test://static-text"]}
# Method, params, and what a stateless request repeats in ``Mcp-Name``.
_CALLS: list[tuple[str, dict[str, Any], str | None]] = [
    ("tools/list", {}, None),
    ("tools/call", {"name": "test_simple_text"}, "test_simple_text"),
    ("tools/call", {"name": "greet", "arguments": {"name": "Ada"}}, "greet"),
    ("tools/call", {"name": "test_header_param", "arguments": {"region": "eu"}}, "test_header_param"),
    ("tools/call", {"name": "json_schema_2020_12_tool", "arguments": {"phone": "1"}}, "json_schema_2020_12_tool"),
    ("tools/call", {"name": "test_logging_tool", "_meta": {"io.modelcontextprotocol/logLevel": "debug"}}, "test_logging_tool"),
    ("tools/call", {"name": "test_input_required_result_multi_round"}, "test_input_required_result_multi_round"),
    (
        "tools/call",
        {
            "name": "test_input_required_result_elicitation",
            "inputResponses": {"user_name": {"action": "accept", "content": {"name": "Ada"}}},
            "requestState": "gAAAAA==",
        },
        "test_input_required_result_elicitation",
    ),
    ("resources/list", {}, None),
    ("resources/templates/list", {}, None),
    ("resources/read", {"uri": "test://static-text"}, "test://static-text"),
    ("resources/read", {"uri": "test://template/7/data"}, "test://template/7/data"),
    ("prompts/list", {}, None),
    (
        "prompts/get",
        {"name": "test_prompt_with_arguments", "arguments": {"arg1": "a", "arg2": "b"}},
        "test_prompt_with_arguments",
    ),
    (
        "completion/complete",
        {
            "ref": {"type": "ref/prompt", "name": "test_prompt_with_arguments"},
            "argument": {"name": "arg1", "value": "t"},
            "context": {"arguments": {"arg2": "x"}},
        },
        None,
    ),
]
_STATELESS: list[tuple[str, dict[str, Any], str | None]] = [
    ("server/discover", {}, None),
    (
        "subscriptions/listen",
        {"notifications": _FILTER},
        None,
    ),
    ("tasks/get", {"taskId": "0" * 40}, "0" * 40),
    ("tasks/update", {"taskId": "0" * 40, "inputResponses": {"a": {"action": "accept"}}}, "0" * 40),
    ("tasks/cancel", {"taskId": "0" * 40}, "0" * 40),
    ("tools/call", {"name": "slow_compute", "arguments": {"seconds": 0}}, "slow_compute"),
]
_HANDSHAKE: list[tuple[str, dict[str, Any]]] = [
    (
        "initialize",
        {"protocolVersion": "2025-11-25", "capabilities": {"sampling": {}}, "clientInfo": {"name": "f", "version": "1"}},
    ),
    ("ping", {}),
    ("logging/setLevel", {"level": "info"}),
    ("resources/subscribe", {"uri": "test://watched-resource"}),
    ("resources/unsubscribe", {"uri": "test://watched-resource"}),
]


def requests() -> list[Request]:
    """Return HTTP method, headers and body of each."""
    made: list[Request] = []
    for method, params, name in (*_CALLS, *_STATELESS):
        for meta in (CAPABLE, WITH_TASKS):
            body = {**params, "_meta": {**meta, **params.get("_meta", {})}}
            made.append(("POST", modern_headers(method, name), _message(method, body)))
    for version in ("2025-11-25", "2025-06-18", "2025-03-26"):
        for method, params in (*((method, params) for method, params, _ in _CALLS), *_HANDSHAKE):
            body = _message(method, params)
            made += [("POST", {**handshake_headers(version), **session}, body) for session in ({}, IN_SESSION)]
    for method in ("notifications/initialized", "notifications/cancelled"):
        note = {"jsonrpc": "2.0", "method": method, "params": {"requestId": 1}}
        made.append(("POST", {**handshake_headers("2025-11-25"), **IN_SESSION}, note))
        made.append(("POST", {**modern_headers(method), "MCP-Protocol-Version": MODERN}, note))
    answers: list[dict[str, Any]] = [{"result": {"action": "accept", "content": {}}}, {"error": {"code": -1, "message": "no"}}]
    session = {**handshake_headers("2025-11-25"), **IN_SESSION}
    made += [("POST", session, {"jsonrpc": "2.0", "id": 1, **answer}) for answer in answers]
    for headers in ({}, IN_SESSION, {**IN_SESSION, "Last-Event-ID": "ec76906a0caab117-1"}):
        made.append(("GET", {"Accept": "text/event-stream", **headers}, {}))
        made.append(("DELETE", dict(headers), {}))
    return made


def _message(method: str, params: dict[str, Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
