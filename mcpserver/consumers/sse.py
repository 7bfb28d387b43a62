"""GET ``/sse``: the stream of HTTP+SSE, on which all that the server says is sent (MCP 2024-11-05 basic/transports)."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

from mcpserver.consumers.endpoint import Endpoint
from mcpserver.edge.types import Receive, Scope, Send
from mcpserver.protocol import jsonrpc, media_types, versions
from mcpserver.protocol.errors import MethodNotAllowed
from mcpserver.protocol.headers import Headers
from mcpserver.streams import bus, sessions, sse_sessions
from mcpserver.streams.hub import hub
from mcpserver.streams.sse import EventStream
from mcpserver.streams.subscriptions import session_notices
from oauth_bridge.principals import Principal
from oauth_bridge.protocol import tokens
from oauth_bridge.protocol.resources import SSE_PATH

MESSAGES_PATH = "/messages"
SESSION_PARAMETER = "session_id"
# Until ``initialize`` settles another one.
_FIRST_REVISION = versions.SSE_REVISIONS[-1]


class SseConsumer(Endpoint):
    """A session that lives as long as its stream."""

    served = versions.SSE_REVISIONS
    resource_path = SSE_PATH
    methods = b"GET"

    async def answer(self, scope: Scope, receive: Receive, send: Send, principal: Principal, read: Headers) -> None:
        """Serve the stream until the client leaves, or the caller's rights or the process end."""
        if scope["method"] != "GET":
            # New clients post first, and take this answer for the sign to fall back to GET (MCP 2025-11-25 basic/transports).
            raise MethodNotAllowed("Use GET: messages are posted to the address that the stream tells.")
        media_types.check_accepts_events(read.accept)
        session_id = await sessions.open_session(principal, _FIRST_REVISION, {}, {}, is_over_sse=True)
        key = tokens.checksum(session_id)
        stream = EventStream(send)

        def deliver(method: str, params: Mapping[str, Any]) -> None:
            stream.offer(jsonrpc.encode_notification(method, params), event=sse_sessions.EVENT)

        async with AsyncExitStack() as stack:
            stack.push_async_callback(sessions.end, key)
            stack.callback(hub.remove, stream)
            stack.callback(stream.cut)
            stack.callback(sessions.watch(key, stream.end))
            stack.callback(sse_sessions.attach(key, stream))
            await stack.enter_async_context(session_notices(key, principal, deliver))
            await bus.ready()
            await stream.open()
            hub.add(stream, principal=principal)
            # Relative: clients insist on the stream's own origin, which a proxy may have changed.
            address = f"{MESSAGES_PATH}?{SESSION_PARAMETER}={session_id}"
            await stream.send(address.encode(), event="endpoint")
            await stream.hold(receive)
