"""Checks the answer to a POST that must be refused."""

import json
from typing import Any

from tests.mcpserver.protocol.samples import refusal

# The answer has no such member at all.
OMITTED = object()


def check(header_values: dict[str, Any], body: Any, status: int, code: int, request_id: object) -> dict[str, Any]:
    answer = refusal(header_values, body)
    message = json.loads(answer.body)
    assert (answer.status, message["error"]["code"]) == (status, code)
    assert message["jsonrpc"] == "2.0"
    assert message.get("id", OMITTED) == request_id
    assert type(message.get("id", OMITTED)) is type(request_id)
    assert "result" not in message
    error: dict[str, Any] = message["error"]
    return error
