"""Subscriptions of a server that ends, and clients that stop reading, under both servers."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.elsewhere import SimulatorElsewhere
from tests.support.flow import OAuthClient, signed_in
from tests.support.listening import SUBSCRIPTION_ID, listen
from tests.support.served import Served, served


@pytest.fixture(params=["uvicorn", "daphne"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path, options=["--server", request.param], ALLOWED_USERNAMES="alice") as running:
        running.manage("bootstrap")
        yield running


@pytest.fixture
def client(server: Served) -> OAuthClient:
    return signed_in(server.url, SimulatorElsewhere(server.simulator_url))


def test_a_server_that_ends_says_so_and_answers(server: Served, client: OAuthClient) -> None:
    """SB-05: ``notifications/cancelled``, then the empty result, then the end."""
    with listen(client, {"toolsListChanged": True}, "last") as events:
        assert events.next()["method"] == "notifications/subscriptions/acknowledged"
        server.server.signal(signal.SIGTERM)
        cancelled, result = events.rest()
    assert cancelled["method"] == "notifications/cancelled"
    assert cancelled["params"]["requestId"] == "last"
    assert result["id"] == "last"
    assert result["result"]["resultType"] == "complete"
    assert result["result"]["_meta"][SUBSCRIPTION_ID] == "last"
    assert server.server.wait() == 0
    assert "Traceback" not in server.output, json.dumps(server.output)
