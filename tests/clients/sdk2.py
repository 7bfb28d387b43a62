"""The official Python SDK, 2.x, given a URL and nothing else. ``python -m tests.clients.sdk2 URL MODE``

``MODE`` is the SDK's own: ``auto`` asks ``server/discover`` first, ``legacy`` shakes hands, ``2026-07-28`` does neither.
A third argument is the level of log messages that it asks for.
"""

import asyncio
import sys
from typing import Any

import httpx2
from mcp import Client, types
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata
from pydantic import AnyUrl

from tests.clients.conversation import Answers, Json, Person, Storage, serve

REDIRECT_URI = "http://127.0.0.1:7777/callback"


async def main(url: str, mode: str, log_level: Any = None) -> None:
    """Connect, signing in on the way, then do what the test says."""
    storage, person, answers = Storage(), Person(), Answers()

    async def elicited(_context: Any, params: Any) -> types.ElicitResult:
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
        Client(
            streamable_http_client(url, http_client=http),
            mode=mode,
            log_level=log_level,
            elicitation_callback=elicited,
            sampling_callback=sampled,
            list_roots_callback=listed,
            logging_callback=logged,
        ) as client,
    ):

        async def about(_order: Json) -> Json:
            tools = (await client.list_tools()).tools
            return {"version": client.protocol_version, "tools": [tool.name for tool in tools], **storage.report()}

        async def call(order: Json) -> Json:
            result = await client.call_tool(order["tool"], order["arguments"], progress_callback=progressed)
            text = "".join(block.text for block in result.content if block.type == "text")
            return {"is_error": result.is_error, "structured": result.structured_content, "text": text, **answers.report()}

        async def set_log_level(order: Json) -> Json:
            await client.set_logging_level(order["level"])
            return {}

        async def expire(_order: Json) -> Json:
            provider.context.token_expiry_time = 1.0  # in the past: the client will refresh before it asks again
            return {}

        await serve({"about": about, "call": call, "expire": expire, "answers": answers.set, "log_level": set_log_level})


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
