"""The wrapper as a whole, in process: bugs, clients that leave, other kinds of connection, the access log."""

import logging
from ipaddress import ip_network

import pytest

from mcpserver.edge import EdgeConfig
from mcpserver.edge.types import Message, Receive, Scope, Send
from tests.mcpserver.edge.apps import CONFIG, Recorder, edge
from tests.support.asgi_call import HOST, call


@pytest.mark.asyncio
@pytest.mark.parametrize(("path", "accept"), [("/mcp", b"*/*"), ("/token", b"*/*"), ("/account", b"text/html")])
async def test_a_bug_is_logged_and_the_client_gets_a_reference(
    path: str, accept: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("the secret cause")

    answer = await call(edge(broken), "GET", path, headers=[HOST, (b"accept", accept)])
    assert answer.status == 500
    assert answer.header(b"x-request-id") in answer.body
    assert b"secret" not in answer.body
    assert b"Traceback" not in answer.body
    [record] = [record for record in caplog.records if record.name == "gatehouse.edge"]
    assert record.exc_info is not None
    assert "the secret cause" in str(record.exc_info[1])


@pytest.mark.asyncio
async def test_a_bug_behind_the_answers_start_cuts_the_answer(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("later")

    answer = await call(edge(broken), "GET", "/mcp")
    assert (answer.status, answer.is_complete) == (200, False)
    assert "unhandled exception" in caplog.messages


@pytest.mark.asyncio
async def test_an_app_that_says_nothing_is_a_bug_too(caplog: pytest.LogCaptureFixture) -> None:
    async def silent(scope: Scope, receive: Receive, send: Send) -> None:
        return

    assert (await call(edge(silent), "GET", "/mcp")).status == 500
    assert "the application returned without an answer" in caplog.messages


@pytest.mark.asyncio
@pytest.mark.parametrize(("content_type", "is_fault"), [(b"application/json", True), (b"text/event-stream", False)])
async def test_an_answer_left_incomplete_is_a_bug_unless_it_is_a_stream(
    caplog: pytest.LogCaptureFixture, content_type: bytes, is_fault: bool
) -> None:
    """A stream is cut on purpose from a reader who does not read."""

    async def leaves(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", content_type)]})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})

    assert not (await call(edge(leaves), "GET", "/mcp")).is_complete
    assert ("the application returned without completing its answer" in caplog.messages) is is_fault


@pytest.mark.asyncio
async def test_after_the_client_left_answers_are_dropped_quietly(caplog: pytest.LogCaptureFixture) -> None:
    app = Recorder()
    caplog.set_level(logging.INFO)
    answer = await call(edge(app), "POST", "/mcp", body=(b"half",), leaves=True)
    assert answer.status == 0
    [record] = [record for record in caplog.records if record.levelno >= logging.INFO]
    assert record.fields["status"] == 499


async def converse(kind: str, *incoming: Message) -> list[Message]:
    messages, sent = list(incoming), []

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    await edge(Recorder())({"type": kind}, receive, send)
    return sent


@pytest.mark.asyncio
async def test_lifespan_is_answered() -> None:
    sent = await converse("lifespan", {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"})
    assert sent == [{"type": "lifespan.startup.complete"}, {"type": "lifespan.shutdown.complete"}]


@pytest.mark.asyncio
async def test_websockets_are_refused() -> None:
    assert await converse("websocket", {"type": "websocket.connect"}) == [{"type": "websocket.close", "code": 1000}]


@pytest.mark.asyncio
async def test_an_unknown_kind_of_connection_is_an_error() -> None:
    with pytest.raises(ValueError, match="no such ASGI scope: carrier-pigeon"):
        await converse("carrier-pigeon")


@pytest.mark.asyncio
async def test_the_access_log_says_who_asked_for_what_and_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    headers = [
        HOST,
        (b"authorization", b"Bearer s3cret-token"),
        (b"cookie", b"s3cret"),
        (b"user-agent", b"agent/1 " + b"x" * 500),
    ]
    answer = await call(
        edge(Recorder()), "POST", "/callback" + "/p" * 200, headers=headers, query=b"code=s3cret", body=(b"s3cret",)
    )
    [record] = [record for record in caplog.records if record.name == "gatehouse.access"]
    assert record.levelno == logging.INFO
    fields = record.fields
    assert fields["ms"] >= 0
    assert (fields["method"], fields["status"], fields["bytes"], fields["client"]) == ("POST", 200, 4, "192.0.2.7")
    assert len(fields["path"]) == 201
    assert fields["path"].startswith("/callback/p/p")
    assert len(fields["user_agent"]) == 120
    assert "s3cret" not in f"{record.getMessage()} {fields}"
    assert answer.status == 200


@pytest.mark.asyncio
async def test_refused_requests_are_logged_and_health_checks_only_at_debug_level(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await call(edge(Recorder()), "GET", "/mcp", headers=[(b"host", b"evil.example")])
    await call(edge(Recorder()), "GET", "/health")
    records = [record for record in caplog.records if record.name == "gatehouse.access"]
    assert [(record.levelno, record.fields["status"]) for record in records] == [(logging.INFO, 400), (logging.DEBUG, 200)]
    caplog.set_level(logging.INFO, logger="gatehouse.access")
    await call(edge(Recorder()), "GET", "/health")
    assert len([record for record in caplog.records if record.name == "gatehouse.access"]) == 2


def test_the_configuration_comes_from_djangos_settings() -> None:
    class Settings:
        PUBLIC_URL = "https://gate.example"
        TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
        DEVELOPMENT = False

    assert EdgeConfig.from_settings(Settings) == CONFIG
