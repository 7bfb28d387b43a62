"""The bytes of an answer, unpacked, within a bound."""

import zlib
from collections.abc import Callable

import httpx2

from tools.github import errors

MAX_BYTES = 2_000_000


async def whole(response: httpx2.Response) -> bytes:
    """Return the whole body.

    Raises:
        errors.Unexpected: it has more than ``MAX_BYTES``, or is packed in a way that was not asked for.
    """
    body = await _read(response, MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise errors.Unexpected
    return body


async def beginning(response: httpx2.Response, most: int) -> str:
    """Return the first bytes as text, whatever they are; empty when they cannot be unpacked."""
    try:
        return (await _read(response, most)).decode("utf-8", "replace")
    except errors.Unexpected:
        return ""


async def _read(response: httpx2.Response, most: int) -> bytes:
    unpack = _unpacker(response.headers.get("content-encoding", "identity"))
    body = bytearray()
    async for chunk in response.aiter_raw():
        try:
            body += unpack(chunk, most - len(body))
        except zlib.error:
            raise errors.Unexpected from None
        if len(body) >= most:
            break
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
