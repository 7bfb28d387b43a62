"""Two replicas behind nginx with TLS, strictly in turn: no step may need the process that served the one before."""

import json
import time
from collections.abc import Iterator
from itertools import pairwise
from secrets import randbelow

import httpx2
import pytest
from playwright.sync_api import expect

from oauth_bridge.github.simulator.server import Simulator
from tests.clients.program import program
from tests.support.chromium import chromium, visit
from tests.support.desk import SESSIONS, Desk
from tests.support.flow import Browser, OAuthClient, close_all, connect, query
from tests.support.loopback import listener
from tests.support.processes import wait_until
from tests.support.served import manage
from tests.support.topology import Topology, topology

PASSWORD = "the password of an operator of tests"
REGISTRATIONS_A_MINUTE = 40
SECOND = 1.0


@pytest.fixture(scope="module")
def gatehouse(simulator_server: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Topology]:
    """Return a running installation: production mode, https, Alice on the list, an operator with a password."""
    rates = {"RATE_REGISTER": f"{REGISTRATIONS_A_MINUTE}/minute", "RATE_LOGIN": "10000/minute"}
    folder = tmp_path_factory.mktemp("replicas")
    with topology(folder, simulator_server, tls=True, ALLOWED_USERNAMES="alice", **rates) as running:
        operator = {**running.replicas[0].environment, "DJANGO_SUPERUSER_PASSWORD": PASSWORD}
        manage(operator, "createsuperuser", "--no-input", "--username", "admin")
        with pytest.MonkeyPatch.context() as environment:
            # Every HTTP client of this process and of the programs that it starts believes the proxy's own certificate.
            environment.setenv("SSL_CERT_FILE", str(running.front.certificate))
            yield running


@pytest.fixture(autouse=True)
def clients() -> Iterator[None]:
    """Close the clients' connections."""
    yield
    close_all()


def turns(gatehouse: Topology) -> list[tuple[str, str]]:
    """Return path and replica of each request that reached one, in their order."""
    lines = gatehouse.front.log.read_text().splitlines()
    entries = [json.loads(line) for line in lines if line.startswith("{")]
    return [(entry["path"], entry["upstream"]) for entry in entries if entry["upstream"]]


def mark(gatehouse: Topology) -> int:
    """Return how many turns there were, once the proxy has written all of them down. Takes a turn itself."""
    request_id = connect(gatehouse.url).get("/health").headers["x-request-id"]
    wait_until(lambda: request_id in gatehouse.front.log.read_text(), "the proxy wrote down no request")
    return len(turns(gatehouse))


def turns_since(gatehouse: Topology, start: int) -> list[tuple[str, str]]:
    """Return what came after the mark ``start``."""
    end = mark(gatehouse) - 1
    return turns(gatehouse)[start:end]


def sign_in(gatehouse: Topology, simulator: Simulator) -> OAuthClient:
    """Return a client through which Alice has signed in."""
    client = OAuthClient.register(gatehouse.url)
    callback = Browser(gatehouse.url, simulator).sign_in(client.authorize_url(), login="alice")
    answer = client.redeem(callback)
    assert answer.status_code == 200, answer.text
    return client


def ask_replica(gatehouse: Topology, number: int, client: OAuthClient) -> int:
    """Call a tool at one replica, past the proxy, and return the status."""
    url = f"http://127.0.0.1:{gatehouse.replicas[number].server.port}"
    past_the_proxy = OAuthClient(connect(url, Host=gatehouse.url.partition("://")[2]), client.client_id, tokens=client.tokens)
    return past_the_proxy.mcp("tools/call", name="calculate", arguments={"operation": "add", "a": 1, "b": 1}).status_code


@pytest.mark.parametrize("shift", [0, 1])
def test_a_sign_in_changes_the_replica_at_every_step(gatehouse: Topology, simulator: Simulator, shift: int) -> None:
    """With an even and with an odd number of requests before it: each step is served by either replica once."""
    start = mark(gatehouse)
    if start % 2 != shift:
        start = mark(gatehouse)
    client = sign_in(gatehouse, simulator)
    assert client.call("get_user_info")["structuredContent"]["login"] == "alice"
    assert client.call("calculate", operation="power", a=7, b=8)["structuredContent"]["result"] == "5764801"
    assert client.call("get_github_repos", limit=3)["structuredContent"]["repositories"]
    assert client.refresh().status_code == 200
    assert client.call("get_user_info")["structuredContent"]["login"] == "alice"
    paths, replicas = zip(*turns_since(gatehouse, start), strict=True)
    assert paths == ("/register", "/auth", "/auth", "/callback", "/token", "/mcp", "/mcp", "/mcp", "/token", "/mcp")
    assert len(set(replicas)) == 2
    assert all(one != other for one, other in pairwise(replicas))


def test_one_refresh_token_has_one_successor_at_both_replicas(gatehouse: Topology, simulator: Simulator) -> None:
    """A client that lost the answer asks again, and reaches the other replica: the same pair, though none is stored."""
    client = sign_in(gatehouse, simulator)
    start = mark(gatehouse)
    first, second = (client.refresh(client.tokens["refresh_token"]) for _ in range(2))
    assert [first.status_code, second.status_code] == [200, 200]
    for name in ("access_token", "refresh_token"):
        assert first.json()[name] == second.json()[name] != client.tokens[name]
    assert len({replica for _path, replica in turns_since(gatehouse, start)}) == 2


