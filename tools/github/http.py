"""One GET to GitHub: at most two tries, nine seconds and two megabytes, and either a JSON value or a worded error."""

import asyncio
import re
import secrets
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import httpx2
from django.conf import settings

from tools.github import errors, pool
from wire import strict_json

# Below a tool's own limit, so that "GitHub did not answer in time" is heard rather than "the tool took too long".
TOTAL_SECONDS = 9.0
MAX_BYTES = 2_000_000
# Spread, so that the second tries of many callers do not meet.
RETRY_PAUSE_MS = range(100, 500)

# What GitHub's tokens are made of. Anything else would end up in an error message of the HTTP library.
_TOKEN = re.compile(r"[\x21-\x7e]{1,512}")


class Path(StrEnum):
    """Everything that is ever asked for: no part of a path comes from a caller."""

    USER = "/user"
    EMAILS = "/user/emails"
    REPOSITORIES = "/user/repos"


@dataclass(frozen=True, slots=True)
class Answer:
    """A parsed body, not yet judged, and whether the ``Link`` header names a next page."""

    value: Any
    has_next: bool


async def get(path: Path, *, token: str, params: Mapping[str, int | str]) -> Answer:
    """Return GitHub's answer to ``path``.

    Raises:
        errors.GitHubError: refused, limited, slow, unreachable, or not JSON.
    """
    if not _TOKEN.fullmatch(token):
        raise errors.TokenRefused
    try:
        async with asyncio.timeout(TOTAL_SECONDS):
            return await _twice(path, token, params)
    except (TimeoutError, httpx2.TimeoutException):
        # Without the cause, here and below: it holds the request, and the request holds the token.
        raise errors.TooSlow from None


async def _twice(path: Path, token: str, params: Mapping[str, int | str]) -> Answer:
    try:
        return await _once(path, token, params)
    except (errors.Unreachable, errors.PassingServerFault):
        await asyncio.sleep(secrets.choice(RETRY_PAUSE_MS) / 1000)
        return await _once(path, token, params)


async def _once(path: Path, token: str, params: Mapping[str, int | str]) -> Answer:
    url = f"{settings.GITHUB_API_URL.rstrip('/')}{path.value}"
    headers = {"Authorization": f"Bearer {token}"}
    try:
        async with pool.client().stream("GET", url, params=dict(params), headers=headers) as response:
            error = errors.for_status(response.status_code, response.headers, now=time.time())
            if error is not None:
                raise error
            return Answer(_parse(await _body(response)), "next" in response.links)
    except httpx2.TimeoutException:
        raise
    except httpx2.TransportError:
        raise errors.Unreachable from None


def _parse(body: bytes) -> Any:
    try:
        return strict_json.loads(body, max_bytes=MAX_BYTES)
    except strict_json.InvalidJSON:
        raise errors.Unexpected from None


async def _body(response: httpx2.Response) -> bytes:
    unpack = _unpacker(response.headers.get("content-encoding", "identity"))
    body = bytearray()
    async for chunk in response.aiter_raw():
        try:
            body += unpack(chunk, MAX_BYTES + 1 - len(body))
        except zlib.error:
            raise errors.Unexpected from None
        if len(body) > MAX_BYTES:
            raise errors.Unexpected
    return bytes(body)


def _unpacker(encoding: str) -> Callable[[bytes, int], bytes]:
    """Return a function of a chunk and the most bytes to make of it: a small answer may unpack to gigabytes."""
    match encoding.strip().lower():
        case "gzip":
            return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress
        case "identity" | "":
            return lambda chunk, most: chunk[:most]
        case _:
            raise errors.Unexpected
