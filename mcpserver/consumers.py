"""The MCP endpoint: reads a POST, asks ``protocol/``, writes the answer.

The base class gives ``as_asgi()`` and nothing else: its dispatch loop would make a channel and tasks for every request.
"""

import logging
from http import HTTPStatus
from typing import Any

from channels.consumer import AsyncConsumer
from django.conf import settings

from mcpserver import __version__, bearer, dispatch
from mcpserver.edge.types import App, Header, Receive, Scope, Send
from mcpserver.protocol import exchange, headers, jsonrpc
from mcpserver.protocol.errors import ContentTooLarge, InternalError, MethodNotAllowed, ProtocolError
from mcpserver.protocol.exchange import Reply
from mcpserver.protocol.headers import Headers
from mcpserver.protocol.server import Server
from oauth_bridge.principals import Principal
from wire import request_id, strict_json

logger = logging.getLogger(__name__)

_ALLOW = (b"allow", b"POST")


class McpConsumer(AsyncConsumer):  # type: ignore[misc]  # channels has no types
    """``/mcp``: Streamable HTTP of every served revision, answered with JSON."""

    def __init__(self, *, server: Server) -> None:
        self.server = server

    @classmethod
    def as_asgi(cls, **initkwargs: Any) -> App:
        """Return the ASGI application; the server's identity is read from the settings once."""
        initkwargs.setdefault("server", Server(version=__version__, website_url=settings.PUBLIC_URL))
        application: App = super().as_asgi(**initkwargs)
        return application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request. Who is calling is settled before anything that was sent is looked at."""
        if scope["method"] == "OPTIONS":
            # A preflight carries no credentials and is the edge's to answer; whatever else asks learns what is allowed.
            await _send(send, HTTPStatus.NO_CONTENT, b"", [_ALLOW])
            return
        try:
            principal = await bearer.authenticate(scope["headers"], scope.get("query_string", b""))
            reply = await self._reply(scope, receive, principal)
        except bearer.BearerError as error:
            await _send(send, error.status, error.body, list(error.headers))
            return
        if reply is not None:
            await _send(send, reply.status, reply.body, [_ALLOW] if reply.status == MethodNotAllowed.status else [])

    async def _reply(self, scope: Scope, receive: Receive, principal: Principal) -> Reply | None:
        """Return the answer, or None when the client left before it had asked.

        Raises:
            BearerError: the token lacks a scope that the call needs.
        """
        read = headers.read(scope["headers"])
        try:
            _check_method(scope["method"])
            exchange.check_post(read)
            body = await _read_body(receive)
            return None if body is None else await self._exchange(read, body, principal)
        except ProtocolError as error:
            return exchange.failure(error, read.protocol_version)

    async def _exchange(self, read: Headers, body: bytes, principal: Principal) -> Reply:
        message = jsonrpc.decode(body)
        step = exchange.plan(read, message, self.server)
        try:
            outcome = await dispatch.run(step, principal, self.server)
            return exchange.finish(step, outcome, self.server)
        except bearer.BearerError:
            raise
        except Exception:
            # A bug, ours or a tool's: its traceback belongs in the log, and the client gets a reference to quote.
            logger.exception("an MCP request failed")
            raise _internal_error(message) from None


def _internal_error(message: jsonrpc.Message | jsonrpc.Batch) -> InternalError:
    error = InternalError(request_id.current.get())
    if isinstance(message, jsonrpc.Request):
        error.request_id = message.id
    else:
        # Without an id no client can tell which request failed: the HTTP status is all that it hears.
        error.status = 500
    return error


def _check_method(method: str) -> None:
    if method != "POST":
        raise MethodNotAllowed("Use POST: this endpoint has no other method.")


async def _read_body(receive: Receive) -> bytes | None:
    """Return the whole body, None when the client left.

    Raises:
        ContentTooLarge: it passes ``strict_json.MAX_BYTES``; the rest is not read.
    """
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > strict_json.MAX_BYTES:
            raise ContentTooLarge(f"The body is larger than {strict_json.MAX_BYTES} bytes.")
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


async def _send(send: Send, status: int, body: bytes, extra: list[Header]) -> None:
    """Send a whole answer. Nothing here may be kept by a cache: it is one person's."""
    response_headers = [(b"cache-control", b"no-store"), *extra]
    if body:
        response_headers.append((b"content-type", b"application/json"))
    if status != HTTPStatus.NO_CONTENT:
        response_headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": status, "headers": response_headers})
    await send({"type": "http.response.body", "body": body})
