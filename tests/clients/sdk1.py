"""The official Python SDK, last of 1.x, given a URL and nothing else. ``python -m tests.clients.sdk1 URL``

A URL that ends in ``/sse`` is spoken to by the transport of 2024-11-05.
It cannot share an environment with 2.x: ``requirements/mcp1.txt`` makes its own.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from mcp import ClientSession, types
from mcp.client.auth import OAuthClientProvider
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientMetadata
from pydantic import AnyUrl

from tests.clients.conversation import Answers, Json, Person, Storage, serve

REDIRECT_URI = "http://127.0.0.1:7777/callback"


@asynccontextmanager
async def transport(url: str, provider: OAuthClientProvider) -> AsyncIterator[tuple[Any, Any]]:
    """Yield the two ends of a connection."""
    if url.endswith("/sse"):
        async with sse_client(url, auth=provider) as (read, write):
            yield read, write
        return
    async with (
        httpx.AsyncClient(auth=provider, timeout=30) as http,
        streamable_http_client(url, http_client=http) as (read, write, _session_id),
    ):
        yield read, write


async def main(url: str) -> None:
    """Connect, signing in on the way, then do what the test says."""
    storage, person, answers = Storage(), Person(), Answers()

    async def elicited(_context: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
        answers.keep("form", params.model_dump(mode="json", by_alias=True, exclude_none=True))
        return types.ElicitResult(**answers.form)

    async def sampled(_context: Any, params: types.CreateMessageRequestParams) -> types.CreateMessageResult:
        answers.keep("model", params.model_dump(mode="json", by_alias=True, exclude_none=True))
        said = types.TextContent(type="text", text=answers.said)
        return types.CreateMessageResult(role="assistant", model="test", content=said)

    async def listed(_context: Any) -> types.ListRootsResult:
        answers.keep("roots", {})
        return types.ListRootsResult(roots=[types.Root(uri=uri) for uri in answers.roots])

    async def logged(params: types.LoggingMessageNotificationParams) -> None:
        answers.keep("log", {"level": params.level, "data": params.data})

    async def progressed(done: float, total: float | None, message: str | None) -> None:
        answers.keep("progress", {"done": done, "total": total, "message": message})

    async def callback() -> tuple[str, str | None]:
        query = await person.callback()
        return query["code"], query.get("state")

    provider = OAuthClientProvider(
        server_url=url,
        client_metadata=OAuthClientMetadata(client_name="Python SDK 1", redirect_uris=[AnyUrl(REDIRECT_URI)]),
        storage=storage,
        redirect_handler=person.redirect,
        callback_handler=callback,
    )
    async with (
        transport(url, provider) as (read, write),
        ClientSession(
            read,
            write,
            elicitation_callback=elicited,
            sampling_callback=sampled,
            list_roots_callback=listed,
            logging_callback=logged,
        ) as session,
    ):
        version = (await session.initialize()).protocolVersion

        async def about(_order: Json) -> Json:
            tools = (await session.list_tools()).tools
            return {"version": version, "tools": [tool.name for tool in tools], **storage.report()}

        async def call(order: Json) -> Json:
            result = await session.call_tool(order["tool"], order["arguments"], progress_callback=progressed)
            text = "".join(block.text for block in result.content if block.type == "text")
            return {"is_error": result.isError, "structured": result.structuredContent, "text": text, **answers.report()}

        async def log_level(order: Json) -> Json:
            await session.set_logging_level(order["level"])
            return {}

        async def expire(_order: Json) -> Json:
            provider.context.token_expiry_time = 1.0  # in the past: the client will refresh before it asks again
            return {}

        await serve({"about": about, "call": call, "expire": expire, "answers": answers.set, "log_level": log_level})


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
