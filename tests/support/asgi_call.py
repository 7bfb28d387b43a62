"""Calling an ASGI application in process, as a server would."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mcpserver.edge.types import App, Header, Message

HOST: Header = (b"host", b"gate.example")


@dataclass
class Answer:
    """What the client got. ``status`` 0: nothing."""

    status: int = 0
    headers: list[Header] = field(default_factory=list)
    body: bytes = b""
    is_complete: bool = False

    def header(self, name: bytes) -> bytes | None:
        """Return the only header of that name, or None."""
        values = [value for key, value in self.headers if key == name]
        assert len(values) <= 1, f"{name!r} is repeated: {values}"
        return values[0] if values else None


async def _nothing_more() -> Message:
    return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]


async def call(
    app: App,
    method: str,
    path: str,
    *,
    headers: Iterable[Header] = (HOST,),
    query: bytes = b"",
    body: Sequence[bytes] = (b"",),
    client: tuple[str, int] | None = ("192.0.2.7", 50_000),
    leaves: bool = False,
) -> Answer:
    """Send one request, its body in the given pieces; ``leaves``: the client disconnects behind them."""
    messages: list[Message] = [{"type": "http.request", "body": piece, "more_body": True} for piece in body]
    if leaves:
        messages.append({"type": "http.disconnect"})
    else:
        messages[-1]["more_body"] = False
    answer = Answer()

    async def receive() -> Message:
        if messages:
            return messages.pop(0)
        return await _nothing_more()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            assert answer.status == 0, "a second answer began"
            answer.status, answer.headers = message["status"], list(message["headers"])
        else:
            assert not answer.is_complete, "the answer went on behind its end"
            answer.body += message.get("body", b"")
            answer.is_complete = not message.get("more_body", False)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "headers": list(headers),
        "client": client,
        "server": ("192.0.2.1", 8000),
        "scheme": "http",
        "root_path": "",
        "http_version": "1.1",
    }
    await app(scope, receive, send)
    return answer
