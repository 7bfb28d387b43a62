"""POST ``/messages``: what a client of HTTP+SSE says. It is accepted here, and answered on the session's stream."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from mcpserver import dispatch
from mcpserver.consumers import caps, faults
from mcpserver.consumers.endpoint import Endpoint, read_body, send_reply
from mcpserver.consumers.sse import SESSION_PARAMETER
from mcpserver.edge.types import Receive, Scope, Send
from mcpserver.outgoing import ClientError
from mcpserver.protocol import exchange, jsonrpc, media_types, versions
from mcpserver.protocol.errors import MethodNotAllowed, ProtocolError, SessionNotFound
from mcpserver.protocol.exchange import Reply
from mcpserver.protocol.headers import Headers
from mcpserver.protocol.steps import Accept, Cancel, Initialize, Refuse, Resolve, Step
from mcpserver.protocol.transport_session import TransportSession
from mcpserver.streams import server_requests, sessions, sse_sessions
from mcpserver.streams.sse import EventStream
from oauth_bridge.principals import Principal
from oauth_bridge.protocol.resources import SSE_PATH

# What is not answered. All else may wait for the stream's reader, and holds a slot of the edge meanwhile.
_UNANSWERED = Accept | Cancel | Resolve
# Versions are told by ``initialize`` alone here; the headers of Streamable HTTP count for nothing.
_NO_HEADERS = Headers()


class MessagesConsumer(Endpoint):
    """The caller must be the person of the stream, by the same client; the address alone opens nothing."""

    served = versions.SSE_REVISIONS
    resource_path = SSE_PATH
    methods = b"POST"

    async def answer(self, scope: Scope, receive: Receive, send: Send, principal: Principal, read: Headers) -> None:
        """Accept a message, then carry it out."""
        if scope["method"] != "POST":
            raise MethodNotAllowed("Use POST: this endpoint has no other method.")
        media_types.check_content_type(read.content_type)
        body = await read_body(receive)
        if body is None:
            return
        # Behind the body, which may take its time: the stream may end meanwhile.
        session = await _session_of(scope.get("query_string", b""), principal)
        message = jsonrpc.decode(body)
        step = self._plan(message, session)
        # The one refusal that has to be an HTTP status: it makes the client ask for another scope.
        dispatch.check_rights(step, principal)
        counted = None if isinstance(step, _UNANSWERED) else caps.enter(principal)
        try:
            await self._carry_out(step, message, principal, session, send)
        finally:
            if counted is not None:
                caps.leave(counted)

    async def _carry_out(
        self,
        step: Step,
        message: jsonrpc.Message | jsonrpc.Batch,
        principal: Principal,
        session: TransportSession,
        send: Send,
    ) -> None:
        if isinstance(step, Initialize):
            await sessions.settle(session.id, step.revision, step.capabilities, step.client_info)
        await send_reply(send, Reply(HTTPStatus.ACCEPTED, b""))
        for answer in await self._answers(step, message, principal, session):
            await sse_sessions.write(session.id, answer)

    def _plan(self, message: jsonrpc.Message | jsonrpc.Batch, session: TransportSession) -> Step:
        try:
            return exchange.plan(_NO_HEADERS, message, self.server, session)
        except ProtocolError as error:
            if error.request_id is None:
                raise
            # A client waits for the answer to its request on the stream.
            return Refuse(error, session.revision)

    async def _answers(
        self, step: Step, message: jsonrpc.Message | jsonrpc.Batch, principal: Principal, session: TransportSession
    ) -> list[bytes]:
        try:
            outcome = await dispatch.run(step, principal, self.server, SseOutgoing(session), session)
            return exchange.answers(step, outcome, self.server)
        except Exception as error:  # noqa: BLE001  whatever it is, the client is told, and the log has it
            told = faults.told(error, message)
            return [] if told.request_id is None else [exchange.failure(told, session.revision.name).body]


class SseOutgoing:
    """An ``Outgoing`` by the session's one stream."""

    takes_notifications = True
    takes_requests = True

    def __init__(self, session: TransportSession) -> None:
        self._key = session.id

    async def notify(self, method: str, params: Mapping[str, Any]) -> None:
        """See ``Outgoing``."""
        await self._write(jsonrpc.encode_notification(method, params))

    async def request(self, method: str, params: Mapping[str, Any], *, timeout_seconds: float) -> dict[str, Any]:
        """See ``Outgoing``."""
        return await server_requests.ask(self._key, method, params, timeout_seconds=timeout_seconds, write=self._write)

    async def stream(self) -> EventStream:
        """See ``Outgoing``."""
        raise ClientError("A request has no stream of its own here.")

    async def release(self) -> None:
        """See ``Outgoing``: this transport cannot be resumed."""

    async def _write(self, data: bytes) -> None:
        await sse_sessions.write(self._key, data)


async def _session_of(query: bytes, principal: Principal) -> TransportSession:
    """Return the session that the address names.

    Raises:
        SessionNotFound: it is none of this caller's, or its stream has ended.
    """
    named = parse_qs(query.decode("latin-1")).get(SESSION_PARAMETER, [])
    session = await sessions.find(named[0], principal, is_over_sse=True) if len(named) == 1 else None
    if session is None:
        raise SessionNotFound("There is no such session: open the stream again.")
    return session
