"""Decoding and encoding (JSON-RPC 2.0). What is refused is tabled in ``test_refusals``."""

import json
from typing import Any

import pytest

from mcpserver.protocol import jsonrpc
from mcpserver.protocol.errors import InvalidParams, InvalidRequest
from mcpserver.protocol.jsonrpc import Batch, Notification, Request, Response


@pytest.mark.parametrize(
    ("message", "decoded"),
    [
        ({"id": 1, "method": "ping"}, Request(1, "ping", {})),
        ({"id": "a", "method": "ping", "params": {"b": [1]}}, Request("a", "ping", {"b": [1]})),
        ({"id": 0, "method": "ping", "params": None}, Request(0, "ping", {})),
        ({"id": "", "method": ""}, Request("", "", {})),
        ({"id": 2**70, "method": "ping", "extra": 1}, Request(2**70, "ping", {})),
        ({"method": "notifications/initialized"}, Notification("notifications/initialized", {})),
        ({"method": "tools/call", "params": {"name": "greet"}}, Notification("tools/call", {"name": "greet"})),
        ({"id": 1, "result": {}}, Response(1, is_error=False)),
        (
            {"id": "a", "error": {"code": -1, "message": "x"}},
            Response("a", is_error=True, content={"code": -1, "message": "x"}),
        ),
        (
            {"id": None, "error": {"code": -1, "message": "x"}},
            Response(None, is_error=True, content={"code": -1, "message": "x"}),
        ),
        ({"error": {"code": -1, "message": "x"}}, Response(None, is_error=True, content={"code": -1, "message": "x"})),
    ],
)
def test_a_message_is_told_by_its_members(message: dict[str, Any], decoded: object) -> None:
    assert jsonrpc.decode(json.dumps({"jsonrpc": "2.0", **message}).encode()) == decoded


def test_an_integer_of_any_size_stays_exact() -> None:
    digits = "9" * 300
    message = jsonrpc.decode(b'{"jsonrpc":"2.0","id":1,"method":"m","params":{"n":%b}}' % digits.encode())
    assert isinstance(message, Request)
    assert message.params == {"n": int(digits)}


def test_the_last_of_two_equal_members_counts() -> None:
    """RFC 8259 §4 leaves it open; one reader decides for headers and body alike, so that nothing slips between two."""
    assert jsonrpc.decode(b'{"jsonrpc":"2.0","id":1,"method":"a","method":"b"}') == Request(1, "b", {})


def test_a_batch_keeps_order_and_holds_the_error_of_what_is_no_message() -> None:
    """JSON-RPC 2.0 §6."""
    batch = jsonrpc.decode(
        b'[{"jsonrpc":"2.0","id":1,"method":"ping"},7,{"jsonrpc":"2.0","method":"n"},{"jsonrpc":"2.0","id":3}]'
    )
    assert isinstance(batch, Batch)
    first, second, third, fourth = batch.entries
    assert first == Request(1, "ping", {})
    assert third == Notification("n", {})
    assert isinstance(second, InvalidRequest)
    assert isinstance(fourth, InvalidRequest)
    assert (second.request_id, fourth.request_id) == (None, 3)


@pytest.mark.parametrize("request_id", [0, 7, 2**80, "", "7", 'q"\\', "ü"])
def test_a_result_is_wrapped_as_it_is(request_id: int | str) -> None:
    body = jsonrpc.encode_result(request_id, b'{"a":1}')
    assert json.loads(body) == {"jsonrpc": "2.0", "id": request_id, "result": {"a": 1}}


def test_an_error_without_an_id_says_null_or_nothing() -> None:
    error = InvalidParams("Wrong.", data={"a": 1})
    body = {"code": -32602, "message": "Wrong.", "data": {"a": 1}}
    assert json.loads(jsonrpc.encode_error(error, null_id=True)) == {"jsonrpc": "2.0", "id": None, "error": body}
    assert json.loads(jsonrpc.encode_error(error, null_id=False)) == {"jsonrpc": "2.0", "error": body}
    error.request_id = 0
    assert json.loads(jsonrpc.encode_error(error, null_id=False))["id"] == 0


def test_an_error_without_data_has_no_such_member() -> None:
    assert InvalidParams("Wrong.").body() == {"code": -32602, "message": "Wrong."}


def test_answers_to_a_batch_are_one_array() -> None:
    assert jsonrpc.encode_batch([b"1", b"2"]) == b"[1,2]"