def test_allow_pressed_twice_gives_one_code_from_both_replicas(gatehouse: Topology, simulator: Simulator) -> None:
    browser = Browser(gatehouse.url, simulator)
    browser.sign_in(sign_in(gatehouse, simulator).authorize_url(), login="alice")
    client = OAuthClient.register(gatehouse.url)
    page = browser.consent(client.authorize_url())
    start = mark(gatehouse)
    first, second = (browser.press(page, "allow").headers["location"] for _ in range(2))
    assert query(first)["code"] == query(second)["code"]
    assert len({replica for _path, replica in turns_since(gatehouse, start)}) == 2
    assert client.redeem(second).status_code == 200


@pytest.mark.parametrize("shift", [0, 1])
def test_a_session_ended_at_one_replica_ends_at_the_other_within_a_second(
    gatehouse: Topology, simulator: Simulator, shift: int
) -> None:
    """Both replicas have just verified the token, and remember it: what was taken away must reach their memories."""
    client = sign_in(gatehouse, simulator)
    operator = Desk(gatehouse.url, login="admin", password=PASSWORD)
    for _ in range(shift):
        operator.page("/admin/")
    start = mark(gatehouse)
    assert [ask_replica(gatehouse, number, client) for number in (0, 1)] == [200, 200]
    assert operator.end_sessions(client.client_id).status_code == 302
    ended_at = time.monotonic()
    path, replica = turns_since(gatehouse, start)[-1]
    assert path == SESSIONS
    ports = [running.server.port for running in gatehouse.replicas]
    here = ports.index(int(replica.rpartition(":")[2]))
    assert ask_replica(gatehouse, here, client) == 401
    while ask_replica(gatehouse, 1 - here, client) == 200:
        assert time.monotonic() - ended_at < SECOND
    assert ask_replica(gatehouse, 1 - here, client) == 401
    assert client.refresh().json()["error"] == "invalid_grant"


def test_the_replicas_count_one_client_address_together(gatehouse: Topology) -> None:
    """RATE_REGISTER: the limit is the installation's, not each replica's. The address is the one that the proxy tells."""
    while True:
        minute, statuses = int(time.time() // 60), register_from_somewhere(gatehouse)
        if int(time.time() // 60) == minute:  # else the count began anew in between
            break
    assert statuses == [201] * REGISTRATIONS_A_MINUTE + [429, 429]


def register_from_somewhere(gatehouse: Topology) -> list[int]:
    """Register once more than is allowed, and again, at the replicas in turn, from an address that was never seen."""
    headers = {"Host": gatehouse.url.partition("://")[2], "X-Forwarded-For": f"198.18.{randbelow(256)}.{randbelow(256)}"}
    body = {"redirect_uris": ["http://127.0.0.1:7777/callback"], "token_endpoint_auth_method": "none"}
    doors = [connect(f"http://127.0.0.1:{running.server.port}", **headers) for running in gatehouse.replicas]

    def register(door: httpx2.Client) -> int:
        return door.post("/register", json=body).status_code

    return [register(doors[number % len(doors)]) for number in range(REGISTRATIONS_A_MINUTE + 2)]


@pytest.mark.parametrize(("mode", "version"), [("auto", "2026-07-28"), ("legacy", "2025-11-25")])
def test_the_official_client_signs_in_and_calls_across_the_replicas(
    gatehouse: Topology, simulator: Simulator, tmp_path_factory: pytest.TempPathFactory, mode: str, version: str
) -> None:
    person = Browser(gatehouse.url, simulator).sign_in
    with program("sdk2", [f"{gatehouse.url}/mcp", mode], person, tmp_path_factory.mktemp("client")) as client:
        assert client.do("about")["version"] == version
        assert client.call("get_user_info")["login"] == "alice"
        assert client.call("calculate", operation="power", a=7, b=8)["result"] == "5764801"
        assert client.call("get_github_repos", limit=1)["repositories"]
        client.do("expire")
        assert client.call("calculate", operation="add", a=1, b=1)["result"] == "2"
        assert len(client.asked) == 1


def test_a_real_browser_signs_in_across_the_replicas(gatehouse: Topology, simulator: Simulator) -> None:
    """Over TLS the cookies are ``__Host-`` ones: a browser is the judge of those."""
    with chromium() as browser, visit(browser, any_certificate=True) as window, listener() as waiting:
        client = OAuthClient.register(gatehouse.url, redirect_uris=[waiting.redirect_uri])
        window.page.goto(gatehouse.url + client.authorize_url())
        names = {cookie["name"] for cookie in window.context.cookies() if cookie["secure"] and cookie["path"] == "/"}
        assert names == {"__Host-gatehouse_browser", "__Host-gatehouse_csrf"}
        window.page.get_by_role("button", name="Allow").click()
        window.page.locator('button[name="login"][value="alice"]').click()
        expect(window.page.get_by_text("Back at the program.")).to_be_visible()
        assert client.redeem(waiting.arrival()).status_code == 200
        assert client.call("get_user_info")["structuredContent"]["login"] == "alice"
