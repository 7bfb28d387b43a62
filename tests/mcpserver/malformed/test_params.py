"""Params that do not fit their method (MCP 2026-07-28 schema; server/tools, Error Handling)."""

from typing import Any

import pytest

from mcpserver.edge.types import App
from tests.mcpserver.malformed.case import Case, bad, check
from tests.mcpserver.protocol.samples import handshake_headers, modern_headers, modern_request, request

OLD = ("2025-11-25", "2025-06-18", "2025-03-26")

# Method, params, and the name that a stateless request repeats in its header.
PARAMS: dict[str, tuple[str, dict[str, Any], str | None]] = {
    "no name": ("tools/call", {}, None),
    "name null": ("tools/call", {"name": None}, None),
    "name a number": ("tools/call", {"name": 5}, None),
    "name a list": ("tools/call", {"name": ["calculate"]}, None),
    "an unknown tool": ("tools/call", {"name": "s3cret"}, "s3cret"),
    "a tool in capitals": ("tools/call", {"name": "Calculate"}, "Calculate"),
    "a tool with a blank": ("tools/call", {"name": "calculate "}, "=?base64?Y2FsY3VsYXRlIA==?="),
    "an empty name": ("tools/call", {"name": ""}, ""),
    "a name of Python": ("tools/call", {"name": "__class__"}, "__class__"),
    "arguments a list": ("tools/call", {"name": "calculate", "arguments": []}, "calculate"),
    "arguments a string": ("tools/call", {"name": "calculate", "arguments": "s3cret"}, "calculate"),
    "arguments a number": ("tools/call", {"name": "calculate", "arguments": 5}, "calculate"),
    "arguments true": ("tools/call", {"name": "calculate", "arguments": True}, "calculate"),
    "a cursor that is a number": ("tools/list", {"cursor": 5}, None),
    "a cursor that is an object": ("tools/list", {"cursor": {}}, None),
    "an empty cursor": ("tools/list", {"cursor": ""}, None),
    "a cursor of nobody": ("tools/list", {"cursor": "s3cret"}, None),
    "a cursor with blanks": ("tools/list", {"cursor": " YWZ0ZXI6Y2FsY3VsYXRl"}, None),
    "a cursor to nothing": ("tools/list", {"cursor": "YWZ0ZXI6bm90aGluZw=="}, None),
}
CASES = [
    bad(f"{name} (stateless)", modern_headers(method, header), modern_request(method, params), 200, -32602)
    for name, (method, params, header) in PARAMS.items()
]
CASES += [
    bad(f"{name} ({version})", handshake_headers(version), request(method, params), 200, -32602)
    for name, (method, params, _) in PARAMS.items()
    for version in OLD[:1]
]

INITIALIZE: dict[str, Any] = {
    "no params": ...,
    "no version": {},
    "version null": {"protocolVersion": None},
    "version a number": {"protocolVersion": 20251125},
    "version a list": {"protocolVersion": ["2025-11-25"]},
    "capabilities a list": {"protocolVersion": "2025-11-25", "capabilities": []},
    "capabilities a string": {"protocolVersion": "2025-11-25", "capabilities": "s3cret"},
    "client a string": {"protocolVersion": "2025-11-25", "clientInfo": "s3cret"},
    "client a list": {"protocolVersion": "2025-11-25", "clientInfo": []},
}
CASES += [
    bad(f"initialize: {name}", handshake_headers(None), request("initialize", params), 200, -32602)
    for name, params in INITIALIZE.items()
]
CASES += [
    bad(f"{method} in {version}", handshake_headers(version), request(method), 200, -32601)
    for method in ("nope", "server/discover", "subscriptions/listen", "tools/List", "", "rpc.x")
    for version in OLD
]
CASES += [
    bad(f"_meta {name} in {version}", handshake_headers(version), request("ping", {"_meta": value}), 200, -32602)
    for name, value in (("a list", []), ("a string", "s3cret"), ("a number", 5), ("true", True))
    for version in OLD[:1]
]


@pytest.mark.asyncio
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_params_that_do_not_fit_are_refused(app: App, case: Case) -> None:
    await check(app, case)
