"""Arguments that a tool cannot take: a result that says so, in every revision (MCP 2025-11-25 server/tools, Error Handling)."""

import json
from typing import Any

import pytest

from mcpserver.edge.types import App
from tests.mcpserver.malformed.case import Case, check_honest, send
from tests.mcpserver.protocol.samples import modern_headers, modern_request

ARGUMENTS: dict[str, dict[str, Any]] = {
    "none": {},
    "one of three": {"operation": "add"},
    "an unknown operation": {"operation": "s3cret", "a": 1, "b": 2},
    "an operation of another type": {"operation": 1, "a": 1, "b": 2},
    "one too many": {"operation": "add", "a": 1, "b": 2, "s3cret": 3},
    "a number that is text": {"operation": "add", "a": "one", "b": 2},
    "a number that is true": {"operation": "add", "a": True, "b": 2},
    "a number that is null": {"operation": "add", "a": None, "b": 2},
    "a number that is a list": {"operation": "add", "a": [1], "b": 2},
    "a number that is an object": {"operation": "add", "a": {"a": 1}, "b": 2},
    "a number that is too long": {"operation": "add", "a": "9" * 5000, "b": 2},
    "a division by zero": {"operation": "divide", "a": 1, "b": 0},
    "a name of Python": {"operation": "add", "a": 1, "b": 2, "__class__": "x"},
}


@pytest.mark.asyncio
@pytest.mark.parametrize("arguments", ARGUMENTS.values(), ids=ARGUMENTS.keys())
async def test_a_model_is_told_what_to_put_right(app: App, arguments: dict[str, Any]) -> None:
    body = modern_request("tools/call", {"name": "calculate", "arguments": arguments})
    answer = await send(app, Case("", modern_headers("tools/call", "calculate"), body, 200, None))
    assert answer.status == 200
    result = json.loads(answer.body)["result"]
    assert result["isError"] is True
    assert result["content"][0]["text"]
    assert "structuredContent" not in result
    await check_honest(app)
