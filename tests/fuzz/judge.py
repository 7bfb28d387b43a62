"""What counts as broken. Pure: text in, complaints out."""

import json
import re
from typing import Any

_ADDRESS = b"event: endpoint\ndata: /messages"
# A line of the log at a level that tells of a fault, or the head of a traceback.
_FAULT = re.compile(r"^(?:\S+ (?:ERROR|CRITICAL) .*|Traceback \(most recent call last\):.*)$", re.MULTILINE)


def wrong_in_answer(status: int, head: bytes, body: bytes) -> str | None:
    """Return what is wrong with an answer, None where nothing is. Status 0: the server closed without a word."""
    if status == 0:
        return "no answer"
    if status >= 500:
        return f"status {status}"
    if b"application/json" in head.lower():
        try:
            message = json.loads(body)
        except ValueError:
            return "an answer that is not JSON"
        return _wrong_in_messages(message if isinstance(message, list) else [message])
    return None


def wrong_in_stream(head: bytes, received: bytes, *, has_ended: bool, request_id: object = None) -> str | None:
    """Return what is wrong with an event stream, as far as it was read; None where nothing is.

    One that has ended must be whole, and hold the answer to ``request_id`` if there is one.
    """
    text, is_whole = _dechunked(received) if b"chunked" in head.lower() else (received, True)
    *blocks, rest = text.split(b"\n\n")
    if has_ended and (rest or not is_whole):
        return "a stream that breaks off"
    messages = []
    for block in blocks:
        if block.startswith(_ADDRESS):
            # Where messages are to be posted (MCP 2024-11-05 basic/transports, HTTP with SSE): a URI, and no message.
            continue
        lines = [line.removeprefix(b"data:").removeprefix(b" ") for line in block.split(b"\n") if line.startswith(b"data:")]
        if any(lines):
            try:
                messages.append(json.loads(b"\n".join(lines)))
            except ValueError:
                return "an event that is not JSON"
    if fault := _wrong_in_messages(messages):
        return fault
    if has_ended and request_id is not None:
        answers = [each for each in messages if each.get("id") == request_id and "method" not in each]
        return None if len(answers) == 1 else f"a stream that ends with {len(answers)} answers"
    return None


def _wrong_in_messages(messages: list[Any]) -> str | None:
    for each in messages:
        if isinstance(each, dict) and isinstance(each.get("error"), dict) and each["error"].get("code") == -32603:
            return "an internal error"
    return None


def _dechunked(received: bytes) -> tuple[bytes, bool]:
    """Return what whole chunks hold (RFC 9112 §7.1), and whether the last one was among them with nothing behind it."""
    text = b""
    while True:
        size, found, rest = received.partition(b"\r\n")
        if not found or not re.fullmatch(rb"[0-9a-fA-F]+", size):
            return text, False
        length = int(size, 16)
        if not length:
            return text, rest == b"\r\n"
        if rest[length : length + 2] != b"\r\n":
            return text, False
        text, received = text + rest[:length], rest[length + 2 :]


def wrong_in_log(text: str) -> list[str]:
    """Return the faults that the server's log tells of."""
    return [f"log: {found}" for found in _FAULT.findall(text)]
