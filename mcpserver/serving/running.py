"""Running one server in this process."""

import socket
from importlib import import_module
from typing import Any

from django.conf import settings

from mcpserver.edge.types import App
from mcpserver.serving import warming
from mcpserver.serving.collector import settle_collector

# By module, so that the server that does not run is not loaded either: Twisted alone is a dozen MiB.
SERVERS = {"uvicorn": "mcpserver.serving.uvicorn_server", "daphne": "mcpserver.serving.daphne_server"}
GRACE_SECONDS = 10


def load_application() -> App:
    """Return the ASGI application."""
    module, _, name = settings.ASGI_APPLICATION.rpartition(".")
    app: App = getattr(import_module(module), name)
    return app


def serve_project(server: str, app: App, listener: socket.socket) -> None:
    """Serve the project's own application: as ``serve``, with the records of calls written down to the last."""
    from tools import records  # models are ready when this is called, not when this module is read

    with records.writing(), warming.soon():
        serve(server, app, listener)


def serve(server: str, app: App, listener: socket.socket, *, grace_seconds: int = GRACE_SECONDS) -> None:
    """Serve ``app`` on ``listener`` until SIGINT or SIGTERM, then finish what is under way and return."""
    runner: Any = import_module(SERVERS[server])
    settle_collector()
    runner.run(app, listener, grace_seconds=grace_seconds)
