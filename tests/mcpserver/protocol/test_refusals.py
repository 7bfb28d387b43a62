"""Every way to get a POST wrong, with the exact status, code and id of the answer. The stateless era has its own file."""

from typing import Any

import pytest

from mcpserver.protocol.jsonrpc import MAX_BATCH_MESSAGES
from tests.mcpserver.protocol.refused import OMITTED, check
from tests.mcpserver.protocol.samples import MODERN, handshake_headers, modern_headers, modern_request, refusal, request

H = handshake_headers
M = modern_headers
PING = request("ping")


BYTES = [
    (b"", "empty"),
    (b" ", "blank"),
    (b"{", "cut off"),
    (b'{"jsonrpc":"2.0","id":1,"method":"ping"', "cut off at the end"),
    (b'{"jsonrpc":"2.0","id":1,"method":"ping"}x', "something behind it"),
    (b'{"jsonrpc":"2.0","id":1,"method":"ping"}{"jsonrpc":"2.0","id":2,"method":"ping"}', "two texts"),
    (b"{'jsonrpc':'2.0'}", "single quotes"),
    (b'{"jsonrpc":"2.0","id":NaN,"method":"ping"}', "NaN"),
    (b'{"jsonrpc":"2.0","id":Infinity,"method":"ping"}', "Infinity"),
    (b'{"jsonrpc":"2.0","id":01,"method":"ping"}', "leading zero"),
    (b'{"jsonrpc":"2.0","id":1,"method":"pi\xffng"}', "not UTF-8"),
    (b'{"jsonrpc":"2.0","id":"\\ud800","method":"ping"}', "lone surrogate"),
    (b'{"jsonrpc":"2.0","id":"\x00","method":"ping"}', "bare NUL"),
    ('{"jsonrpc":"2.0","id":1,"method":"ping"}'.encode("utf-16"), "UTF-16"),
    (b'\xef\xbb\xbf{"jsonrpc":"2.0","id":1,"method":"ping"}', "byte order mark"),
    (b'{"jsonrpc":"2.0","id":1,"method":"ping",}', "trailing comma"),
    (b"[" * 500 + b"]" * 500, "deep"),
    (b'{"a":' * 5000 + b"1" + b"}" * 5000, "very deep"),
    (b'{"jsonrpc":"2.0","id":' + b"9" * 1001 + b',"method":"ping"}', "integer of 1001 digits"),
]


@pytest.mark.parametrize("body", [body for body, _ in BYTES], ids=[name for _, name in BYTES])
def test_what_is_not_json_is_a_parse_error(body: bytes) -> None:
    """JSON-RPC 2.0 §5.1: -32700. The id cannot be known: null up to 2025-06-18, left out from 2025-11-25 on."""
    check(H(), body, 400, -32700, None)
    check(H("2025-11-25"), body, 400, -32700, OMITTED)
    check(M("ping"), body, 400, -32700, OMITTED)


