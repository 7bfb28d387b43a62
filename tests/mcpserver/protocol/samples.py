"""Messages and headers as real clients send them, for tests to bend; and one tool's definition."""

import json
from typing import Any

from mcpserver.protocol import exchange, headers, jsonrpc
from mcpserver.protocol.errors import ProtocolError
from mcpserver.protocol.exchange import Reply
from mcpserver.protocol.server import Features, Server
from mcpserver.protocol.steps import Answer, CallTool, ListPage, Step

MODERN = "2026-07-28"
HANDSHAKE = ("2025-11-25", "2025-06-18", "2025-03-26")
FEATURES = Features(resources=True, subscriptions=True, prompts=True, completions=True)
SERVER = Server(version="9.8.7", website_url="https://gatehouse.example", features=FEATURES)

VERSION_KEY = "io.modelcontextprotocol/protocolVersion"
CAPABILITIES_KEY = "io.modelcontextprotocol/clientCapabilities"
META: dict[str, Any] = {VERSION_KEY: MODERN, CAPABILITIES_KEY: {}}

DEFINITION: dict[str, Any] = {
    "name": "greet",
    "title": "Greet",
    "description": "Greet somebody.",
    "inputSchema": {
        "type": "object",
        "properties": {"region": {"type": "string", "x-mcp-header": "Region"}},
        "additionalProperties": False,
    },
    "outputSchema": {"type": "object", "properties": {"greeting": {"type": "string"}}},
    "annotations": {"readOnlyHint": True},
    "icons": [{"src": "https://gatehouse.example/static/tool.png", "mimeType": "image/png"}],
}

JSON_HEADERS = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}


def pairs(values: dict[str, str | list[str] | None]) -> list[tuple[bytes, bytes]]:
    """Return ASGI's header list; a list stands for a repeated header, None for one left out."""
    listed = [(name, [value] if isinstance(value, str) else value or []) for name, value in values.items()]
    return [(name.lower().encode(), each.encode("latin-1")) for name, each_value in listed for each in each_value]


def handshake_headers(version: str | None = None, **changes: str | list[str] | None) -> dict[str, Any]:
    return {**JSON_HEADERS, "MCP-Protocol-Version": version, **_spelt(changes)}


def modern_headers(method: str, name: str | None = None, **changes: str | list[str] | None) -> dict[str, Any]:
    """Return what a client of the stateless era sends; ``Mcp_Name=None`` leaves a header out."""
    standard = {"MCP-Protocol-Version": MODERN, "Mcp-Method": method, "Mcp-Name": name}
    return {**JSON_HEADERS, **standard, **_spelt(changes)}


def request(method: str, params: Any = ..., *, id: Any = 1, **members: Any) -> dict[str, Any]:  # noqa: A002 - the wire's word
    """Return a request; without ``params`` the member is left out."""
    message = {"jsonrpc": "2.0", "id": id, "method": method, **members}
    return message if params is ... else {**message, "params": params}


def modern_request(method: str, params: dict[str, Any] | None = None, *, meta: Any = ..., id: Any = 1) -> dict[str, Any]:  # noqa: A002 - the wire's word
    return request(method, {**(params or {}), "_meta": META if meta is ... else meta}, id=id)


def plan(header_values: dict[str, Any], body: Any) -> Step:
    """Return the step for a POST, as the consumer comes to it. Raises ProtocolError."""
    read = headers.read(pairs(header_values))
    exchange.check_post(read)
    encoded = body if isinstance(body, bytes) else json.dumps(body).encode()
    return exchange.plan(read, jsonrpc.decode(encoded), SERVER)


def refusal(header_values: dict[str, Any], body: Any) -> Reply:
    """Return the answer to a POST that must be refused."""
    try:
        step = plan(header_values, body)
    except ProtocolError as error:
        return exchange.failure(error, headers.read(pairs(header_values)).protocol_version)
    raise AssertionError(f"not refused: {step}")


def reply(header_values: dict[str, Any], body: Any, outcome: exchange.Outcome = None) -> Reply:
    return exchange.finish(plan(header_values, body), outcome, SERVER)


def result_of(answer: Reply) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(answer.body)["result"]
    return result


def single(step: Step) -> Answer | ListPage | CallTool:
    assert isinstance(step, Answer | ListPage | CallTool)
    return step


def _spelt(changes: dict[str, Any]) -> dict[str, Any]:
    spellings = {"MCP_Protocol_Version": "MCP-Protocol-Version"}
    return {spellings.get(name, name.replace("_", "-")): value for name, value in changes.items()}
