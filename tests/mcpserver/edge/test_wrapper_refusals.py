"""The wrapper as a whole, in process: what is refused, bodies that are too large, requests that are too many."""

import asyncio
import json

import pytest

from mcpserver.edge.types import Message, Receive, Scope, Send
from tests.mcpserver.edge.apps import Holder, Recorder, edge, hold
from tests.support.asgi_call import HOST, call


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/mcp", [(b"host", b"evil.example")], 400),
        ("/token", [], 400),
        ("/mcp", [HOST, (b"origin", b"https://evil.example")], 403),
        ("/mcp", [HOST, (b"origin", b"null")], 403),
        ("/mcp/", [HOST, (b"origin", b"https://evil.example")], 403),
        ("/sse", [HOST, (b"origin", b"https://evil.example")], 403),
        ("/messages", [HOST, (b"origin", b"https://evil.example")], 403),
        ("/mcp", [HOST, (b"authorization", b"Bearer a"), (b"authorization", b"Bearer b")], 400),
        ("/mcp", [HOST, (b"content-length", b"1000001")], 413),
        ("/a\\b", [HOST], 400),
        ("/\x00", [HOST], 400),
        ("/", [HOST, (b"x-large", b"a" * 70_000)], 431),
    ],
)
async def test_a_refused_request_never_reaches_the_app(path: str, headers: list[tuple[bytes, bytes]], status: int) -> None:
    app = Recorder()
    answer = await call(edge(app), "POST", path, headers=headers)
    assert answer.status == status
    assert answer.is_complete
    assert app.scopes == []
    assert answer.header(b"content-type") == b"application/json"
    assert answer.header(b"content-length") == b"%d" % len(answer.body)
    assert answer.header(b"cache-control") == b"no-store"
    assert answer.header(b"x-content-type-options") == b"nosniff"
    reference = answer.header(b"x-request-id").decode()
    body = json.loads(answer.body)
    assert reference in (body.get("reference"), body["error"]["data"]["reference"] if "jsonrpc" in body else None)


@pytest.mark.asyncio
async def test_a_forbidden_origin_learns_nothing_through_cors() -> None:
    answer = await call(edge(Recorder()), "POST", "/mcp", headers=[HOST, (b"origin", b"https://evil.example")])
    assert answer.header(b"access-control-allow-origin") is None
    assert "id" not in json.loads(answer.body)


@pytest.mark.asyncio
async def test_health_checks_may_name_loopback() -> None:
    answer = await call(edge(Recorder()), "GET", "/health", headers=[(b"host", b"127.0.0.1:8000")])
    assert answer.status == 200
    answer = await call(edge(Recorder()), "GET", "/", headers=[(b"host", b"127.0.0.1:8000")])
    assert answer.status == 400


@pytest.mark.asyncio
async def test_a_body_without_length_is_counted_and_cut() -> None:
    app = Recorder()
    answer = await call(edge(app, max_body_bytes=10), "POST", "/mcp", body=(b"12345", b"67890", b"!"))
    assert answer.status == 413
    assert answer.is_complete
    assert answer.header(b"connection") == b"close"
    assert app.body == b"1234567890"


@pytest.mark.asyncio
async def test_a_body_of_exactly_the_cap_passes() -> None:
    app = Recorder()
    answer = await call(edge(app, max_body_bytes=10), "POST", "/mcp", body=(b"12345", b"67890"))
    assert (answer.status, app.body) == (200, b"1234567890")


