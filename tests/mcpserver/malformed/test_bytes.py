"""Bodies that are no JSON, or JSON that two readers could read as two things (RFC 8259; JSON-RPC 2.0 §5.1)."""

from typing import Any

import pytest

from mcpserver.edge.types import App
from tests.mcpserver.malformed.case import OMITTED, Case, bad, check
from tests.mcpserver.protocol.samples import MODERN, handshake_headers, modern_headers

PING = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'

BYTES: dict[str, bytes] = {
    "nothing": b"",
    "a blank": b" ",
    "line ends": b"\r\n\r\n",
    "NUL": b"\x00",
    "text": b"hello",
    "a form": b"jsonrpc=2.0&id=1&method=ping",
    "XML": b"<?xml version='1.0'?><methodCall/>",
    "an opening brace": b"{",
    "a closing brace": b"}",
    "cut off in a name": PING[:12],
    "cut off in a value": PING[:33],
    "cut off at the end": PING[:-1],
    "something behind it": PING + b"x",
    "a second text behind it": PING + PING,
    "lines of JSON": PING + b"\n" + PING,
    "single quotes": PING.replace(b'"', b"'"),
    "no quotes": b"{jsonrpc:2.0,id:1,method:ping}",
    "a trailing comma": PING[:-1] + b",}",
    "a comment": b"/* ping */" + PING,
    "a line comment": b"// ping\n" + PING,
    "NaN": PING.replace(b":1,", b":NaN,"),
    "Infinity": PING.replace(b":1,", b":Infinity,"),
    "-Infinity": PING.replace(b":1,", b":-Infinity,"),
    "a leading zero": PING.replace(b":1,", b":01,"),
    "a leading plus": PING.replace(b":1,", b":+1,"),
    "a bare fraction": PING.replace(b":1,", b":.5,"),
    "a bare point": PING.replace(b":1,", b":1.,"),
    "hexadecimal": PING.replace(b":1,", b":0x1,"),
    "underscores": PING.replace(b":1,", b":1_000,"),
    "Python's None": PING.replace(b":1,", b":None,"),
    "Python's True": PING.replace(b":1,", b":True,"),
    "undefined": PING.replace(b":1,", b":undefined,"),
    "a bare control character": PING.replace(b"ping", b"pi\x01ng"),
    "a bare line end in a string": PING.replace(b"ping", b"pi\nng"),
    "a bare NUL in a string": PING.replace(b"ping", b"pi\x00ng"),
    "an unknown escape": PING.replace(b"ping", b"pi\\xng"),
    "half an escape": PING.replace(b"ping", b"pi\\u00"),
    "a lone high surrogate": PING.replace(b"ping", b"\\ud800"),
    "a lone low surrogate": PING.replace(b"ping", b"\\udc00"),
    "surrogates the wrong way round": PING.replace(b"ping", b"\\udc00\\ud800"),
    "a surrogate in UTF-8": PING.replace(b"ping", b"\xed\xa0\x80"),
    "a wrong byte of UTF-8": PING.replace(b"ping", b"pi\xffng"),
    "UTF-8 cut off": PING.replace(b"ping", b"pi\xc3"),
    "UTF-8 longer than need be": PING.replace(b"ping", b"pi\xc0\xafng"),
    "UTF-8 beyond the last character": PING.replace(b"ping", b"pi\xf4\x90\x80\x80ng"),
    "Latin-1": PING.replace(b"ping", "pïng".encode("latin-1")),
    "a byte order mark": b"\xef\xbb\xbf" + PING,
    "UTF-16": PING.decode().encode("utf-16"),
    "UTF-16 without a mark": PING.decode().encode("utf-16-le"),
    "UTF-32": PING.decode().encode("utf-32"),
    "gzip": bytes.fromhex("1f8b0800000000000003"),
    "an integer of 1001 digits": PING.replace(b":1,", b":" + b"9" * 1001 + b","),
    "an exponent out of all bounds": PING.replace(b":1,", b":1e999999999,"),
    "500 brackets": b"[" * 500 + b"]" * 500,
    "100,000 brackets": b"[" * 100_000,
    "5,000 objects": b'{"a":' * 5000 + b"1" + b"}" * 5000,
}

# By revision, who answers: null up to 2025-06-18, which JSON-RPC 2.0 §5 wants; left out by the later schemas.
SENDERS: list[tuple[str, dict[str, Any], object]] = [
    ("2025-06-18", handshake_headers("2025-06-18"), None),
    (MODERN, modern_headers("ping"), OMITTED),
]
CASES = [
    bad(f"{name} ({version})", headers, body, 400, -32700, request_id)
    for name, body in BYTES.items()
    for version, headers, request_id in SENDERS
]


@pytest.mark.asyncio
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_what_is_no_json_is_a_parse_error(app: App, case: Case) -> None:
    await check(app, case)
