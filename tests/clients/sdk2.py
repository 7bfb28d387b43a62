"""The official Python SDK, 2.x, given a URL and nothing else. ``python -m tests.clients.sdk2 URL MODE``

``MODE`` is the SDK's own: ``auto`` asks ``server/discover`` first, ``legacy`` shakes hands, ``2026-07-28`` does neither.
"""

import asyncio
import sys

import httpx2
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata
from pydantic import AnyUrl

from tests.clients.conversation import Json, Person, Storage, serve

REDIRECT_URI = "http://127.0.0.1:7777/callback"


async def main(url: str, mode: str) -> None:
    """Connect, signing in on the way, then do what the test says."""
    storage, person = Storage(), Person()

    async def callback() -> AuthorizationCodeResult:
        return AuthorizationCodeResult.model_validate(await person.callback())

    provider = OAuthClientProvider(
        server_url=url,
        client_metadata=OAuthClientMetadata(client_name="Python SDK 2", redirect_uris=[AnyUrl(REDIRECT_URI)]),
        storage=storage,
        redirect_handler=person.redirect,
        callback_handler=callback,
    )
    async with (
        httpx2.AsyncClient(auth=provider, timeout=30) as http,
        Client(streamable_http_client(url, http_client=http), mode=mode) as client,
    ):

        async def about(_order: Json) -> Json:
            tools = (await client.list_tools()).tools
            return {"version": client.protocol_version, "tools": [tool.name for tool in tools], **storage.report()}

        async def call(order: Json) -> Json:
            result = await client.call_tool(order["tool"], order["arguments"])
            return {"is_error": result.is_error, "structured": result.structured_content}

        async def expire(_order: Json) -> Json:
            provider.context.token_expiry_time = 1.0  # in the past: the client will refresh before it asks again
            return {}

        await serve({"about": about, "call": call, "expire": expire})


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
