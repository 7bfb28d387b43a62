"""A client program towards ``/mcp``: what it says in each era, and what it has to hear."""

from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.flows.recorded.program import Json, Program, named

BOTH = "application/json, text/event-stream"
POWER = {"operation": "power", "a": 7, "b": 8}
POWER_RESULT = "5764801"
VERSION, CLIENT, CAPABILITIES = (
    f"io.modelcontextprotocol/{name}" for name in ("protocolVersion", "clientInfo", "clientCapabilities")
)


@dataclass
class Talk:
    """One conversation. ``revision`` is what the client offers; ``says_method``: ``Mcp-Method`` in the handshake era too;
    ``says_revision``: ``MCP-Protocol-Version`` after the handshake, which some leave out."""

    program: Program
    revision: str
    client: Json
    capabilities: Json = field(default_factory=dict)
    accept: str = BOTH
    says_method: bool = False
    says_revision: bool = True
    token: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    _next_id: int = 0
    _negotiated: str | None = None
    _session: str | None = None

    def knock(self) -> httpx2.Response:
        """Say the first thing without a token: ``initialize``."""
        return self._post(self._initialize(), authorized=False)

    def shake_hands(self) -> None:
        """Initialize (MCP 2025-11-25 basic/lifecycle), and say that it is done."""
        answer = self._post(self._initialize())
        result = self._result(answer)
        assert result["protocolVersion"] == self.revision
        # As every client does: the transport session is named from here on.
        self._session = answer.headers["Mcp-Session-Id"]
        self._negotiated = self.revision
        answer = self._post({"jsonrpc": "2.0", "method": "notifications/initialized"})
        assert (answer.status_code, answer.content) == (202, b"")

    def listen(self) -> None:
        """Open the session's stream, and leave it."""
        headers = {**self._headers(None), "Accept": "text/event-stream"}
        with self.program.http.stream("GET", "/mcp", headers=headers) as answer:
            assert answer.status_code == 200

    def tools(self, **params: Any) -> dict[str, Json]:
        """List the tools."""
        result = self._result(self._post(self._request("tools/list", params)))
        return {tool["name"]: tool for tool in result["tools"]}

    def call(self, name: str, arguments: Json) -> Json:
        """Call a tool, which must succeed; return its structured content."""
        result = self._result(self.try_call(name, arguments))
        assert result["isError"] is False, result
        structured: Json = result["structuredContent"]
        return structured

    def text(self, name: str, arguments: Json) -> str:
        """Call a tool, which must succeed; return what every revision has: its text."""
        result = self._result(self.try_call(name, arguments))
        assert result["isError"] is False, result
        return str(result["content"][0]["text"])

    def try_call(self, name: str, arguments: Json) -> httpx2.Response:
        """Call a tool, whatever comes of it."""
        return self._post(self._request("tools/call", {"name": name, "arguments": arguments}))

    def works(self) -> None:
        """Do what a first use does: list, call, and hear who is signed in."""
        assert {"calculate", "get_github_repos", "get_user_info"} <= self.tools().keys()
        assert self.text("calculate", POWER) == POWER_RESULT
        assert "alice" in self.text("get_user_info", {})

    def _initialize(self) -> Json:
        params = {"protocolVersion": self.revision, "capabilities": self.capabilities, "clientInfo": self.client}
        return self._request("initialize", params)

    def _request(self, method: str, params: Json) -> Json:
        self._next_id += 1
        return {"jsonrpc": "2.0", "id": self._next_id, "method": method, "params": params}

    def _post(self, message: Json, *, authorized: bool = True) -> httpx2.Response:
        headers = self._headers(message, authorized=authorized)
        return self.program.http.post("/mcp", json=message, headers=headers)

    def _headers(self, message: Json | None, *, authorized: bool = True) -> dict[str, str]:
        headers = {"Accept": self.accept, **self.headers}
        if authorized:
            headers["Authorization"] = f"Bearer {self.token or self.program.tokens['access_token']}"
        if self._negotiated and self.says_revision:
            headers["Mcp-Protocol-Version"] = self._negotiated
        if self._session:
            headers["Mcp-Session-Id"] = self._session
        if message is not None and self.says_method:
            headers |= method_headers(message)
        return headers

    def _result(self, answer: httpx2.Response) -> Json:
        assert answer.status_code == 200, (answer.status_code, answer.text)
        result: Json = answer.json()["result"]
        return result


@dataclass
class StatelessTalk(Talk):
    """The same in 2026-07-28: version and capabilities in every request, method and name in headers, no handshake."""

    def discover(self, *, authorized: bool = True) -> httpx2.Response:
        """Ask what the server speaks, with which these clients begin."""
        return self._post(self._request("server/discover", {}), authorized=authorized)

    def _request(self, method: str, params: Json) -> Json:
        meta = {VERSION: "2026-07-28", CLIENT: self.client, CAPABILITIES: self.capabilities}
        return super()._request(method, {**params, "_meta": {**meta, **params.get("_meta", {})}})

    def _headers(self, message: Json | None, *, authorized: bool = True) -> dict[str, str]:
        told = {**method_headers(message or {}), "Mcp-Protocol-Version": "2026-07-28"}
        return {**super()._headers(message, authorized=authorized), **told}


def method_headers(message: Json) -> dict[str, str]:
    """Return the headers that repeat a message's method, and the name that it is about."""
    named_thing = message.get("params", {}).get("name")
    headers = {"Mcp_Method": message["method"], **({"Mcp_Name": named_thing} if named_thing else {})}
    return named(headers)
