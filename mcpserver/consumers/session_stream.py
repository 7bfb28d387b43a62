"""GET ``/mcp``: a session's own stream, which carries notices, or the rest of a stream whose connection was cut.

MCP 2025-11-25 basic/transports, Listening for Messages from the Server; Resumability and Redelivery.
"""

import asyncio
import secrets
import time
from collections.abc import Mapping
from typing import Any

from mcpserver.consumers import caps
from mcpserver.edge.types import Receive, Send
from mcpserver.protocol import jsonrpc, media_types
from mcpserver.protocol.errors import InvalidRequest, SessionNotFound
from mcpserver.protocol.headers import Headers
from mcpserver.protocol.transport_session import TransportSession
from mcpserver.streams import bus, replay, sessions
from mcpserver.streams.hub import hub
from mcpserver.streams.sse import EventStream
from mcpserver.streams.subscriptions import session_notices
from oauth_bridge.principals import Principal

NOTE = "listening"
NO_SESSION = "There is no such session: initialize again."


async def serve(session: TransportSession, principal: Principal, read: Headers, receive: Receive, send: Send) -> None:
    """Answer with an event stream, until the client leaves or the session, the caller's rights or the process end.

    Raises:
        ProtocolError: nothing was answered.
    """
    media_types.check_accepts_events(read.accept)
    stream = EventStream(send)
    unwatch = sessions.watch(session.id, stream.end)
    try:
        # Again, now that its end is heard: it may have ended since it was found.
        if await sessions.find(read.session_id or "", principal) is None:
            raise SessionNotFound(NO_SESSION)
        if read.last_event_id:
            await _resume(stream, session, principal, read.last_event_id, receive)
        else:
            await _listen(stream, session, principal, receive)
    finally:
        unwatch()
        hub.remove(stream)
        stream.cut()


async def _resume(
    stream: EventStream, session: TransportSession, principal: Principal, last_event_id: str, receive: Receive
) -> None:
    counted = caps.enter(principal)
    try:
        await _replay(stream, session, principal, last_event_id, receive)
    finally:
        caps.leave(counted)


async def _replay(
    stream: EventStream, session: TransportSession, principal: Principal, last_event_id: str, receive: Receive
) -> None:
    event = replay.parse_event_id(last_event_id)
    if event is None or not await replay.is_kept(session.id, event[0]):
        # Not 404, which would tell that the session is over.
        raise InvalidRequest("The event that Last-Event-ID names is not kept, or not any longer.")
    if not await replay.is_whole(session.id, *event):
        raise InvalidRequest("Some of what came after this event is not kept any longer. Make the request again.")
    await stream.open()
    hub.add(stream, principal=principal)
    following = asyncio.ensure_future(_follow(stream, session.id, *event))
    try:
        await stream.hold(receive)
    finally:
        following.cancel()


async def _follow(stream: EventStream, session_key: str, name: str, after: int) -> None:
    try:
        await replay.follow(stream, session_key, name, after)
    finally:
        stream.end()


async def _listen(stream: EventStream, session: TransportSession, principal: Principal, receive: Receive) -> None:
    """Serve the one stream of a session: a newer one ends it, in whichever process that is."""
    own = [time.time_ns(), secrets.token_hex(8)]
    early: list[bytes] = []

    def deliver(method: str, params: Mapping[str, Any]) -> None:
        message = jsonrpc.encode_notification(method, params)
        if stream.is_open:
            stream.offer(message)
        else:
            early.append(message)

    def heard(payload: Mapping[str, Any]) -> None:
        if payload["since"] > own:
            stream.end()

    unsubscribe = bus.subscribe(NOTE, session.id, heard)
    try:
        async with session_notices(session.id, principal, deliver):
            await bus.publish(NOTE, session.id, {"since": own})
            await stream.open()
            hub.add(stream, principal=principal)
            for message in early:
                stream.offer(message)
            await stream.hold(receive)
    finally:
        unsubscribe()
