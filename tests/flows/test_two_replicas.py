"""The production topology: nginx before two replicas on PostgreSQL and Redis, requests taking turns between them."""

import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from oauth_bridge.github.simulator.server import Simulator
from tests.support.flow import Browser, OAuthClient, query, signed_in
from tests.support.processes import wait_until
from tests.support.served import Served
from tests.support.topology import Topology, topology

FORGED = "203.0.113.77"


@pytest.fixture(scope="module")
def gatehouse(simulator_server: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Topology]:
    """Return a running installation that lets Alice in."""
    folder = tmp_path_factory.mktemp("topology")
    with topology(folder, simulator_server, ALLOWED_USERNAMES="alice", RATE_LOGIN="10000/minute") as running:
        yield running


def assert_both_logged(gatehouse: Topology, request: str) -> None:
    """Check that each replica's access log has the request: method, path, status."""
    for replica in gatehouse.replicas:
        wait_until(partial(_has_logged, replica, request), f"a replica never logged {request}")


def _has_logged(replica: Served, request: str) -> bool:
    return f'"message":"{request} ' in replica.output


def test_a_sign_in_and_its_calls_cross_the_replicas(gatehouse: Topology, simulator: Simulator) -> None:
    """Nothing that a later request needs lives in one process: each step meets the other replica."""
    client = signed_in(gatehouse.url, simulator)
    for _ in range(4):
        assert client.call("get_user_info")["structuredContent"]["login"] == "alice"
        assert client.call("calculate", operation="power", a=7, b=8)["structuredContent"]["result"] == "5764801"
    assert client.call("get_github_repos", limit=3)["structuredContent"]["repositories"]
    assert client.refresh().status_code == 200
    assert client.call("calculate", operation="add", a=1, b=1)["structuredContent"]["result"] == "2"
    assert_both_logged(gatehouse, "POST /mcp 200")


def test_a_code_is_good_once_whichever_replica_is_asked(gatehouse: Topology, simulator: Simulator) -> None:
    client = OAuthClient.register(gatehouse.url)
    callback = Browser(gatehouse.url, simulator).sign_in(client.authorize_url())
    assert client.redeem(callback).status_code == 200
    second = client.redeem(callback)
    assert second.status_code == 400
    assert second.json()["error"] == "invalid_grant"


def test_a_revoked_session_ends_on_every_replica(gatehouse: Topology, simulator: Simulator) -> None:
    client = signed_in(gatehouse.url, simulator)
    assert [client.mcp().status_code for _ in range(4)] == [200] * 4
    answer = client.http.post("/revoke", data={"client_id": client.client_id, "token": client.tokens["refresh_token"]})
    assert answer.status_code == 200
    wait_until(lambda: [client.mcp().status_code for _ in range(4)] == [401] * 4, "the session lived on", seconds=2)


def test_a_forged_forwarding_header_reaches_no_replica(gatehouse: Topology) -> None:
    """The throttles and the log count the address that nginx saw, whatever a client says of itself."""
    client = OAuthClient.register(gatehouse.url)
    forged = {"X-Forwarded-For": FORGED, "X_Forwarded_For": FORGED, "X-Forwarded-Proto": "https", "Forwarded": f"for={FORGED}"}
    for _ in range(2):
        assert client.http.post("/mcp", json={}, headers=forged).status_code == 401
    assert_both_logged(gatehouse, "POST /mcp 401")
    assert FORGED not in gatehouse.logs


def test_one_request_has_one_id_in_the_proxy_and_in_the_replica(gatehouse: Topology) -> None:
    request_id = OAuthClient.register(gatehouse.url).http.get("/").headers["x-request-id"]
    assert request_id in gatehouse.front.log.read_text()
    wait_until(lambda: any(request_id in replica.output for replica in gatehouse.replicas), "no replica logged the request")


def test_no_secret_is_in_any_log(gatehouse: Topology, simulator: Simulator) -> None:
    client = OAuthClient.register(gatehouse.url)
    callback = Browser(gatehouse.url, simulator).sign_in(client.authorize_url())
    client.redeem(callback)
    client.mcp()
    secrets = [query(callback)["code"], client.verifier, client.tokens["access_token"], client.tokens["refresh_token"]]
    logs = gatehouse.logs
    assert "POST /token 200" in logs
    assert not [secret for secret in secrets if secret in logs]


def test_the_other_replica_carries_on_when_one_stops(simulator: Simulator, tmp_path: Path) -> None:
    with topology(tmp_path, simulator, ALLOWED_USERNAMES="alice") as gatehouse:
        client = signed_in(gatehouse.url, simulator)
        gatehouse.replicas[0].server.signal(signal.SIGTERM)
        assert gatehouse.replicas[0].server.wait() == 0
        assert [client.mcp().status_code for _ in range(6)] == [200] * 6
