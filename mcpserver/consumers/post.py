"""The answer to one POST: one JSON body, or an event stream from the first message that comes before it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from mcpserver.consumers import caps
from mcpserver.consumers.endpoint import send_reply
from mcpserver.edge.types import Header, Receive, Send
from mcpserver.outgoing import ClientError
from mcpserver.protocol import exchange, jsonrpc, media_types
from mcpserver.protocol.errors import ProtocolError
from mcpserver.protocol.exchange import Outcome
from mcpserver.protocol.server import Server
from mcpserver.protocol.steps import Accept, Answer, Batch, Cancel, Initialize, Refuse, Resolve, Step
from mcpserver.protocol.subscriptions import Listen
from mcpserver.protocol.transport_session import TransportSession
from mcpserver.protocol.versions import Era
from mcpserver.streams import server_requests
from mcpserver.streams.hub import Ending, hub
from mcpserver.streams.replay import Recording
from mcpserver.streams.replay_rows import Owner
from mcpserver.streams.sse import EventStream
from oauth_bridge.principals import Principal

# What is answered sooner is not worth a look whether the client is still there.
_LOOK_AFTER_SECONDS = 0.05
# How long a client waits before it asks for the rest of a stream whose connection has ended.
RETRY_MS = 500
_QUICK = Accept | Answer | Batch | Cancel | Initialize | Refuse | Resolve
# What cannot last; a subscription can, and has a cap of its own.
_UNCAPPED = Accept | Answer | Cancel | Initialize | Listen | Refuse | Resolve


class PostOutgoing:
    """An ``Outgoing`` whose stream, once opened, carries the answer as well.

    In the handshake era the work goes on when the client leaves, and the events of a session's streams are kept for its return.
    In the stateless era leaving is cancelling (MCP 2026-07-28 streamable-http, Cancellation): the request's task is cancelled,
    and ``is_abandoned`` tells that from a server that stops.
    """

    def __init__(
        self,
        receive: Receive,
        send: Send,
        *,
        principal: Principal,
        session: TransportSession | None,
        accept: str | None,
        extra: Sequence[Header] = (),
    ) -> None:
        self._receive, self._send = receive, send
        self._principal, self._session, self._accept, self._extra = principal, session, accept, extra
        self.takes_notifications = media_types.takes_events_with_json(accept)
        self.takes_requests = session is not None and self.takes_notifications
        self.is_abandoned = False
        self._leaving_cancels = False
        self._step: Step = Accept()
        self._task: asyncio.Task[Any] | None = None
        self._look: asyncio.TimerHandle | None = None
        self._watching: asyncio.Task[None] | None = None
        self._opening: asyncio.Task[EventStream] | None = None
        self._stream: EventStream | None = None
        self._recording: Recording | None = None
        self._order: asyncio.Lock | None = None
        self._counted: tuple[str, str] | None = None

    def begin(self, step: Step) -> None:
        """Watch for the client's leaving while a step is carried out, where that means anything. Costs a timer, and no task.

        Raises:
            TooManyRequests: the caller has too many under way.
        """
        if not isinstance(step, _UNCAPPED):
            self._counted = caps.enter(self._principal)
        self._step, self._task = step, asyncio.current_task()
        if not isinstance(step, _QUICK) and step.revision.era is Era.MODERN:
            self._leaving_cancels = True
            self._look = asyncio.get_running_loop().call_later(_LOOK_AFTER_SECONDS, self._watch)

    async def stop(self) -> None:
        """Let go of everything. Nothing is sent after that."""
        if self._counted is not None:
            caps.leave(self._counted)
            self._counted = None
        if self._look is not None:
            self._look.cancel()
        if self._watching is not None:
            self._watching.cancel()
        if self._recording is not None:
            self._recording.close()
        if self._stream is not None:
            hub.remove(self._stream)
            if self._stream.is_closed:
                # Ended from elsewhere, which also stopped the work: its end may still be on its way.
                await self._stream.close()
            else:
                self._stream.cut()

    async def notify(self, method: str, params: Mapping[str, Any]) -> None:
        """See ``Outgoing``."""
        if self.takes_notifications:
            await self._write(jsonrpc.encode_notification(method, params))

    async def request(self, method: str, params: Mapping[str, Any], *, timeout_seconds: float) -> dict[str, Any]:
        """See ``Outgoing``."""
        if self._session is None or not self.takes_requests:
            raise ClientError("This client takes no requests.")
        return await server_requests.ask(self._session.id, method, params, timeout_seconds=timeout_seconds, write=self._write)

    async def stream(self) -> EventStream:
        """See ``Outgoing``."""
        if not self.takes_notifications:
            raise ClientError("This client takes no stream.")
        return await self._opened()

    async def release(self) -> None:
        """See ``Outgoing``."""
        if self.takes_requests and self._session is not None and self._session.revision.polling:
            stream = await self._opened()
            self._detach()
            await stream.close()

    async def finish(self, step: Step, outcome: Outcome, server: Server) -> None:
        """Send the answer, on the stream if there is one."""
        if self._opening is None:
            reply = exchange.finish(step, outcome, server)
            if reply.status != 200 or media_types.takes(self._accept, media_types.JSON):
                await send_reply(self._send, reply, self._extra)
                return
        await self._end(exchange.answers(step, outcome, server))

    async def fail(self, error: ProtocolError, protocol_version: str | None) -> None:
        """Send an error in place of the answer."""
        reply = exchange.failure(error, protocol_version)
        if self._opening is None:
            await send_reply(self._send, reply)
        else:
            await self._end([] if error.request_id is None else [reply.body])

    async def _end(self, bodies: Sequence[bytes]) -> None:
        for body in bodies[:-1]:
            await self._write(body)
        await self._write(bodies[-1] if bodies else b"", is_last=True)
        if self._recording is not None:
            # The stream's end tells that there is no more to come: by then the answer must be there to be asked for.
            await self._recording.write()
        if self._stream is not None:
            await self._stream.close()

    async def _write(self, data: bytes, *, is_last: bool = False) -> None:
        stream = await self._opened()
        if self._order is None:
            self._order = asyncio.Lock()
        async with self._order:
            event_id = "" if self._recording is None else self._recording.add(data, is_last=is_last)
            if data:
                await stream.send(data, id=event_id)

    async def _opened(self) -> EventStream:
        """Return the stream, opened by whoever comes first. Others wait for that, so that events keep their order."""
        if self._opening is None:
            self._opening = asyncio.ensure_future(self._open())
        return await asyncio.shield(self._opening)

    async def _open(self) -> EventStream:
        stream = self._stream = EventStream(self._send)
        await stream.open(self._extra)
        # A token that expires while the call runs was good when the call began: only what takes rights away ends it.
        hub.add(stream, principal=self._principal, ends_at=float("inf"), on_end=self._abandon, ends_at_drain=False)
        self._watch()
        if self._session is not None:
            self._recording = Recording(Owner(self._session.id, self._principal.person_id), self._taken_over)
            first_id = await self._recording.begin(exchange.interrupted(self._step))
            if self._session.revision.polling:
                # MCP 2025-11-25 basic/transports, Sending Messages (SEP-1699): an id before anything else, to come back with.
                await stream.send(b"", id=first_id, retry=RETRY_MS)
        return stream

    def _watch(self) -> None:
        if self._watching is None:
            self._watching = asyncio.ensure_future(self._left())

    async def _left(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._detach()
        if self._stream is not None:
            self._stream.cut()
        if self._leaving_cancels:
            self._abandon()

    def _taken_over(self) -> None:
        self._detach()
        if self._stream is not None:
            self._stream.end()

    def _detach(self) -> None:
        """Keep events for a client that does not hear them as they come."""
        if self._recording is not None:
            self._recording.detach()

    def _abandon(self, _ending: Ending | None = None) -> None:
        if not self.is_abandoned and self._task is not None:
            self.is_abandoned = True
            self._task.cancel()
