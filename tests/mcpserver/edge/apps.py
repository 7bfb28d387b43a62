"""Applications for the wrapper to wrap."""

import asyncio
from ipaddress import ip_network
from typing import Any

from mcpserver.edge import Edge, EdgeConfig
from mcpserver.edge.types import App, Receive, Scope, Send
from tests.support.asgi_call import call
from wire import request_id

CONFIG = EdgeConfig(public_url="https://gate.example", trusted_proxies=(ip_network("10.0.0.0/8"),))


class Recorder:
    """An application that remembers what reached it, and answers 200."""

    def __init__(self, *headers: tuple[bytes, bytes]) -> None:
        self.scopes: list[Scope] = []
        self.body = b""
        self.request_ids: list[str] = []
        self._headers = list(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        self.request_ids.append(request_id.current.get())
        while (message := await receive())["type"] == "http.request":
            self.body += message["body"]
            if not message["more_body"]:
                break
        await send({"type": "http.response.start", "status": 200, "headers": self._headers})
        await send({"type": "http.response.body", "body": b"fine"})


def edge(app: App, **changes: Any) -> Edge:
    return Edge(app, config=EdgeConfig(public_url="https://gate.example", trusted_proxies=CONFIG.trusted_proxies, **changes))


class Holder:
    """An application whose requests stay until let go."""

    def __init__(self, content_type: bytes = b"application/json") -> None:
        self.let_go = asyncio.Event()
        self.content_type = content_type
        self.running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.running += 1
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", self.content_type)]})
        await self.let_go.wait()
        await send({"type": "http.response.body", "body": b""})


async def hold(wrapped: Edge, app: Holder, path: str, count: int) -> list[asyncio.Task[Any]]:
    before = app.running
    tasks = [asyncio.create_task(call(wrapped, "GET", path)) for _ in range(count)]
    while app.running < before + count:
        await asyncio.sleep(0)
    return tasks
