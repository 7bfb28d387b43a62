"""A witness of everything that the server says to MCP clients in a test run: each message is held against its schema.

It stands between every consumer and whoever serves it, in this process (``tests/conftest.py``) and in servers that tests
start (``tests/support/witnessed.py``). What does not fit is written to a folder, and fails the test that is running.
"""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from channels.consumer import AsyncConsumer

from mcpserver.edge import Edge
from mcpserver.edge.types import App, Message, Receive, Scope, Send
from tests.support import messages, schemas
from tests.support.messages import HTTP_SSE, MODERN, REVISIONS

VARIABLE = "MCP_WITNESS_FOLDER"
VERSION_KEY = "io.modelcontextprotocol/protocolVersion"
PATHS = ("/mcp", "/sse", "/messages")
_TAKEN = "tests.support.witness"

_RequestKey = tuple[str, type, Any]


class Witness:
    """What was seen, and what was wrong with it. One a process."""

    def __init__(self, folder: Path) -> None:
        self.seen: Counter[str] = Counter()
        # What several HTTP exchanges of one transport session have to tell each other.
        self.revisions: dict[str, str] = {}
        self.methods: dict[_RequestKey, str] = {}
        self._file = folder / f"{os.getpid()}.txt"

    def watch(self, app: App, *, is_consumer: bool = True) -> App:
        """Return ``app`` with the witness before it. What a consumer within says is taken down there, and once."""

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            # Shared with what stands around this consumer: it then keeps silent.
            taken: list[bool] = scope.get(_TAKEN, [])
            if scope["type"] != "http" or taken or not scope["path"].startswith(PATHS):
                await app(scope, receive, send)
                return
            if is_consumer:
                taken.append(True)
            exchange = _Exchange(self, scope, is_consumer=is_consumer)

            async def hear() -> Message:
                return exchange.came(await receive())

            async def say(message: Message) -> None:
                if is_consumer or not taken:
                    exchange.goes(message)
                await send(message)

            await app({**scope, _TAKEN: taken}, hear, say)

        return watched

    def judge(self, message: Any, revision: str, method: str | None) -> None:
        """Take a message down."""
        self.seen[revision] += 1
        for fault in messages.faults(message, revision, method):
            self.report(fault)

    def report(self, fault: str) -> None:
        """Write down what was wrong."""
        with self._file.open("a", encoding="utf-8") as stream:
            stream.write(fault.replace("\n", " ") + "\n")


