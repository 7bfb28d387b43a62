"""One GET of a small JSON text from the public internet, safe against requests that were meant to reach somewhere else.

Guarded against server-side request forgery (MCP security best practices; draft-ietf-oauth-client-id-metadata-document §6):
the name is looked up once, every address must be public, and the connection goes to an address that was checked. No
redirect, no proxy of the environment, no cookie, no compression, one port, and bounds of size and time.
"""

import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import httpcore2
import httpx2

from oauth_bridge import waiting
from oauth_bridge.documents import network
from oauth_bridge.protocol import client_urls, public_addresses

TOTAL_SECONDS = 5.0
MAX_HEADER_VALUE = 4000

_HEADERS: list[tuple[bytes | str, bytes | str]] = [
    ("Accept", "application/json"),
    # Whatever is packed would have to be unpacked within a bound: it is asked for, and accepted, as it is.
    ("Accept-Encoding", "identity"),
    ("User-Agent", "Gatehouse"),
    ("Connection", "close"),
]


class FetchFailed(Exception):
    """Nothing usable came. ``str()`` is for the log and the operator alone: a stranger must not learn where we can reach."""


class NoAnswer(FetchFailed):
    """The host itself cannot be had: no address that may be reached, or nobody there who speaks TLS.

    A connection that was made and brought nothing is not this: a stranger may find one slow page on a good site.
    """


@dataclass(frozen=True, slots=True)
class Answer:
    """What the site sent. ``body`` is None where it confirms the copy at hand (304). Names of headers in lower case."""

    body: bytes | None
    headers: dict[str, str]


@dataclass(frozen=True)
class Fetcher:
    """Fetches. The fields are the edge of the network; everything else is the same in production and in a test."""

    resolve: Callable[[str, float], list[str]] = network.resolve
    is_allowed: Callable[[str], bool] = public_addresses.is_public
    make_tls: Callable[[], ssl.SSLContext] = httpx2.create_ssl_context
    port: int = 443
    total_seconds: float = TOTAL_SECONDS

    def get(self, url: str, *, max_bytes: int, etag: str = "") -> Answer:
        """Return what the URL answers.

        Raises:
            FetchFailed: not a URL that may be fetched, an address that may not be reached, no answer in time, anything but
                200 (or 304 to ``etag``), not JSON by its type, or more than ``max_bytes``.
        """
        if not client_urls.is_fetchable(url):
            raise FetchFailed("not a URL that may be fetched")
        waiting.give_back_connection()
        deadline = time.monotonic() + self.total_seconds
        addresses = self._checked_addresses(client_urls.host_of(url))
        headers = [*_HEADERS, ("If-None-Match", etag)] if etag else _HEADERS
        pinned = network.PinnedNetwork(addresses, port=self.port, deadline=deadline)
        try:
            with (
                httpcore2.ConnectionPool(self._tls, network_backend=pinned, retries=0) as pool,
                pool.stream("GET", url, headers=headers) as response,
            ):
                return _read(response, max_bytes=max_bytes, may_confirm=bool(etag))
        except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
            raise NoAnswer(f"no answer: {type(error).__name__}") from None
        except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            raise FetchFailed(f"no answer: {type(error).__name__}") from None

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        # Kept: reading the certificates of all authorities takes longer than a fetch.
        return self.make_tls()

    def _checked_addresses(self, host: str) -> list[str]:
        """Return the host's addresses. One that may not be reached spoils them all: which is tried is the attacker's choice."""
        addresses = self.resolve(host, self.total_seconds)
        if not addresses:
            raise NoAnswer("the name has no address")
        if not all(self.is_allowed(address) for address in addresses):
            raise NoAnswer("the name leads to an address that is not of the public internet")
        return addresses


def _read(response: httpcore2.Response, *, max_bytes: int, may_confirm: bool) -> Answer:
    headers = _headers(response.headers)
    if response.status == 304 and may_confirm:
        return Answer(None, headers)
    if response.status != 200:
        raise FetchFailed(f"it answered with status {response.status}")
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not (media_type.startswith("application/") and media_type.endswith("+json")):
        raise FetchFailed("it is not JSON by its media type")
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise FetchFailed("it is compressed, though plain text was asked for")
    return Answer(_body(response.iter_stream(), max_bytes), headers)


def _body(chunks: Iterable[bytes], max_bytes: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > max_bytes:
            raise FetchFailed(f"it is larger than {max_bytes} bytes")
    return bytes(body)


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        found[key] = (f"{found[key]}, {text}" if key in found else text)[:MAX_HEADER_VALUE]
    return found
