"""The witness sees what must not be said, whoever says it."""

import json
from pathlib import Path
from typing import Any

import pytest

from mcpserver.edge.types import App, Receive, Scope, Send
from tests.support import schemas
from tests.support.asgi_call import call
from tests.support.messages import REVISIONS
from tests.support.witness import Witness, complaints

INITIALIZED = {"protocolVersion": "2025-06-18", "capabilities": {}, "serverInfo": {"name": "a", "version": "1"}}
META = {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    """Return a witness of its own, which tells nobody else."""
    for revision in REVISIONS:
        schemas.definitions(revision)
    return Witness(tmp_path)


def saying(*parts: bytes, content_type: bytes = b"application/json", session: bytes = b"") -> App:
    """Return an application that answers with these bytes."""

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        headers = [(b"content-type", content_type), *([(b"mcp-session-id", session)] if session else [])]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for part in parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body"})

    return app


def result(value: Any, request_id: Any = 1) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": request_id, "result": value}).encode()


async def exchange(witness: Witness, app: App, asked: Any, path: str = "/mcp", **headers: str) -> None:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    await call(witness.watch(app), "POST", path, headers=pairs, body=[json.dumps(asked).encode()])


def request(method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


GOOD = [
    (request("ping"), result({}), "2025-11-25"),
    (request("tools/list"), result({"tools": []}), "2025-03-26"),
    (request("tools/list"), b'{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}}', "2025-06-18"),
    (request("tools/list"), b'{"error":"invalid_token","error_description":"x"}', "2025-06-18"),
    (
        request("tools/list", _meta=META),
        result({"resultType": "complete", "tools": [], "ttlMs": 1, "cacheScope": "private"}),
        "2026-07-28",
    ),
]


@pytest.mark.parametrize(("asked", "said", "version"), GOOD)
@pytest.mark.asyncio
async def test_what_fits_is_let_pass(witness: Witness, tmp_path: Path, asked: Any, said: bytes, version: str) -> None:
    await exchange(witness, saying(said), asked, mcp_protocol_version=version)
    assert complaints(tmp_path) == []


BAD = [
    (request("ping"), result({"resultType": "complete"}), "2025-11-25", "resultType"),
    (request("ping"), result({"_meta": {}}), "2025-11-25", "exactly empty"),
    (request("tools/list"), result({"tools": [{"name": "a"}]}), "2025-03-26", "inputSchema"),
    (request("tools/list"), result({}, None), "2025-11-25", "None"),
    (request("tools/list"), b'{"jsonrpc":"2.0","error":{"code":"x","message":"x"}}', "2025-11-25", "integer"),
    (request("tools/list"), b"{", "2025-11-25", "not JSON"),
    (request("tools/list"), b"5", "2025-11-25", "no JSON-RPC message"),
    (request("tools/list"), b"[]", "2025-11-25", "a batch"),
    (request("tools/list", _meta=META), result({"tools": []}), "2025-11-25", "resultType"),
    (request("tools/list", _meta=META), result({"resultType": "input_required"}), "2026-07-28", "input_required"),
    (request("tools/call"), b'{"jsonrpc":"2.0","method":"notifications/x"}', "2025-11-25", "notifications/x"),
    (request("tools/call", _meta=META), b'{"jsonrpc":"2.0","id":1,"method":"roots/list"}', "2026-07-28", "roots/list"),
    (request("tools/call"), b'{"jsonrpc":"2.0","method":"notifications/progress","params":{}}', "2025-11-25", "required"),
]


@pytest.mark.parametrize(("asked", "said", "version", "fault"), BAD)
@pytest.mark.asyncio
async def test_what_does_not_fit_is_reported(
    witness: Witness, tmp_path: Path, asked: Any, said: bytes, version: str, fault: str
) -> None:
    await exchange(witness, saying(said), asked, mcp_protocol_version=version)
    found = complaints(tmp_path)
    assert len(found) == 1, found
    assert fault in found[0]
    assert complaints(tmp_path) == []


@pytest.mark.asyncio
async def test_events_are_read_one_by_one_however_they_are_cut(witness: Witness, tmp_path: Path) -> None:
    """The second of three messages is wrong; a comment and an event without data are no messages."""
    stream = b"id: 1\ndata:\n\n: alive\n\nevent: message\ndata: " + result({"tools": []}) + b"\n\n"
    pieces = [stream[:9], stream[9:60], stream[60:] + b"data: {}\n\ndata: " + result({"tools": []}) + b"\n\n"]
    app = saying(*pieces, content_type=b"text/event-stream")
    await exchange(witness, app, request("tools/list"), mcp_protocol_version="2025-11-25")
    assert [line.rpartition(" in ")[2] for line in complaints(tmp_path)] == ["{}"]
    assert witness.seen == {"2025-11-25": 3}


@pytest.mark.asyncio
async def test_an_empty_event_is_not_for_old_clients(witness: Witness, tmp_path: Path) -> None:
    app = saying(b"id: 1\ndata:\n\n", content_type=b"text/event-stream")
    await exchange(witness, app, request("tools/list"), mcp_protocol_version="2025-06-18")
    assert "empty data" in complaints(tmp_path)[0]


@pytest.mark.asyncio
async def test_a_session_keeps_its_revision_and_its_requests(witness: Witness, tmp_path: Path) -> None:
    """What is replayed on another stream is an answer to a request that is known."""
    await exchange(witness, saying(result(INITIALIZED), session=b"s1"), request("initialize"))
    await exchange(witness, saying(result({}, 7), content_type=b"text/event-stream"), {**request("ping"), "id": 8})
    await exchange(witness, saying(b""), {**request("ping"), "id": 7}, mcp_session_id="s1")
    replay = b"data: " + result({"a": 1}, 7) + b"\n\n"
    complaints(tmp_path)
    await call(
        witness.watch(saying(replay, content_type=b"text/event-stream")), "GET", "/mcp", headers=[(b"mcp-session-id", b"s1")]
    )
    assert complaints(tmp_path)[0].startswith("2025-06-18 ping: the result must be exactly empty")


@pytest.mark.asyncio
async def test_http_sse_is_spoken_in_its_first_revision_until_another_is_settled(witness: Witness, tmp_path: Path) -> None:
    """Batches are 2025-03-26's; the address for messages stands for the session."""
    endpoint = b"event: endpoint\ndata: /messages?token=t\n\n"
    stream = endpoint + b"data: " + result(INITIALIZED) + b"\n\ndata: []\n\n"
    await call(witness.watch(saying(stream, content_type=b"text/event-stream")), "GET", "/sse")
    assert complaints(tmp_path) == ["2025-06-18 : a batch in []"]
    assert witness.revisions == {"token=t": "2025-06-18"}


@pytest.mark.asyncio
async def test_a_consumer_is_heard_once_and_what_stands_around_it_where_it_is_silent(witness: Witness, tmp_path: Path) -> None:
    app = witness.watch(witness.watch(saying(b"5")), is_consumer=False)
    await call(app, "POST", "/mcp")
    assert len(complaints(tmp_path)) == 1
    await call(witness.watch(saying(b'{"jsonrpc":"2.0","error":5}'), is_consumer=False), "POST", "/mcp")
    assert len(complaints(tmp_path)) == 1
    await call(witness.watch(saying(b'{"what":"a page"}'), is_consumer=False), "POST", "/mcp")
    await call(witness.watch(saying(b"5")), "POST", "/token")
    assert complaints(tmp_path) == []
