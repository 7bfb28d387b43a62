"""``deploy/nginx.conf.template`` at work: what reaches the application through nginx, and what never does.

Two small servers that write down what they hear stand for the replicas.
"""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest

from tests.support import nginx
from tests.support.ports import free_port


class Replica(ThreadingHTTPServer):
    """Answers every request with what it heard; ``/stream`` paths send one event and wait for ``go_on``."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Recorder)
        self.heard: list[str] = []
        self.go_on = threading.Event()


class Recorder(BaseHTTPRequestHandler):
    """One request of a ``Replica``."""

    server: Replica
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with the request, as JSON."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.heard.append(self.path)
        answer = {"path": self.path, "headers": self.headers.items(), "bytes": len(body), "port": self.server.server_port}
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Server", "replica")
        if self.path == "/sse":
            self.send_header("Content-Length", str(len(data) + 5))
            self.end_headers()
            self.wfile.write(b"first")
            self.server.go_on.wait(10)
        else:
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
        self.wfile.write(data)

    do_POST = do_GET  # noqa: N815  the name that BaseHTTPRequestHandler calls

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def replicas() -> Iterator[list[Replica]]:
    """Return two running servers."""
    servers = [Replica(), Replica()]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield servers
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def proxy(replicas: list[Replica], tmp_path_factory: pytest.TempPathFactory) -> Iterator[nginx.Front]:
    """Return nginx with TLS before both servers."""
    ports = [server.server_port for server in replicas]
    with nginx.front(tmp_path_factory.mktemp("nginx"), ports, port=free_port(), tls=True) as running:
        yield running


def ask(
    proxy: nginx.Front, path: str, headers: dict[str, str] | None = None, *, content: bytes | None = None
) -> httpx2.Response:
    """Send a GET, or a POST with ``content``."""
    with httpx2.Client(verify=proxy.trust(), timeout=10) as client:
        return client.request("GET" if content is None else "POST", proxy.url + path, content=content, headers=headers)


def heard(answer: httpx2.Response) -> dict[str, list[str]]:
    """Return the headers that reached the replica, by lower-case name."""
    assert answer.status_code == 200
    found: dict[str, list[str]] = {}
    for name, value in answer.json()["headers"]:
        found.setdefault(name.lower(), []).append(value)
    return found


def test_requests_alternate_between_the_replicas(proxy: nginx.Front) -> None:
    ports = [ask(proxy, "/mcp", content=b"{}").json()["port"] for _ in range(6)]
    assert len(set(ports)) == 2
    assert ports[0] != ports[1]


def test_forwarding_headers_are_written_anew(proxy: nginx.Front) -> None:
    forged = {
        "X-Forwarded-For": "203.0.113.9",
        "X-Forwarded-Proto": "gopher",
        "X-Request-Id": "chosen-by-the-client",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Port": "1",
        "X-Real-IP": "203.0.113.9",
        "Forwarded": "for=203.0.113.9;host=evil.example",
        "Proxy": "http://evil.example",
    }
    headers = heard(ask(proxy, "/", forged))
    assert headers["x-forwarded-for"] == ["127.0.0.1"]
    assert headers["x-forwarded-proto"] == ["https"]
    assert headers["host"] == [f"localhost:{proxy.port}"]
    assert len(headers["x-request-id"]) == 1
    assert headers["x-request-id"] != ["chosen-by-the-client"]
    assert not {"x-forwarded-host", "x-forwarded-port", "x-real-ip", "forwarded", "proxy"} & headers.keys()


def test_headers_with_an_underscore_never_arrive(proxy: nginx.Front) -> None:
    headers = heard(ask(proxy, "/", {"X_Forwarded_For": "203.0.113.9", "Mcp_Session_Id": "stolen", "Mcp-Session-Id": "own"}))
    assert not any("_" in name for name in headers)
    assert headers["mcp-session-id"] == ["own"]


def test_authorization_and_the_path_arrive_as_they_were_sent(proxy: nginx.Front) -> None:
    answer = ask(proxy, "/.well-known/oauth-protected-resource/mcp?a=%2F&b=1", {"Authorization": "Bearer abc"})
    document = answer.json()
    assert document["path"] == "/.well-known/oauth-protected-resource/mcp?a=%2F&b=1"
    assert ["Authorization", "Bearer abc"] in document["headers"]


def test_a_body_beyond_the_limit_never_arrives(proxy: nginx.Front, replicas: list[Replica]) -> None:
    answer = ask(proxy, "/token", content=b"x" * (1024 * 1024 + 1))
    assert answer.status_code == 413
    assert answer.json()["error"] == "invalid_request"
    assert not any("/token" in server.heard for server in replicas)


def test_events_go_out_at_once(proxy: nginx.Front, replicas: list[Replica]) -> None:
    """MCP streams: what the server has sent must not wait in the proxy for more."""
    with httpx2.Client(verify=proxy.trust(), timeout=5) as client, client.stream("GET", f"{proxy.url}/sse") as answer:
        parts = answer.iter_raw()
        assert next(parts) == b"first"
        for server in replicas:
            server.go_on.set()
        assert b"".join(parts).startswith(b"{")


def test_metrics_are_not_for_the_world(proxy: nginx.Front, replicas: list[Replica]) -> None:
    assert [ask(proxy, path).status_code for path in ("/metrics", "/metrics/", "/metrics?x=1")] == [404] * 3
    assert not any(path.startswith("/metrics") for server in replicas for path in server.heard)


def test_no_version_is_shown(proxy: nginx.Front) -> None:
    answers = [ask(proxy, "/"), ask(proxy, "/metrics")]
    assert [answer.headers["Server"] for answer in answers] == ["nginx", "nginx"]
    assert "nginx/" not in answers[1].text


def test_plain_http_leads_to_the_configured_origin(proxy: nginx.Front) -> None:
    """308 keeps a POST a POST; the forged ``Host`` decides nothing."""
    answer = httpx2.post(f"{proxy.plain_url}/mcp?a=1", content=b"{}", headers={"Host": "evil.example"})
    assert answer.status_code == 308
    assert answer.headers["Location"] == f"{proxy.url}/mcp?a=1"


def test_another_host_is_not_served(proxy: nginx.Front, replicas: list[Replica]) -> None:
    assert ask(proxy, "/rebound", {"Host": "evil.example"}).status_code == 421
    assert not any("/rebound" in server.heard for server in replicas)


def test_the_access_log_holds_no_query_and_no_header(proxy: nginx.Front) -> None:
    """OAuth's codes travel in queries, and browsers repeat them in ``Referer``."""
    secret = {"Referer": "https://localhost/?state=secret-state", "Authorization": "Bearer secret-token"}
    ask(proxy, "/callback?code=secret-code", secret)
    ask(proxy, "/next")
    lines = [json.loads(line) for line in proxy.log.read_text().splitlines() if line.startswith("{")]
    (line,) = [line for line in lines if line["path"] == "/callback"]
    assert line["status"] == "200"
    assert line["client"] == "127.0.0.1"
    assert "secret" not in proxy.log.read_text()