class _Exchange:
    """One HTTP request and what came back."""

    def __init__(self, witness: Witness, scope: Scope, *, is_consumer: bool) -> None:
        self._witness, self._is_consumer = witness, is_consumer
        headers = {name.lower(): value.decode("latin-1").strip() for name, value in scope["headers"]}
        self._version = headers.get(b"mcp-protocol-version")
        # An error about what could not be read is shaped by the header alone, if that says one thing.
        said = [value.decode("latin-1").strip() for name, value in scope["headers"] if name.lower() == b"mcp-protocol-version"]
        self._by_header = "2025-03-26" if len(said) != 1 else said[0] if said[0] in REVISIONS else MODERN
        # What stands for the transport session: its id, or the address that messages are posted to.
        self._session = headers.get(b"mcp-session-id") or scope.get("query_string", b"").decode("latin-1")
        self._is_http_sse = not scope["path"].startswith("/mcp")
        self._asked, self._said = b"", b""
        self._status, self._type = 0, ""
        self._is_batch = False
        self._requests: list[dict[str, Any]] | None = None

    def came(self, message: Message) -> Message:
        """Take down what the client sent."""
        self._asked += message.get("body", b"")
        return message

    def goes(self, message: Message) -> None:
        """Take down what the server sends."""
        if message["type"] == "http.response.start":
            headers = {name.lower(): value.decode("latin-1") for name, value in message["headers"]}
            self._status, self._type = message["status"], headers.get(b"content-type", "")
            self._session = headers.get(b"mcp-session-id") or self._session
            self._remember_requests()
        elif message["type"] == "http.response.body":
            self._said += message.get("body", b"")
            if self._type == "text/event-stream":
                self._take_events()
            elif self._type == "application/json" and not message.get("more_body", False):
                self._take_document()

    def _take_document(self) -> None:
        try:
            value = json.loads(self._said)
        except ValueError:
            if self._is_consumer:
                self._witness.report(f"status {self._status}: not JSON: {self._said[:200]!r}")
            return
        # Refusals of the bearer check are OAuth's (RFC 6750 §3), and a test's own application says what it likes.
        if (self._is_consumer and not (isinstance(value, dict) and isinstance(value.get("error"), str))) or _is_message(value):
            self._judge(value)

    def _take_events(self) -> None:
        *whole, self._said = self._said.replace(b"\r\n", b"\n").split(b"\n\n")
        for block in whole:
            self._take_event(block.decode())

    def _take_event(self, block: str) -> None:
        fields = [line.partition(":") for line in block.split("\n") if not line.startswith(":")]
        values = {name: text.removeprefix(" ") for name, _, text in fields}
        data = "\n".join(text.removeprefix(" ") for name, _, text in fields if name == "data")
        if values.get("event") == "endpoint":
            self._session = urlsplit(data).query
        elif data:
            self._judge(json.loads(data))
        elif "data" in values and self._revision() < "2025-11-25":
            # TypeScript's client of those days parses every event as JSON, and fails at an empty one.
            self._witness.report(f"{self._revision()}: an event with empty data")

    def _judge(self, value: Any) -> None:
        for message in value if isinstance(value, list) else [value]:
            if isinstance(message, dict) and isinstance(message.get("result"), dict):
                self._settle(message["result"])
        revision = self._by_header if _is_about_nothing(value) else self._revision()
        self._witness.judge(value, revision, self._method_of(value))

    def _settle(self, result: dict[str, Any]) -> None:
        version = result.get("protocolVersion")
        if version in REVISIONS and "serverInfo" in result:
            self._version = version
            if self._session:
                self._witness.revisions[self._session] = version

    def _method_of(self, value: Any) -> str | None:
        """Return the method of the request that is answered: of this exchange, or else of its transport session."""
        request_id = value.get("id") if isinstance(value, dict) else None
        if not _is_id(request_id):
            return None
        for request in self._sent():
            if _is_id(request.get("id")) and request["id"] == request_id:
                return str(request.get("method"))
        return self._witness.methods.get((self._session, type(request_id), request_id)) if self._session else None

    def _revision(self) -> str:
        """Return the revision that this exchange speaks, by the rules of the specification."""
        # In a batch, which no stateless revision has, it is a fault of the entry.
        if any(VERSION_KEY in _meta(request) for request in self._sent()) and not self._is_batch:
            return MODERN
        # What was settled for the session, before what a client says of it later.
        settled = self._witness.revisions.get(self._session) if self._session else None
        if settled is not None:
            return settled
        if self._version is not None:
            return self._version if self._version in REVISIONS else MODERN
        return HTTP_SSE if self._is_http_sse else "2025-03-26"

    def _remember_requests(self) -> None:
        for request in self._sent() if self._session else ():
            if _is_id(request.get("id")) and isinstance(request.get("method"), str):
                self._witness.methods[self._session, type(request["id"]), request["id"]] = request["method"]

    def _sent(self) -> list[dict[str, Any]]:
        """Return what the client sent, as far as it can be read."""
        if self._requests is None:
            try:
                value = json.loads(self._asked)
            except (ValueError, RecursionError):
                value = None
            self._is_batch = isinstance(value, list)
            self._requests = [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]
        return self._requests


def _is_about_nothing(value: Any) -> bool:
    return isinstance(value, dict) and "error" in value and value.get("id") is None


def _is_message(value: Any) -> bool:
    return isinstance(value, dict) and "jsonrpc" in value


def _is_id(value: Any) -> bool:
    return type(value) in (str, int)


def _meta(request: dict[str, Any]) -> dict[str, Any]:
    params = request.get("params")
    meta = params.get("_meta") if isinstance(params, dict) else None
    return meta if isinstance(meta, dict) else {}


def install(folder: Path) -> Witness | None:
    """Let a witness stand before every consumer that is made from now on; None where the schemas are not at hand."""
    if not all(map(schemas.is_there, REVISIONS)):
        return None
    witness = Witness(folder)
    make = AsyncConsumer.as_asgi.__func__

    def as_asgi(cls: type[AsyncConsumer], **options: Any) -> App:
        return witness.watch(make(cls, **options))

    AsyncConsumer.as_asgi = classmethod(as_asgi)  # type: ignore[arg-type]
    # The wrapper around all refuses by itself what no consumer sees.
    serve = Edge.__call__

    async def call(self: Edge, scope: Scope, receive: Receive, send: Send) -> None:
        await witness.watch(lambda *arguments: serve(self, *arguments), is_consumer=False)(scope, receive, send)

    Edge.__call__ = call  # type: ignore[method-assign]
    return witness


def complaints(folder: Path) -> list[str]:
    """Return what the witnesses of all processes have written down, and forget it."""
    found: list[str] = []
    for file in sorted(folder.glob("*.txt")):
        found += file.read_text(encoding="utf-8").splitlines()
        file.unlink()
    return found
