"""Two processes of one server, Alice's client, and MCP as a careful client speaks it: streams are read event by event.

with house(folder) as two:
    client = two.session()
    with client.calling("hold", folder=…) as stream: …
"""

import itertools
import json
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from tests.support import needs
from tests.support.elsewhere import SimulatorElsewhere
from tests.support.flow import OAuthClient, connect, signed_in
from tests.support.ports import free_port
from tests.support.processes import running, wait_until
from tests.support.served import Served, served
from tests.support.topology import scratch_database

Json = dict[str, Any]
BOTH = "application/json, text/event-stream"
NEWEST = "2025-11-25"


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a stream."""

    data: str
    id: str = ""
    event: str = ""
    retry: str = ""

    @property
    def message(self) -> Json:
        """Return its data as a JSON-RPC message."""
        decoded: Json = json.loads(self.data)
        return decoded


def events(response: httpx2.Response) -> Iterator[Event]:
    """Yield a stream's events, comments left out."""
    assert response.status_code == 200, response.read()
    assert response.headers["content-type"] == "text/event-stream"
    fields: dict[str, str] = {}
    for line in response.iter_lines():
        if line.startswith(":"):
            continue
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        elif fields:
            yield Event(**fields)
            fields = {}


@dataclass
class Talker:
    """One client of one process. ``session_id`` is what ``initialize`` brought."""

    http: httpx2.Client
    token: str
    version: str | None = None
    session_id: str | None = None
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def headers(self) -> dict[str, str]:
        """Return what goes with every request."""
        own = {"Authorization": f"Bearer {self.token}", "Accept": BOTH}
        if self.version:
            own["MCP-Protocol-Version"] = self.version
        return own | ({"Mcp-Session-Id": self.session_id} if self.session_id else {})

    def initialize(self, version: str = NEWEST, **capabilities: Json) -> httpx2.Response:
        """Shake hands; keep version and session."""
        params = {"protocolVersion": version, "capabilities": capabilities, "clientInfo": {"name": "t", "version": "1"}}
        answer = self.post({"jsonrpc": "2.0", "id": next(self.ids), "method": "initialize", "params": params})
        assert answer.status_code == 200, answer.text
        self.session_id = answer.headers["mcp-session-id"]
        self.version = answer.json()["result"]["protocolVersion"]
        return answer

    def at(self, http: httpx2.Client, *, token: str | None = None) -> "Talker":
        """Return the same session, talked to by another way or with another token."""
        return Talker(http, token or self.token, self.version, self.session_id, self.ids)

    def post(self, message: Any, **headers: str) -> httpx2.Response:
        """Post a message and return the whole answer."""
        return self.http.post("/mcp", json=message, headers={**self.headers, **headers})

    def request(self, method: str, **params: Any) -> httpx2.Response:
        """Post a request."""
        return self.post({"jsonrpc": "2.0", "id": next(self.ids), "method": method, "params": params})

    def notify(self, method: str, **params: Any) -> httpx2.Response:
        """Post a notification."""
        return self.post({"jsonrpc": "2.0", "method": method, "params": params})

    def call(self, tool: str, *, request_id: Any = None, progress: Any = None, **arguments: Any) -> Json:
        """Return a ``tools/call`` request."""
        meta = {} if progress is None else {"_meta": {"progressToken": progress}}
        params = {"name": tool, "arguments": arguments, **meta}
        return {"jsonrpc": "2.0", "id": request_id or next(self.ids), "method": "tools/call", "params": params}

    @contextmanager
    def streaming(self, message: Json, **headers: str) -> Iterator[Iterator[Event]]:
        """Post a message that is answered by a stream; leaving the block cuts the connection."""
        with self.http.stream("POST", "/mcp", json=message, headers={**self.headers, **headers}) as response:
            yield events(response)

    @contextmanager
    def listening(self, **headers: str) -> Iterator[Iterator[Event]]:
        """Open the session's stream, or one that is resumed by ``Last_Event_ID``."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with self.http.stream("GET", "/mcp", headers={**self.headers, **named}) as response:
            yield events(response)


@dataclass(frozen=True, slots=True)
class House:
    """Two processes. Sign-ins happen at the first."""

    first: Served
    urls: tuple[str, ...]

    def sign_in(self, login: str = "alice") -> OAuthClient:
        """Return a client through which a person has signed in."""
        simulator: Any = SimulatorElsewhere(self.first.simulator_url)
        return signed_in(self.first.url, simulator, login=login)

    def door(self, number: int) -> httpx2.Client:
        """Return an HTTP client of one process."""
        return connect(self.urls[number])

    def talker(self, client: OAuthClient, number: int = 0) -> Talker:
        """Return an MCP client that has not shaken hands."""
        return Talker(self.door(number), client.tokens["access_token"])


@contextmanager
def house(folder: Path, options: Sequence[str] = ()) -> Iterator[House]:
    """Serve by two processes until the block ends; on PostgreSQL and Redis where the run has both, else on one SQLite file."""
    with ExitStack() as stack:
        changes = {"DJANGO_SETTINGS_MODULE": "tests.flows.mcp.settings", "ALLOWED_USERNAMES": "alice,bob"}
        changes |= dict.fromkeys(("RATE_REGISTER", "RATE_TOKEN", "RATE_LOGIN"), "100000/minute")
        database = os.environ.get("DATABASE_URL", "")
        if database.startswith("postgres"):
            changes["DATABASE_URL"] = stack.enter_context(scratch_database(database))
            changes["REDIS_URL"] = needs.variable("REDIS_URL")
        first = stack.enter_context(served(folder, options=options, **changes))
        port = free_port()
        own = {"PORT": str(port), "SIMULATOR_PORT": str(free_port()), "PUBLIC_URL": first.url}
        second = stack.enter_context(
            running(["manage.py", "serve", *options], folder, port=port, environment={**first.environment, **own})
        )
        wait_until(lambda: _is_up(second), "the second process did not come up")
        yield House(first, (first.url, f"http://localhost:{port}"))
        second.signal(signal.SIGTERM)
        assert second.wait() == 0, second.output
        assert "Traceback" not in first.output + second.output


def _is_up(server: Any) -> bool:
    assert server.process.poll() is None, server.output
    try:
        return bool(server.get("/health")[0] == 200)
    except OSError:
        return False