MESSAGES: list[tuple[Any, object]] = [
    (None, None),
    (True, None),
    (1, None),
    ("ping", None),
    ({}, None),
    ({"id": 1, "method": "ping"}, 1),
    ({"jsonrpc": "1.0", "id": 1, "method": "ping"}, 1),
    ({"jsonrpc": 2.0, "id": 1, "method": "ping"}, 1),
    ({"jsonrpc": None, "id": "a", "method": "ping"}, "a"),
    ({"jsonrpc": "2.0", "id": 1}, 1),
    ({"jsonrpc": "2.0", "id": 1, "method": None}, 1),
    ({"jsonrpc": "2.0", "id": 1, "method": 5}, 1),
    ({"jsonrpc": "2.0", "id": 1, "method": ["ping"]}, 1),
    (request("ping", id=None), None),
    (request("ping", id=True), None),
    (request("ping", id=1.5), None),
    (request("ping", id=1.0), None),
    (request("ping", id=[1]), None),
    (request("ping", id={"id": 1}), None),
    (request("ping", []), 1),
    (request("ping", [1, 2]), 1),
    (request("ping", "x"), 1),
    (request("ping", 0), 1),
    (request("ping", False), 1),
    (request("ping", result={}), 1),
    (request("ping", error={"code": 1, "message": "x"}), 1),
    ({"jsonrpc": "2.0", "method": "ping", "params": "x"}, None),
    ({"jsonrpc": "2.0", "id": 1, "result": {}, "error": {"code": 1, "message": "x"}}, None),
    ({"jsonrpc": "2.0", "id": 1, "result": 5}, None),
    ({"jsonrpc": "2.0", "id": 1, "result": None}, None),
    ({"jsonrpc": "2.0", "id": 1, "error": "x"}, None),
    ({"jsonrpc": "2.0", "id": True, "error": {"code": 1, "message": "x"}}, None),
    ({"jsonrpc": "2.0", "id": None, "result": {}}, None),
    ({"jsonrpc": "2.0", "result": {}}, None),
    ([], None),
    ([request("ping", id=number) for number in range(MAX_BATCH_MESSAGES + 1)], None),
    ([PING, request("initialize", {"protocolVersion": "2025-03-26"})], None),
]


@pytest.mark.parametrize(("body", "request_id"), MESSAGES)
def test_what_is_no_message_is_an_invalid_request(body: Any, request_id: object) -> None:
    """JSON-RPC 2.0 §5.1: -32600, with the request's id whenever it could be read, never with a response's."""
    check(H(), body, 400, -32600, request_id)


@pytest.mark.parametrize("version", ["2025-06-18", "2025-11-25", MODERN, "v999.0.0"])
def test_an_array_is_refused_from_2025_06_18_on(version: str) -> None:
    """MCP 2025-06-18 changelog 1: one message a POST."""
    check(H(version), [PING], 400, -32600, None if version == "2025-06-18" else OMITTED)


HTTP = [
    (H(Content_Type=None), 415),
    (H(Content_Type=""), 415),
    (H(Content_Type="text/plain"), 415),
    (H(Content_Type="application/x-www-form-urlencoded"), 415),
    (H(Content_Type="application/json-seq"), 415),
    (H(Content_Type="application/jsonx; charset=utf-8"), 415),
    (H(Content_Type=["application/json", "text/plain"]), 415),
    (H(Content_Type=["application/json; charset=utf-8", "text/plain"]), 415),
    (H(Accept="text/html"), 406),
    (H(Accept="application/xml, image/*"), 406),
    (H(Accept="application/json;q=0"), 406),
    (H(Accept="*/*;q=0.0"), 406),
    (H(Accept="application/json;q=0, text/event-stream;q=0, */*"), 406),
]


@pytest.mark.parametrize(("header_values", "status"), HTTP)
def test_the_media_types_are_judged_before_the_body_is_looked_at(header_values: dict[str, Any], status: int) -> None:
    """RFC 9110 §15.5.7, §15.5.16; a body that browsers may send across origins without a preflight is not read."""
    check(header_values, b"not even json", status, -32600, None)


