"""The fuzz target itself: it makes the same requests again, really different ones, and sees what it is looking for."""

import json

import pytest

from tests.fuzz import mutations
from tests.fuzz.judge import wrong_in_answer, wrong_in_log, wrong_in_stream


def test_a_seed_and_a_number_make_one_request() -> None:
    assert [mutations.make(7, number) for number in range(200)] == [mutations.make(7, number) for number in range(200)]
    assert mutations.make(7, 1) != mutations.make(8, 1)


def test_most_requests_differ_and_many_are_still_json() -> None:
    bodies = [mutations.make(7, number)[3] for number in range(500)]
    assert len(set(bodies)) > 350
    readable = 0
    for body in bodies:
        try:
            json.loads(body)
            readable += 1
        except ValueError:
            continue
    assert 300 < readable < 500


@pytest.mark.parametrize(
    ("status", "body", "is_wrong"),
    [
        (200, b'{"jsonrpc":"2.0","id":1,"result":{}}', False),
        (400, b'{"jsonrpc":"2.0","error":{"code":-32700,"message":"x"}}', False),
        (200, b'{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"x"}}', True),
        (200, b'[{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"x"}}]', True),
        (200, b"{", True),
        (500, b"", True),
        (503, b"{}", True),
        (0, b"", True),
    ],
)
def test_a_broken_answer_is_seen(status: int, body: bytes, is_wrong: bool) -> None:
    assert (wrong_in_answer(status, b"Content-Type: application/json\r\n", body) is not None) is is_wrong


ANSWER, NOTICE = b'data: {"jsonrpc":"2.0","id":1,"result":{}}\n\n', b'data: {"jsonrpc":"2.0","method":"a"}\n\n'


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


@pytest.mark.parametrize(
    ("received", "has_ended", "is_wrong"),
    [
        (chunk(NOTICE) + chunk(b":\n\n" + ANSWER) + chunk(b""), True, False),
        (chunk(b"id: a-0\ndata: \nretry: 500\n\n" + ANSWER) + chunk(b""), True, False),
        (chunk(NOTICE), False, False),
        (chunk(NOTICE) + b"40\r\ndata:", False, False),
        (b"", False, False),
        (chunk(b"event: endpoint\ndata: /messages?session_id=a\n\n" + NOTICE), False, False),
        (chunk(b"event: endpoint\ndata: elsewhere\n\n"), False, True),
        (chunk(NOTICE) + chunk(ANSWER), True, True),
        (chunk(ANSWER) + b"40\r\ndata:", True, True),
        (chunk(ANSWER) + b"0\r\n", True, True),
        (chunk(ANSWER) + chunk(b"") + b"HTTP/1.1 200 OK", True, True),
        (chunk(ANSWER[:-1]) + chunk(b""), True, True),
        (chunk(NOTICE) + chunk(b""), True, True),
        (chunk(ANSWER * 2) + chunk(b""), True, True),
        (chunk(b"data: {\n\n"), False, True),
        (chunk(b'data: {"id":1,"error":{"code":-32603}}\n\n'), False, True),
    ],
)
def test_a_broken_stream_is_seen(received: bytes, has_ended: bool, is_wrong: bool) -> None:
    head = b"Transfer-Encoding: chunked\r\n"
    assert (wrong_in_stream(head, received, has_ended=has_ended, request_id=1) is not None) is is_wrong


def test_a_fault_in_the_log_is_seen() -> None:
    good = "17:57:34 INFO    tools.runner: tool=a outcome=ok\n17:57:34 WARNING mcpserver: ERROR is a word here\n"
    assert wrong_in_log(good) == []
    bad = (
        "17:57:34 ERROR   mcpserver.consumers: an MCP request failed\nTraceback (most recent call last):\n  File\nKeyError: 1\n"
    )
    assert len(wrong_in_log(good + bad)) == 2
