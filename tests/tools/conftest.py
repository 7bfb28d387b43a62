import functools
from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio
from pytest_django import Settings

from tests.tools.cast import FakeGitHub
from tools.github import http, pool
from tools.github.etags import ETags
from tools.github.pauses import Pauses


@pytest_asyncio.fixture
async def github(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeGitHub]:
    """GitHub, as this server's own pooled client sees it over the network."""
    fake = FakeGitHub()
    settings.GITHUB_API_URL = "https://api.github.test"
    monkeypatch.setattr(pool, "new_client", functools.partial(pool.new_client, httpx2.MockTransport(fake)))
    monkeypatch.setattr(http, "RETRY_PAUSES_MS", ((0,), (0,)))
    monkeypatch.setattr(http, "etags", ETags())
    monkeypatch.setattr(http, "pauses", Pauses())
    yield fake
    await pool.close()