HANDSHAKE: list[tuple[dict[str, Any], Any, int, int]] = [
    # unknown methods: 200 before 2026-07-28
    (H(), request("nope"), 200, -32601),
    (H("2025-11-25"), request("nope"), 200, -32601),
    (H(), request(""), 200, -32601),
    (H(), request("PING"), 200, -32601),
    (H(), request("tools/list "), 200, -32601),
    (H(), request("server/discover"), 200, -32601),
    (H(), request("notifications/initialized"), 200, -32601),
    # params
    (H(), request("logging/setLevel"), 200, -32602),
    (H(), request("logging/setLevel", {"level": "verbose"}), 200, -32602),
    (H(), request("logging/setLevel", {"level": "INFO"}), 200, -32602),
    (H(), request("logging/setLevel", {"level": 3}), 200, -32602),
    (H(), request("initialize"), 200, -32602),
    (H(), request("initialize", {"protocolVersion": 20250326}), 200, -32602),
    (H(), request("initialize", {"protocolVersion": None}), 200, -32602),
    (H(), request("initialize", {"protocolVersion": "2025-06-18", "capabilities": []}), 200, -32602),
    (H(), request("initialize", {"protocolVersion": "2025-06-18", "clientInfo": "x"}), 200, -32602),
    (H(), request("tools/call"), 200, -32602),
    (H(), request("tools/call", {}), 200, -32602),
    (H(), request("tools/call", {"name": 5}), 200, -32602),
    (H(), request("tools/call", {"name": None}), 200, -32602),
    (H(), request("tools/call", {"name": "greet", "arguments": []}), 200, -32602),
    (H(), request("tools/call", {"name": "greet", "arguments": "x"}), 200, -32602),
    (H(), request("tools/list", {"cursor": 5}), 200, -32602),
    (H(), request("tools/list", {"cursor": ""}), 200, -32602),
    (H(), request("tools/list", {"cursor": "!"}), 200, -32602),
    (H(), request("tools/list", {"cursor": "é"}), 200, -32602),
    (H(), request("tools/list", {"cursor": "Z3JlZXQ="}), 200, -32602),
    (H(), request("tools/list", {"cursor": "/3//"}), 200, -32602),
    (H(), request("tools/list", {"cursor": "YWZ0ZXI6/w=="}), 200, -32602),
    (H(), request("tools/list", {"cursor": "_w=="}), 200, -32602),
    (H(), request("ping", {"_meta": []}), 200, -32602),
    (H("2025-11-25"), request("ping", {"_meta": "x"}), 200, -32602),
    # versions
    (H("v999.0.0"), PING, 400, -32022),
    (H("2024-11-05"), PING, 400, -32022),
    (H(""), PING, 400, -32022),
    (H("2025-11-25 x"), PING, 400, -32022),
    (H("v999.0.0"), request("initialize", {"protocolVersion": "2025-06-18"}), 400, -32022),
    # repeated headers
    (H(MCP_Protocol_Version=["2025-11-25", "2025-11-25"]), PING, 400, -32020),
    (H(MCP_Protocol_Version=["2025-11-25", MODERN]), PING, 400, -32020),
    (H(Mcp_Method=["ping", "ping"]), PING, 400, -32020),
    (H(Mcp_Name=["a", "b"]), PING, 400, -32020),
]


@pytest.mark.parametrize(("header_values", "body", "status", "code"), HANDSHAKE)
def test_a_handshake_request_gone_wrong(header_values: dict[str, Any], body: Any, status: int, code: int) -> None:
    """MCP 2025-11-25 basic/transports and server/tools: errors of methods and params travel in a 200."""
    check(header_values, body, status, code, 1)


def test_a_batch_is_no_way_around_the_rule_on_repeated_headers() -> None:
    check(H(Mcp_Method=["ping", "ping"]), [PING], 400, -32020, None)


@pytest.mark.parametrize("request_id", [0, -1, 2**53 + 1, 10**300, "", "a", "ü\u2028", "0", "x" * 1000])
def test_an_error_carries_the_id_of_its_request_unchanged(request_id: object) -> None:
    """JSON-RPC 2.0 §5: the same value, the same type."""
    check(H(), request("nope", id=request_id), 200, -32601, request_id)
    check(M("nope"), modern_request("nope", id=request_id), 404, -32601, request_id)


def test_an_error_repeats_nothing_that_the_caller_wrote() -> None:
    """What was sent may be secret; what goes into a log or a page must not carry it."""
    secret = "gho_0123456789"
    for body in (request(secret), request("tools/list", {"cursor": secret}), request("tools/call", {"name": [secret]})):
        assert secret not in refusal(H(), body).body.decode()
