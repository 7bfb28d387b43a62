"""Django's views as an ASGI application: a request is one hop to a thread, in which all of it runs.

Django's own ASGI handler makes a thread for each request and changes between it and the event loop at each middleware,
which costs more than most views do. All views and middleware here are plain functions, so they run as they are.
"""

import asyncio
import contextvars
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.base import BaseHandler
from django.core.signals import request_started
from django.http import HttpResponse, HttpResponseBase
from django.urls import set_script_prefix

from mcpserver.edge.types import Header, Receive, Scope, Send

# As many as the outermost wrapper lets in: a request that waits for GitHub holds up no other.
MAX_THREADS = 64

P = ParamSpec("P")
R = TypeVar("R")


class Utf8Request(ASGIRequest):
    """A request that is read as UTF-8 whatever charset it names: others hold what is no text, or are no encodings."""

    @property
    def encoding(self) -> str:
        """The one encoding."""
        return "utf-8"

    @encoding.setter
    def encoding(self, value: str | None) -> None:
        """Do nothing."""


class PagesHandler(BaseHandler):
    """Serves HTTP; the outermost wrapper has judged head and size already."""

    def __init__(self) -> None:
        super().__init__()
        self.load_middleware(is_async=False)
        self._threads = ThreadPoolExecutor(MAX_THREADS, thread_name_prefix="pages")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; a client that leaves before it has asked gets nothing."""
        body = await _read_body(receive)
        if body is None:
            return
        response, first = await self._in_thread(self._respond, scope, body)
        headers = _headers(response)
        await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
        if first is not None:
            await send({"type": "http.response.body", "body": first})
            return
        chunks = iter(response)
        while (chunk := await self._in_thread(next, chunks, None)) is not None:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await self._in_thread(response.close)
        await send({"type": "http.response.body", "body": b""})

    def _respond(self, scope: Scope, body: bytes) -> tuple[HttpResponseBase, bytes | None]:
        """Return the response, with its content unless it streams. One that does not stream is closed already."""
        set_script_prefix("/")
        request_started.send(sender=type(self), scope=scope)
        response = self.get_response(Utf8Request(scope, io.BytesIO(body)))
        # What Django's handlers do: `request_finished` names its sender.
        response._handler_class = type(self)  # type: ignore[attr-defined]
        if not isinstance(response, HttpResponse):
            return response, None
        content = bytes(response.content)
        response.close()
        return response, content

    async def _in_thread(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        # The context goes along: log lines carry the request's id.
        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: context.run(work, *args, **kwargs))


async def _read_body(receive: Receive) -> bytes | None:
    chunks = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)


def _headers(response: HttpResponseBase) -> list[Header]:
    return list(_encoded(response))


def _encoded(response: HttpResponseBase) -> Iterator[Header]:
    for name, value in response.items():
        yield name.lower().encode("ascii"), value.encode("latin-1")
    for cookie in response.cookies.values():
        yield b"set-cookie", cookie.output(header="").strip().encode("ascii")
