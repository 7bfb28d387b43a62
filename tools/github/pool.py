"""One pooled HTTP client per event loop, made when first needed."""

import asyncio
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx2

CONNECT_SECONDS = 5.0
TIMEOUT = httpx2.Timeout(9.0, connect=CONNECT_SECONDS)
LIMITS = httpx2.Limits(max_connections=50, max_keepalive_connections=20, keepalive_expiry=30.0)

HEADERS = {
    "Accept": "application/vnd.github+json",
    # Not br or zstd: gzip can be unpacked within a bound (``tools.github.http``).
    "Accept-Encoding": "gzip",
    "User-Agent": "Gatehouse",
    "X-GitHub-Api-Version": "2022-11-28",
}

# A proxy named in the environment is for the world outside: the simulator is on this machine.
NO_PROXY: dict[str, httpx2.AsyncBaseTransport | None] = {"all://localhost": None, "all://127.0.0.1": None}

_clients: dict[asyncio.AbstractEventLoop, httpx2.AsyncClient] = {}


def client() -> httpx2.AsyncClient:
    """Return the running loop's client. It holds nothing of any person: the credential goes with each request."""
    loop = asyncio.get_running_loop()
    if loop not in _clients:
        for gone in [each for each in _clients if each.is_closed()]:
            del _clients[gone]
        _clients[loop] = new_client()
    return _clients[loop]


def new_client(transport: httpx2.AsyncBaseTransport | None = None) -> httpx2.AsyncClient:
    """Return a client that follows no redirect and keeps no cookie."""
    # The client is shared by everybody who is signed in: a cookie kept from one answer would go out with the next person's.
    nothing = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    return httpx2.AsyncClient(
        headers=HEADERS,
        cookies=nothing,
        timeout=TIMEOUT,
        limits=LIMITS,
        follow_redirects=False,
        mounts=NO_PROXY,
        transport=transport,
    )


async def close() -> None:
    """Close the running loop's client, if there is one. The next request makes a new one."""
    found = _clients.pop(asyncio.get_running_loop(), None)
    if found is not None:
        await found.aclose()
