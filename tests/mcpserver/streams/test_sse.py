"""An event stream: whole events, in order, no faster than they are read."""

import asyncio

import pytest

from mcpserver.streams.sse import MAX_PENDING_BYTES, EventStream, encode_event
from tests.mcpserver.streams.reader import Client

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize(
    ("event", "encoded"),
    [
        (encode_event(b"{}"), b"data: {}\n\n"),
        (encode_event(b"/messages", event="endpoint"), b"event: endpoint\ndata: /messages\n\n"),
        (encode_event(b"", event_id="a-1", retry=1500), b"id: a-1\nretry: 1500\ndata: \n\n"),
        (encode_event(b"a\nb\r\nc\rd"), b"data: a\ndata: b\ndata: c\ndata: d\n\n"),
    ],
)
async def test_an_event_on_the_wire(event: bytes, encoded: bytes) -> None:
    """WHATWG HTML §9.2.5; line ends in data must not become fields of their own."""
    assert event == encoded


async def opened(client: Client) -> EventStream:
    stream = EventStream(client.send)
    await stream.open([(b"mcp-session-id", b"s")])
    return stream


async def test_the_head_keeps_intermediaries_from_holding_events_back() -> None:
    client = Client()
    stream = EventStream(client.send)
    assert not stream.offer(b"too early")
    await stream.open([(b"mcp-session-id", b"s")])
    assert stream.is_open
    headers = dict(client.messages[0]["headers"])
    assert headers[b"content-type"] == b"text/event-stream"
    assert headers[b"cache-control"] == b"no-cache, no-transform"
    assert headers[b"x-accel-buffering"] == b"no"
    assert headers[b"mcp-session-id"] == b"s"
    # With it the server sends the head.
    assert client.messages[1] == {"type": "http.response.body", "body": b"", "more_body": True}


async def test_events_keep_their_order_whoever_sends_them() -> None:
    client = Client()
    stream = await opened(client)
    client.reads.clear()
    sending = [asyncio.create_task(stream.send(b"%d" % number)) for number in range(3)]
    await asyncio.sleep(0)
    assert stream.offer(b"3")
    client.reads.set()
    await asyncio.gather(*sending)
    await stream.close(b"4")
    assert client.body == b"".join(b"data: %d\n\n" % number for number in range(5))
    assert client.is_complete


async def test_send_waits_for_the_reader_and_offer_does_not() -> None:
    client = Client()
    stream = await opened(client)
    client.reads.clear()
    sending = asyncio.create_task(stream.send(b"slow"))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not sending.done()
    assert stream.offer(b"quick")
    client.reads.set()
    await asyncio.wait_for(sending, 5)
    assert b"slow" in client.body


async def test_a_sender_that_is_cancelled_does_not_cut_its_event() -> None:
    client = Client()
    stream = await opened(client)
    client.reads.clear()
    sending = asyncio.create_task(stream.send(b"whole"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    client.reads.set()
    await stream.send(b"next")
    assert client.body == b"data: whole\n\ndata: next\n\n"


async def test_a_reader_that_falls_too_far_behind_loses_the_stream() -> None:
    client = Client()
    stream = await opened(client)
    client.reads.clear()
    holding = asyncio.create_task(stream.hold(client.receive))
    offered = 0
    while stream.offer(bytes(10_000)):
        offered += 10_000
        await asyncio.sleep(0)
        assert offered <= MAX_PENDING_BYTES
    assert offered > MAX_PENDING_BYTES - 20_000
    assert stream.is_closed
    await asyncio.wait_for(holding, 5)
    assert not client.is_complete


async def test_a_reader_that_keeps_up_may_be_told_any_amount() -> None:
    client = Client()
    stream = await opened(client)
    for _ in range(60):
        assert stream.offer(bytes(10_000))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert stream.is_open


async def test_a_long_event_that_is_waited_for_does_not_count_against_what_is_offered() -> None:
    client = Client()
    stream = await opened(client)
    client.reads.clear()
    sending = asyncio.create_task(stream.send(bytes(MAX_PENDING_BYTES * 2)))
    await asyncio.sleep(0)
    assert stream.offer(b"more")
    client.reads.set()
    await asyncio.wait_for(sending, 5)


async def test_a_client_that_leaves_ends_the_stream_and_nothing_is_written_after_it() -> None:
    client = Client()
    stream = await opened(client)
    holding = asyncio.create_task(stream.hold(client.receive))
    await asyncio.sleep(0)
    client.has_left.set()
    await asyncio.wait_for(holding, 5)
    assert stream.is_closed
    assert not stream.offer(b"late")
    await stream.send(b"late")
    await stream.close(b"late")
    assert b"late" not in client.body


async def test_whoever_waits_to_send_goes_on_when_the_client_leaves() -> None:
    client = Client()
    stream = await opened(client)
    holding = asyncio.create_task(stream.hold(client.receive))
    client.reads.clear()
    sending = asyncio.create_task(stream.send(b"unread"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    client.has_left.set()
    await asyncio.wait_for(asyncio.gather(holding, sending), 5)


async def test_the_end_does_not_wait_for_a_reader_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcpserver.streams.sse._LAST_SECONDS", 0.01)
    client = Client()
    stream = await opened(client)
    client.reads.clear()
    holding = asyncio.create_task(stream.hold(client.receive))
    await asyncio.sleep(0)
    stream.end(b"last")
    await asyncio.wait_for(asyncio.gather(holding, stream.wait_closed()), 5)


async def test_a_connection_that_breaks_ends_the_stream() -> None:
    async def send(message: dict[str, object]) -> None:
        if message.get("body"):
            raise ConnectionResetError

    stream = EventStream(send)  # type: ignore[arg-type]
    await stream.open()
    await asyncio.wait_for(stream.send(b"{}"), 5)
    assert stream.is_closed


async def test_a_stream_that_never_opened_can_be_ended() -> None:
    client = Client()
    stream = EventStream(client.send)
    await stream.close()
    assert stream.is_closed
    assert not client.messages


async def test_a_thousand_streams_are_told_by_few_tasks() -> None:
    """An idle stream has no task of its own; while it is written to it has one."""
    before = len(asyncio.all_tasks())
    clients = [Client() for _ in range(1_000)]
    streams = [await opened(client) for client in clients]
    assert len(asyncio.all_tasks()) == before
    for stream in streams:
        stream.offer(b"{}")
    await asyncio.gather(*(client.until(b"data: {}\n\n") for client in clients))
    assert all(client.body == b"data: {}\n\n" for client in clients)


async def test_a_stream_that_is_ended_before_it_is_opened_is_a_whole_answer() -> None:
    """A newer stream of the same session may end this one while its head is still to be sent."""
    client = Client()
    stream = EventStream(client.send)
    stream.end()
    await stream.open()
    await asyncio.wait_for(stream.hold(client.receive), 5)
    assert [message["type"] for message in client.messages] == ["http.response.start", "http.response.body"]
    assert not client.messages[-1]["more_body"]
