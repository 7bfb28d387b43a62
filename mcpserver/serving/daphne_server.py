"""The alternative server: daphne, taught to drain, to slow down for slow readers, and to serve a socket made elsewhere."""

import asyncio
import math
import socket
from collections.abc import MutableMapping
from typing import Any

from daphne.server import Server  # first: it chooses Twisted's reactor
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.logger import globalLogBeginner

from mcpserver.edge.types import App, Message, Scope
from mcpserver.serving import drain
from mcpserver.serving.daphne_request import Factory, Request, reactor
from mcpserver.serving.signals import stopping

# What is written last must leave Twisted's buffers before the sockets are closed.
_FLUSH_SECONDS = 0.1
_CANCEL_SECONDS = 2.0
_CLOSING_SECONDS = 10.0


class DaphneServer(Server):  # type: ignore[misc] # daphne is untyped
    """daphne on one listening socket, without WebSockets and without its own log."""

    def __init__(self, app: App, *, grace_seconds: int) -> None:
        # What runs for a client that has left is the app's to end: a call of the handshake era goes on (MCP 2025-11-25
        # basic/transports, Sending Messages). daphne alone would kill it after ten seconds.
        super().__init__(app, endpoints=["adopted"], server_name="", application_close_timeout=math.inf)
        self._grace_seconds = grace_seconds
        self._port: Any = None

    def serve(self, listener: socket.socket) -> None:
        """Serve until SIGINT or SIGTERM."""
        self.connections: MutableMapping[Any, dict[str, Any]] = {}
        nowhere: Any = [lambda _: None]
        globalLogBeginner.beginLoggingTo(nowhere, redirectStandardIO=False, discardBuffer=True)
        reactor.callLater(1, self.application_checker)
        reactor.callLater(2, self.timeout_checker)
        self._port = reactor.adoptStreamPort(listener.fileno(), listener.family, Factory(self))
        # The port works on a copy: kept open, the original would go on taking connections that nobody serves.
        listener.close()
        asyncio.set_event_loop(reactor._asyncioEventloop)
        reactor.addSystemEventTrigger("before", "shutdown", self.kill_all_applications)
        with stopping(lambda: reactor.callFromThread(reactor.stop)):
            reactor.run(installSignalHandlers=False)

    def create_application(self, protocol: Request, scope: Scope) -> Any:
        """Start the app for one request."""
        queue = super().create_application(protocol, scope)
        task: asyncio.Future[None] | None = self.connections.get(protocol, {}).get("application_instance")
        if task is not None:
            task.add_done_callback(lambda _: _close_if_unfinished(protocol))
        return queue

    async def handle_reply(self, protocol: Request, message: Message) -> None:
        """Write a message of the app, and return once the client's connection can take more."""
        await super().handle_reply(protocol, message)
        await protocol.gate.opened.wait()

    def kill_all_applications(self) -> Any:
        """Return a Deferred that holds Twisted's shutdown until requests have finished."""
        return Deferred.fromFuture(asyncio.ensure_future(self._finish()))

    async def _finish(self) -> None:
        await maybeDeferred(self._port.stopListening).asFuture(asyncio.get_running_loop())
        drain.begin()
        deadline = asyncio.get_running_loop().time() + self._grace_seconds
        while (running := self._running()) and (left := deadline - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(running, timeout=left)
        if running := self._running():
            for task in running:
                task.cancel()
            await asyncio.wait(running, timeout=_CANCEL_SECONDS)
        await drain.held()
        await asyncio.sleep(_FLUSH_SECONDS)

    def _running(self) -> set["asyncio.Future[None]"]:
        tasks = (details.get("application_instance") for details in self.connections.values())
        return {task for task in tasks if task is not None and not task.done()}


def _close_if_unfinished(protocol: Request) -> None:
    """Cut an answer that its app left incomplete: daphne would leave the client waiting for the rest."""
    if protocol._response_started and not protocol.finished and protocol.channel is not None and not protocol.is_ending:
        channel = protocol.channel
        channel.loseConnection()
        # A client that does not read what is left would keep the connection for ever.
        reactor.callLater(_CLOSING_SECONDS, channel.transport.abortConnection)


def run(app: App, listener: socket.socket, *, grace_seconds: int) -> None:
    """Serve ``app`` until SIGINT or SIGTERM, and then for ``grace_seconds`` at most."""
    DaphneServer(app, grace_seconds=grace_seconds).serve(listener)
