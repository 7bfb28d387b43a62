"""The simulator as a server: where it listens, whom it answers, how it starts and ends."""

import socket
import subprocess
import sys
import threading

import httpx2
import pytest

from oauth_bridge.github.simulator import Simulator, create_app
from oauth_bridge.github.simulator.__main__ import main
from tests.oauth_bridge.github.simulator.conftest import Api

EVERYWHERE = "0.0.0.0"  # noqa: S104  # the very thing that must be refused


@pytest.mark.parametrize("host", [EVERYWHERE, "::", "192.168.1.1", "example.com", ""])
def test_it_listens_on_loopback_only(host: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        Simulator(host=host)


@pytest.mark.parametrize("host", ["example.com", "127.0.0.1.example.com", "localhost.example.com:80", "10.0.0.1", "", "a b"])
def test_it_answers_under_the_names_of_this_machine_only(http: httpx2.Client, host: str) -> None:
    """A name of another site that leads here (DNS rebinding) gets nothing."""
    assert http.get("/api/v3/meta", headers={"host": host}).status_code in (400, 421)


@pytest.mark.parametrize("host", ["localhost", "localhost:80", "127.0.0.1:1", "[::1]:80"])
def test_it_answers_under_every_name_of_this_machine(http: httpx2.Client, host: str) -> None:
    assert http.get("/api/v3", headers={"host": host}).json()["current_user_url"] == f"http://{host}/api/v3/user"


def test_a_body_without_end_is_refused(http: httpx2.Client) -> None:
    assert http.post("/login/oauth/access_token", content=b"a" * 1_000_001).status_code == 413


@pytest.mark.parametrize("path", ["/nowhere", "/alice", "/login/oauth/access_token", "/avatars/u/77"])
def test_other_pages_are_not_there(http: httpx2.Client, path: str) -> None:
    response = http.get(path)
    assert response.status_code == 404
    assert "development only" in response.text


def test_tokens_outlive_a_restart_on_the_same_port() -> None:
    with Simulator() as first:
        port, token = int(first.url.rsplit(":", 1)[1]), first.access_token("alice")
    with Simulator().start(port) as second, httpx2.Client(base_url=second.url, trust_env=False) as http:
        assert second.url == first.url
        assert Api(http, token).get("/user").json()["login"] == "alice"


def test_a_port_in_use_is_an_error_at_once() -> None:
    with Simulator() as running, pytest.raises(OSError, match="in use"):
        Simulator().start(int(running.url.rsplit(":", 1)[1]))


def test_it_starts_once_and_stops_as_often_as_one_likes() -> None:
    simulator = Simulator().start()
    with pytest.raises(RuntimeError, match="already"):
        simulator.start()
    simulator.stop()
    simulator.stop()
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(simulator.url, trust_env=False)
    assert not any(thread.name == "github-simulator" and thread.is_alive() for thread in _own_threads(simulator))


def _own_threads(simulator: Simulator) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread is simulator._thread]


def test_a_hanging_request_does_not_hold_the_end_up() -> None:
    simulator = Simulator().start()
    simulator.fault("/", "hang")
    url = simulator.url
    caller = threading.Thread(target=lambda: httpx2.get(url, timeout=10, trust_env=False))
    caller.start()
    while not simulator.state.faults.holding:
        caller.join(0.01)
    simulator.stop()
    caller.join(5)
    assert not caller.is_alive()


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_the_other_loopback_address_does_as_well() -> None:
    try:
        simulator = Simulator(host="::1").start()
    except OSError:
        pytest.skip("this machine has no ::1")
    with simulator:
        assert httpx2.get(simulator.api_url + "/meta", trust_env=False).status_code == 200


@pytest.mark.asyncio
async def test_the_application_runs_under_any_asgi_server() -> None:
    transport = httpx2.ASGITransport(app=create_app(key=b"k", now=lambda: 1_790_000_000.0))
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        assert (await client.get("/api/v3/meta")).status_code == 200


def test_the_program_says_where_it_is_and_ends_at_ctrl_c() -> None:
    command = [sys.executable, "-m", "oauth_bridge.github.simulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        line = program.stdout.readline()
        assert "development only" in line
        url = line.split(" on ")[1].split(",")[0]
        assert _answers(url)
        program.send_signal(2)
        assert program.wait(10) == 0
        assert program.stderr.read() == ""


def _answers(url: str) -> bool:
    transport = httpx2.HTTPTransport(retries=5)
    with httpx2.Client(transport=transport, trust_env=False) as client:
        return client.get(url).status_code == 200


@pytest.mark.parametrize("arguments", [["--host", EVERYWHERE], ["--port", "70000"], ["--port", "-1"]])
def test_the_program_refuses_with_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 1
    assert capsys.readouterr().err.count("\n") == 1