def test_replicas_that_are_away_give_503_and_no_query_in_the_log(tmp_path: Path) -> None:
    """nginx's own error lines quote the query of a request whose upstream failed."""
    with nginx.front(tmp_path, [free_port(), free_port()], port=free_port(), tls=True) as lonely:
        answer = ask(lonely, "/callback?code=secret-code")
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
        assert answer.json()["error"] == "temporarily_unavailable"
        ask(lonely, "/")
    assert "secret" not in lonely.log.read_text()


def test_the_other_replica_answers_when_one_is_away(replicas: list[Replica], tmp_path: Path) -> None:
    ports = [free_port(), replicas[0].server_port]
    with nginx.front(tmp_path, ports, port=free_port(), tls=True) as proxy:
        assert [ask(proxy, "/", content=b"{}").status_code for _ in range(4)] == [200] * 4


def test_slow_heads_and_stalled_bodies_are_cut(replicas: list[Replica], tmp_path: Path) -> None:
    """Slowloris: a head must be whole within seconds, and a body must not stall. Honest requests go on meanwhile."""
    ports = [server.server_port for server in replicas]
    with nginx.front(tmp_path, ports, port=free_port()) as proxy:
        head, body = (socket.create_connection(("127.0.0.1", proxy.port), timeout=20) for _ in range(2))
        host = f"Host: localhost:{proxy.port}\r\n".encode()
        head.sendall(b"GET /slow-head HTTP/1.1\r\n" + host)
        body.sendall(b"POST /slow-body HTTP/1.1\r\n" + host + b"Content-Length: 100\r\n\r\n{")
        assert httpx2.get(f"{proxy.url}/").status_code == 200
        with head, body:
            assert ended(body)
            assert ended(head)
    assert not any(path.startswith("/slow") for server in replicas for path in server.heard)


def ended(connection: socket.socket) -> bool:
    """Wait until the server closes, however abruptly; a time-out (20 s) is an error."""
    try:
        while data := connection.recv(4096):
            assert not data.startswith(b"HTTP/1.1 200")
    except ConnectionResetError:
        pass
    return True
