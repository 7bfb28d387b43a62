"""The toolset against the simulator, over real HTTP."""

import time
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from pytest_django import Settings

from oauth_bridge.github.simulator import Simulator
from tests.tools.catalog.caller import Caller
from tools.github import http, pool
from tools.github.etags import ETags
from tools.github.pauses import Pauses


@pytest.fixture(scope="session")
def upstream_server() -> Iterator[Simulator]:
    # An hour ahead, so that its window for the rate limit never ends while a test looks at it.
    with Simulator(now=lambda: time.time() + 3600) as simulator:
        yield simulator


@pytest_asyncio.fixture
async def upstream(upstream_server: Simulator, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Simulator]:
    """GitHub as new, as this server's own client reaches it."""
    upstream_server.reset()
    settings.GITHUB_URL, settings.GITHUB_API_URL = upstream_server.url, upstream_server.api_url
    monkeypatch.setattr(http, "RETRY_PAUSES_MS", ((0,), (0,)))
    monkeypatch.setattr(http, "etags", ETags())
    monkeypatch.setattr(http, "pauses", Pauses())
    yield upstream_server
    upstream_server.reset()
    await pool.close()


@pytest.fixture
def alice(upstream: Simulator) -> Caller:
    """Alice, who has not granted ``repo``."""
    return Caller(upstream, "alice")


@pytest.fixture
def wide_alice(upstream: Simulator) -> Caller:
    """Alice with ``repo``."""
    return Caller(upstream, "alice", scopes=frozenset({"read:user", "repo"}))