@pytest.mark.asyncio
async def test_a_body_that_grows_behind_the_answers_start_is_cut_without_a_second_answer() -> None:
    seen: list[str] = []

    async def early(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while (message := await receive())["type"] == "http.request":
            pass
        seen.append(message["type"])
        seen.append((await receive())["type"])
        await send({"type": "http.response.body", "body": b"too late"})

    answer = await call(edge(early, max_body_bytes=4), "POST", "/mcp", body=(b"123", b"45", b"6"))
    assert (answer.status, answer.body, answer.is_complete) == (200, b"", False)
    assert seen == ["http.disconnect", "http.disconnect"]


@pytest.mark.asyncio
async def test_a_refused_body_is_read_on_for_a_moment_so_that_the_answer_arrives() -> None:
    """Closing with unread data makes TCP reset the connection, and the client may lose the 413."""
    consumed: list[int] = []

    async def counting(scope: Scope, receive: Receive, send: Send) -> None:
        async def counted() -> Message:
            message = await receive()
            consumed.append(len(message["body"]))
            return message

        await edge(Recorder())(scope, counted, send)

    headers = [HOST, (b"content-length", b"2000000")]
    answer = await call(counting, "POST", "/mcp", headers=headers, body=(bytes(1_000_000), bytes(1_000_000)))
    assert (answer.status, answer.is_complete, sum(consumed)) == (413, True, 2_000_000)


@pytest.mark.asyncio
async def test_a_client_that_waits_for_100_continue_is_answered_at_once() -> None:
    """RFC 9110 §10.1.1: it has sent no body, and after the 413 it will not."""

    async def never(scope: Scope, receive: Receive, send: Send) -> None:
        async def no_body() -> Message:
            raise AssertionError("asked for a body")

        await edge(Recorder())(scope, no_body, send)

    headers = [HOST, (b"content-length", b"2000000"), (b"expect", b"100-continue")]
    answer = await call(never, "POST", "/mcp", headers=headers)
    assert (answer.status, answer.is_complete) == (413, True)


@pytest.mark.asyncio
async def test_beyond_the_cap_a_request_is_told_to_come_back() -> None:
    app = Holder()
    wrapped = edge(app, max_mcp_requests=2, max_page_requests=1)
    tasks = await hold(wrapped, app, "/mcp", 2)
    busy = await call(wrapped, "POST", "/mcp")
    assert (busy.status, busy.header(b"retry-after")) == (503, b"2")
    assert json.loads(busy.body)["error"]["code"] == -32603

    tasks += await hold(wrapped, app, "/", 1)  # pages have a cap of their own
    page = await call(wrapped, "GET", "/account", headers=[HOST, (b"accept", b"text/html")])
    assert (page.status, page.header(b"retry-after")) == (503, b"2")
    assert page.body.startswith(b"<!doctype html>")
    assert (await call(wrapped, "POST", "/token")).status == 503

    tasks += await hold(wrapped, app, "/health", 1)  # exempt
    tasks += await hold(wrapped, app, "/static/site.css", 1)
    app.let_go.set()
    assert {answer.status for answer in await asyncio.gather(*tasks)} == {200}
    assert (await call(wrapped, "POST", "/mcp")).status == 200


@pytest.mark.asyncio
async def test_an_open_stream_is_not_work_in_progress() -> None:
    app = Holder(b"text/event-stream")
    wrapped = edge(app, max_mcp_requests=1)
    tasks = await hold(wrapped, app, "/mcp", 1)
    tasks += await hold(wrapped, app, "/mcp", 1)
    app.let_go.set()
    assert {answer.status for answer in await asyncio.gather(*tasks)} == {200}
    app.content_type = b"application/json"
    app.let_go = asyncio.Event()
    tasks = await hold(wrapped, app, "/mcp", 1)
    assert (await call(wrapped, "GET", "/mcp")).status == 503, "the streams' slots were given back once, not twice"
    app.let_go.set()
    await asyncio.gather(*tasks)


@pytest.mark.asyncio
async def test_a_failed_or_cancelled_request_gives_its_slot_back() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise ZeroDivisionError

    wrapped = edge(broken, max_mcp_requests=1)
    assert [(await call(wrapped, "POST", "/mcp")).status for _ in range(3)] == [500, 500, 500]

    app = Holder()
    wrapped = edge(app, max_mcp_requests=1)
    [task] = await hold(wrapped, app, "/mcp", 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    app.let_go.set()
    assert (await call(wrapped, "POST", "/mcp")).status == 200
