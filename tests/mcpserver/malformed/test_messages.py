"""JSON that is no JSON-RPC message (JSON-RPC 2.0 §4; MCP 2026-07-28 basic/index, Messages)."""

from typing import Any

import pytest

from mcpserver.edge.types import App
from tests.mcpserver.malformed.case import OMITTED, Case, bad, check
from tests.mcpserver.protocol.samples import handshake_headers, modern_headers, modern_request, request

OLD = handshake_headers("2025-11-25")
NEW = modern_headers("tools/list")
LIST: dict[str, Any] = modern_request("tools/list")


def changed(**members: Any) -> dict[str, Any]:
    return {**LIST, **members}


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in LIST.items() if name not in names}


NO_ID = OMITTED
MESSAGES: dict[str, tuple[Any, object]] = {
    "null": (None, NO_ID),
    "true": (True, NO_ID),
    "a number": (5, NO_ID),
    "a string": ("tools/list", NO_ID),
    "an empty object": ({}, NO_ID),
    "no jsonrpc": (without("jsonrpc"), 1),
    "jsonrpc of another version": (changed(jsonrpc="1.0"), 1),
    "jsonrpc as a number": (changed(jsonrpc=2.0), 1),
    "jsonrpc null": (changed(jsonrpc=None), 1),
    "jsonrpc with a blank": (changed(jsonrpc="2.0 "), 1),
    "jsonrpc as a list": (changed(jsonrpc=["2.0"]), 1),
    "no method": (without("method"), 1),
    "method null": (changed(method=None), 1),
    "method a number": (changed(method=1), 1),
    "method an object": (changed(method={"name": "tools/list"}), 1),
    "method a list": (changed(method=["tools/list"]), 1),
    "id null": (changed(id=None), NO_ID),
    "id true": (changed(id=True), NO_ID),
    "id a fraction": (changed(id=1.5), NO_ID),
    "id a whole fraction": (changed(id=1.0), NO_ID),
    "id a list": (changed(id=[1]), NO_ID),
    "id an object": (changed(id={"id": 1}), NO_ID),
    "params a list": (changed(params=[]), 1),
    "params a list of values": (changed(params=["s3cret"]), 1),
    "params a string": (changed(params="s3cret"), 1),
    "params a number": (changed(params=0), 1),
    "params false": (changed(params=False), 1),
    "a request with a result": (changed(result={}), 1),
    "a request with an error": (changed(error={"code": 1, "message": "x"}), 1),
    "a notification with params of a wrong type": ({**without("id"), "params": "x"}, NO_ID),
    "a result and an error": ({"jsonrpc": "2.0", "id": 1, "result": {}, "error": {}}, NO_ID),
    "a result without an id": ({"jsonrpc": "2.0", "result": {}}, NO_ID),
    "a result with id null": ({"jsonrpc": "2.0", "id": None, "result": {}}, NO_ID),
    "a result that is none": ({"jsonrpc": "2.0", "id": 1, "result": 5}, NO_ID),
    "an error that is none": ({"jsonrpc": "2.0", "id": 1, "error": "x"}, NO_ID),
    "an error with an id of a wrong type": ({"jsonrpc": "2.0", "id": 1.5, "error": {}}, NO_ID),
    "an empty batch": ([], NO_ID),
    "a batch of nothing": ([None], NO_ID),
    "a batch of one": ([LIST], NO_ID),
    "a batch of two": ([LIST, {**LIST, "id": 2}], NO_ID),
    "a batch in a batch": ([[LIST]], NO_ID),
    "a batch of 21": ([LIST] * 21, NO_ID),
}
CASES = [
    bad(f"{name} ({era})", headers, body, 400, -32600, request_id)
    for name, (body, request_id) in MESSAGES.items()
    for era, headers in (("modern", NEW), ("handshake", OLD))
]

# What no client of the stateless era sends, though it is a message.
CASES += [
    bad("a response to the stateless era", NEW, {"jsonrpc": "2.0", "id": 1, "result": {}}, 400, -32600, NO_ID),
    bad(
        "an error to the stateless era",
        NEW,
        {"jsonrpc": "2.0", "id": 1, "error": {"code": 1, "message": "x"}},
        400,
        -32600,
        NO_ID,
    ),
]

OLDEST = handshake_headers("2025-03-26")
CASES += [
    bad("initialize in a batch", OLDEST, [request("initialize", {"protocolVersion": "2025-03-26"})], 400, -32600, None),
    bad("a batch of 21 where batches are", OLDEST, [request("ping", id=number) for number in range(21)], 400, -32600, None),
    bad("an empty batch where batches are", OLDEST, [], 400, -32600, None),
    bad("a batch with a stateless request alone", OLDEST, [LIST], 400, None),
    bad("a batch of nothing but faults", OLDEST, [5, None, {}], 400, None),
    bad("a batch to 2025-06-18", handshake_headers("2025-06-18"), [request("ping")], 400, -32600, None),
]


@pytest.mark.asyncio
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_what_is_no_message_is_an_invalid_request(app: App, case: Case) -> None:
    await check(app, case)


DUPLICATES = [b'"method":"ping"', b'"id":2', b'"jsonrpc":"2.0"', b'"params":{}']


@pytest.mark.asyncio
@pytest.mark.parametrize("member", DUPLICATES)
async def test_a_name_that_stands_twice_is_read_by_its_last_value(app: App, member: bytes) -> None:
    """RFC 8259 §4 leaves it open. Header and body are compared with what is acted on, so nothing is gained by it."""
    body = b'{"jsonrpc":"2.0","id":1,"method":"tools/list",%b,"params":{"_meta":%b}}'
    meta = b'{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}'
    is_other_method = member == DUPLICATES[0]
    case = bad("duplicate", NEW, body % (member, meta), 400 if is_other_method else 200, -32020 if is_other_method else None)
    await check(app, case)
