"""The default server: uvicorn with uvloop and httptools, which ends when asked and lets nobody hold it."""

import logging
import socket
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, cast

import uvicorn

from mcpserver.edge.types import App
from mcpserver.serving import drain
from mcpserver.serving.signals import stopping
from mcpserver.serving.uvicorn_guard import GuardedProtocol

# Longer than nginx keeps an idle connection to us (60 s): the side that forwards requests must be the one that closes.
_KEEP_ALIVE_SECONDS = 75
_TICKS_BETWEEN_SWEEPS = 50


class UvicornServer(uvicorn.Server):
    """On the first signal: stop listening, let requests finish, return. uvicorn alone would raise the signal again."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Take SIGINT and SIGTERM for the time of serving."""
        with stopping(self._stop):
            yield

    def _stop(self) -> None:
        self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        """Look after connections that are late (ten ticks a second)."""
        if counter % _TICKS_BETWEEN_SWEEPS == 0:
            for connection in list(self.server_state.connections):
                guarded = cast("GuardedProtocol", connection)
                guarded.cut_if_late(guarded.loop.time())
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell streams to end, then wait for what is under way."""
        drain.begin()
        await super().shutdown(sockets)


def _is_news(record: logging.LogRecord) -> bool:
    """Return whether uvicorn says what the outermost wrapper does not: that one tells a cut stream from a fault."""
    return record.msg != "ASGI callable returned without completing response."


def run(app: App, listener: socket.socket, *, grace_seconds: int) -> None:
    """Serve ``app`` until SIGINT or SIGTERM, and then for ``grace_seconds`` at most."""
    config = uvicorn.Config(
        cast("Any", app),
        http=GuardedProtocol,
        ws="none",
        lifespan="on",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=grace_seconds,
    )
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    UvicornServer(config).run(sockets=[listener])
