"""What the protocol's endpoints have in common: who is calling comes first, and each refusal has its own shape.

The base class gives ``as_asgi()`` and nothing else: its dispatch loop would make a channel and tasks for every request.
"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, ClassVar

from channels.consumer import AsyncConsumer

from mcpserver import bearer, identity
from mcpserver.edge.types import App, Header, Receive, Scope, Send
from mcpserver.protocol import exchange, headers
from mcpserver.protocol.errors import ContentTooLarge, MethodNotAllowed, ProtocolError
from mcpserver.protocol.exchange import Reply
from mcpserver.protocol.headers import Headers
from mcpserver.protocol.server import Server
from mcpserver.protocol.versions import REVISIONS, Revision
from oauth_bridge.principals import Principal
from oauth_bridge.protocol.resources import MCP_PATH
from wire import strict_json


class Endpoint(AsyncConsumer):  # type: ignore[misc]  # channels has no types
    """``served`` are the revisions of its transport; a challenge names the metadata of ``resource_path``."""

    served: ClassVar[tuple[Revision, ...]] = REVISIONS
    resource_path: ClassVar[str] = MCP_PATH
    methods: ClassVar[bytes]

    def __init__(self, *, server: Server) -> None:
        self.server = server

    @classmethod
    def as_asgi(cls, **initkwargs: Any) -> App:
        """Return the ASGI application; the server's identity is put together once."""
        initkwargs.setdefault("server", identity.server(cls.served))
        application: App = super().as_asgi(**initkwargs)
        return application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request. Who is calling is settled before anything that was sent is looked at."""
        if scope["method"] == "OPTIONS":
            # A preflight carries no credentials and is the edge's to answer; whatever else asks learns what is allowed.
            await send_reply(send, Reply(HTTPStatus.NO_CONTENT, b""), [(b"allow", self.methods)])
            return
        try:
            principal = await bearer.authenticate(scope["headers"], scope.get("query_string", b""))
            await self._serve(scope, receive, send, principal)
        except bearer.BearerError as error:
            await send_reply(send, Reply(error.status, error.body), error.headers_for(self.resource_path))

    async def _serve(self, scope: Scope, receive: Receive, send: Send, principal: Principal) -> None:
        read = headers.read(scope["headers"])
        try:
            await self.answer(scope, receive, send, principal, read)
        except ProtocolError as error:
            allow = [(b"allow", self.allowed(read))] if isinstance(error, MethodNotAllowed) else []
            await send_reply(send, exchange.failure(error, read.protocol_version), allow)

    def allowed(self, read: Headers) -> bytes:  # noqa: ARG002  endpoints whose methods depend on the request overrule it
        """Return the methods that a 405 names."""
        return self.methods

    async def answer(self, scope: Scope, receive: Receive, send: Send, principal: Principal, read: Headers) -> None:
        """Answer a request of a known caller.

        Raises:
            BearerError, ProtocolError: nothing was answered yet; the error is.
        """
        raise NotImplementedError


async def read_body(receive: Receive) -> bytes | None:
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


async def send_reply(send: Send, reply: Reply, extra: Iterable[Header] = ()) -> None:
    """Send a whole answer. Nothing here may be kept by a cache: it is one person's."""
    response_headers = [(b"cache-control", b"no-store"), *extra]
    if reply.body:
        response_headers.append((b"content-type", b"application/json"))
    if reply.status != HTTPStatus.NO_CONTENT:
        response_headers.append((b"content-length", b"%d" % len(reply.body)))
    await send({"type": "http.response.start", "status": reply.status, "headers": response_headers})
    await send({"type": "http.response.body", "body": reply.body})
