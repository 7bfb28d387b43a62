"""What looks wrong and is none of the server's business."""

import json

import pytest

from mcpserver.edge.types import App
from tests.mcpserver.malformed.case import bad, check, send
from tests.mcpserver.protocol.samples import META, handshake_headers, modern_headers, modern_request, request


@pytest.mark.asyncio
async def test_an_id_may_be_used_again(app: App) -> None:
    """MCP 2025-11-25 basic/index, Requests: a duty of the client, and no reason to refuse."""
    for headers, body in (
        (handshake_headers("2025-11-25"), request("ping", id=7)),
        (modern_headers("tools/list"), modern_request("tools/list", id=7)),
    ):
        answers = [await send(app, bad("twice", headers, body, 200, None)) for _ in range(2)]
        assert [json.loads(answer.body)["id"] for answer in answers] == [7, 7]
        assert answers[0].body == answers[1].body


@pytest.mark.asyncio
async def test_unknown_members_and_keys_are_passed_over(app: App) -> None:
    """MCP 2026-07-28 basic/index, _meta: also the formats of W3C's trace context, right or wrong."""
    meta = {**META, "com.example/key": {"a": [1]}, "traceparent": "not one", "tracestate": 5, "baggage": None}
    body = {**modern_request("tools/list", {"unknown": 1}, meta=meta), "unknown": True}
    await check(app, bad("unknown keys", modern_headers("tools/list"), body, 200, None))


@pytest.mark.asyncio
@pytest.mark.parametrize("accept", ["*/*", "application/*", "application/json", "application/json;q=0.1", "TEXT/EVENT-STREAM"])
async def test_any_accept_that_has_one_of_the_two_types_is_enough(app: App, accept: str) -> None:
    headers = {**modern_headers("tools/list"), "Accept": accept}
    await check(app, bad("accept", headers, modern_request("tools/list"), 200, None))
