"""``/mcp``: Streamable HTTP. A POST is answered by JSON, or by an event stream if anything is to be said before the answer."""

import asyncio
from http import HTTPStatus

from mcpserver import bearer, dispatch
from mcpserver.consumers import faults, session_stream
from mcpserver.consumers.endpoint import Endpoint, read_body, send_reply
from mcpserver.consumers.post import PostOutgoing
from mcpserver.edge.types import Header, Receive, Scope, Send
from mcpserver.protocol import exchange, jsonrpc, versions
from mcpserver.protocol.errors import (
    InvalidRequest,
    MethodNotAllowed,
    ProtocolError,
    SessionNotFound,
    UnsupportedProtocolVersion,
)
from mcpserver.protocol.exchange import Reply
from mcpserver.protocol.headers import Headers
from mcpserver.protocol.steps import Initialize
from mcpserver.protocol.transport_session import TransportSession
from mcpserver.protocol.versions import Era
from mcpserver.streams import sessions
from oauth_bridge.principals import Principal

_MODERN_METHODS = b"POST"
SESSION_HEADER = b"mcp-session-id"

Decoded = jsonrpc.Message | jsonrpc.Batch


class McpConsumer(Endpoint):
    """POST in every era; GET and DELETE within a transport session of the handshake era."""

    methods = b"GET, POST, DELETE"

    def allowed(self, read: Headers) -> bytes:
        """Return the methods that there are for a client of that revision."""
        return _MODERN_METHODS if _is_modern(read) else self.methods

    async def answer(self, scope: Scope, receive: Receive, send: Send, principal: Principal, read: Headers) -> None:
        """Answer a request of a known caller."""
        method = scope["method"]
        if method == "POST":
            await self._post(receive, send, principal, read)
        elif method not in {"GET", "DELETE"} or _is_modern(read):
            raise MethodNotAllowed(f"Use {self.allowed(read).decode()}: this endpoint has no other method.")
        elif method == "GET":
            await session_stream.serve(await _own_session(read, principal), principal, read, receive, send)
        else:
            await sessions.end((await _own_session(read, principal)).id)
            await send_reply(send, Reply(HTTPStatus.NO_CONTENT, b""))

    async def _post(self, receive: Receive, send: Send, principal: Principal, read: Headers) -> None:
        exchange.check_post(read)
        body = await read_body(receive)
        if body is None:
            return
        message = jsonrpc.decode(body)
        session = await _session_of(message, read, principal)
        try:
            step = exchange.plan(read, message, self.server, session)
        except ProtocolError as error:
            if session is None:
                raise
            # In the shape of the revision that the session settled, which a request need not repeat.
            await send_reply(send, exchange.failure(error, session.revision.name))
            return
        extra: list[Header] = []
        outgoing = PostOutgoing(receive, send, principal=principal, session=session, accept=read.accept, extra=extra)
        try:
            outgoing.begin(step)
            if isinstance(step, Initialize):
                session_id = await sessions.open_session(principal, step.revision, step.capabilities, step.client_info)
                extra.append((SESSION_HEADER, session_id.encode()))
            outcome = await dispatch.run(step, principal, self.server, outgoing, session)
            await outgoing.finish(step, outcome, self.server)
        except bearer.BearerError:
            raise
        except Exception as error:  # noqa: BLE001  whatever it is, the client is told, and the log has it
            await outgoing.fail(faults.told(error, message), read.protocol_version)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not outgoing.is_abandoned or (task is not None and task.uncancel() > 0):
                raise
        finally:
            await outgoing.stop()


def _is_modern(read: Headers) -> bool:
    revision = None if read.protocol_version is None else versions.by_name(read.protocol_version)
    return revision is not None and revision.era is Era.MODERN


async def _session_of(message: Decoded, read: Headers, principal: Principal) -> TransportSession | None:
    """Return the session that a POST names. A request that names none is served all the same, without what needs a session.

    Raises:
        SessionNotFound: it is none of this caller's.
    """
    if read.session_id is None or not exchange.needs_session(read, message):
        return None
    try:
        return await _find(read.session_id, principal)
    except ProtocolError as error:
        error.request_id = message.id if isinstance(message, jsonrpc.Request) else None
        raise


async def _own_session(read: Headers, principal: Principal) -> TransportSession:
    """Return the session that a GET or DELETE names.

    Raises:
        UnsupportedProtocolVersion: the version header is none that is served.
        InvalidRequest: it names none.
        SessionNotFound: it is none of this caller's.
    """
    if read.protocol_version is not None and versions.by_name(read.protocol_version) is None:
        raise UnsupportedProtocolVersion(read.protocol_version, versions.SUPPORTED)
    if read.session_id is None:
        raise InvalidRequest("The header Mcp-Session-Id is missing: initialize first.")
    return await _find(read.session_id, principal)


async def _find(session_id: str, principal: Principal) -> TransportSession:
    session = await sessions.find(session_id, principal)
    if session is None:
        raise SessionNotFound(session_stream.NO_SESSION)
    return session
