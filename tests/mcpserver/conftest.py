"""Who is calling, and under which id, for tests of the MCP endpoint in process."""

from collections.abc import Iterator

import pytest

from mcpserver import bearer
from mcpserver.dispatch import judged
from oauth_bridge.principals import Principal
from tests.mcpserver.endpoint import ALICE
from wire import request_id


@pytest.fixture
def alice(monkeypatch: pytest.MonkeyPatch) -> Principal:
    """Let every request be Alice's."""

    async def authenticate(_headers: object, _query_string: bytes) -> Principal:
        return ALICE

    monkeypatch.setattr(bearer, "authenticate", authenticate)
    # Tests put other things in the place of the catalog's: nothing is known of her from the one before.
    monkeypatch.setattr(judged, "_judged", {})
    return ALICE


@pytest.fixture
def reference() -> Iterator[str]:
    """Serve the request under a known id, as the edge would."""
    token = request_id.current.set("req-77")
    yield "req-77"
    request_id.current.reset(token)
