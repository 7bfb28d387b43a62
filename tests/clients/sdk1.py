"""The official Python SDK, last of 1.x, given a URL and nothing else. ``python -m tests.clients.sdk1 URL``

It cannot share an environment with 2.x: ``requirements/mcp1.txt`` makes its own.
"""

import asyncio
import sys

import httpx
from mcp import ClientSession
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientMetadata
from pydantic import AnyUrl

from tests.clients.conversation import Json, Person, Storage, serve

REDIRECT_URI = "http://127.0.0.1:7777/callback"


async def main(url: str) -> None:
    """Connect, signing in on the way, then do what the test says."""
    storage, person = Storage(), Person()

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
        httpx.AsyncClient(auth=provider, timeout=30) as http,
        streamable_http_client(url, http_client=http) as (read, write, _session_id),
        ClientSession(read, write) as session,
    ):
        version = (await session.initialize()).protocolVersion

        async def about(_order: Json) -> Json:
            tools = (await session.list_tools()).tools
            return {"version": version, "tools": [tool.name for tool in tools], **storage.report()}

        async def call(order: Json) -> Json:
            result = await session.call_tool(order["tool"], order["arguments"])
            return {"is_error": result.isError, "structured": result.structuredContent}

        async def expire(_order: Json) -> Json:
            provider.context.token_expiry_time = 1.0  # in the past: the client will refresh before it asks again
            return {}

        await serve({"about": about, "call": call, "expire": expire})


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
