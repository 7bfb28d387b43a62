"""The end of a sign-in, as a native client has it: a listener on loopback that the browser is sent to (RFC 8252 §7.3)."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import urlsplit

from tests.support.flow import query

PAGE = b'<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>Back</title><p>Back at the program.</p></html>'
PATIENCE_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Listener:
    """A waiting client. ``redirect_uri`` is where it waits."""

    redirect_uri: str
    arrivals: "queue.Queue[str]"

    def arrival(self) -> str:
        """Return the URL that the browser came with; wait for it if need be."""
        return self.arrivals.get(timeout=PATIENCE_SECONDS)

    def answer(self) -> dict[str, str]:
        """Return the query of that URL."""
        return query(self.arrival())


@contextmanager
def listener() -> Iterator[Listener]:
    """Listen until the block ends."""
    arrivals: queue.Queue[str] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        waiting: ClassVar = arrivals

        def do_GET(self) -> None:
            if urlsplit(self.path).path == "/callback":
                self.waiting.put(f"http://127.0.0.1{self.path}")
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(PAGE)))
            self.end_headers()
            self.wfile.write(PAGE)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Listener(f"http://127.0.0.1:{server.server_port}/callback", arrivals)
        server.shutdown()
