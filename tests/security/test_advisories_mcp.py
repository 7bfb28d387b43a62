"""Advisories on the MCP endpoint: who may talk to it, and what survives a bad request."""

import json
import socket
import time
from urllib.parse import urlsplit

import pytest

from tests.conftest import Live
from tests.security.whoami import MCP, login_in, whoami
from tests.support.flow import OAuthClient, connect, signed_in
from tests.support.raw import ask

QUICKLY = 0.5


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "169.254.169.254", "[::ffff:7f00:1]"])
def test_cve_2025_66416_and_cve_2025_66414_a_rebound_name_is_not_served(live: Live, host: str) -> None:
    """Python and TypeScript SDK: no check of ``Host`` and ``Origin``, so a web page could talk to a server on loopback."""
    client = signed_in(live.url, live.simulator)
    assert whoami(client, Host=host).status_code in {400, 421}
    assert whoami(client, Host=f"{host}:{urlsplit(live.url).port}").status_code in {400, 421}
    assert whoami(client, Origin=f"https://{host}").status_code == 403
    assert login_in(whoami(client, Origin=live.url)) == "alice"


BAD = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"x"',
    b"\xff\xfe{\x00",
    b'{"jsonrpc":"2.0"}',
    b'{"jsonrpc":"2.0","id":{},"method":"tools/list"}',
    b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":7}}',
    b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":null}',
    b'{"jsonrpc":"2.0","id":1,"result":{}}',
    b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":[]}}',
    b'{"jsonrpc":"2.0","id":NaN,"method":"ping"}',
    b"[" * 100_000,
    b'{"jsonrpc":"2.0","id":1,"method":"' + b"x" * 900_000 + b'"}',
]


def test_cve_2025_53365_and_cve_2025_53366_one_bad_request_ends_nothing(live: Live) -> None:
    """Python SDK: a request that could not be read, or a client that hung up, took the server along for everybody."""
    client = signed_in(live.url, live.simulator)
    lines = [f"{name}: {value}" for name, value in MCP.items()] + [f"Authorization: Bearer {client.tokens['access_token']}"]
    for body in BAD:
        answer = ask(live.url, "POST", b"/mcp", headers=tuple(lines), body=body)
        assert 200 <= answer.status < 500, body[:60]
        assert "Traceback" not in answer.body
        assert login_in(whoami(client)) == "alice"
    parts = urlsplit(live.url)
    head = "\r\n".join((f"POST /mcp HTTP/1.1\r\nHost: {parts.netloc}", *lines, "Content-Length: 400", "", "")).encode()
    for sent in (head[:40], head, head + b'{"jsonrpc"'):
        with socket.create_connection(("127.0.0.1", parts.port or 80)) as connection:
            connection.sendall(sent)
        assert login_in(whoami(client)) == "alice"


def test_cve_2026_0621_no_text_makes_a_pattern_go_round_in_circles(live: Live) -> None:
    """TypeScript SDK: an expression built from a URI template needed exponential time."""
    client = signed_in(live.url, live.simulator)
    texts = [
        "/" * 50_000,
        "{" * 50_000,
        "a," * 25_000,
        "1" * 50_000 + "x",
        " " * 50_000 + "x",
        "=?" + "A" * 50_000,
        "%" * 50_000,
    ]
    for text in texts:
        for method, params in (
            ("resources/read", {"uri": f"file://{text}"}),
            ("tools/call", {"name": text, "arguments": {}}),
            ("tools/call", {"name": "calculate", "arguments": {"operation": "add", "a": text, "b": text}}),
            ("tools/list", {"cursor": text}),
        ):
            started = time.monotonic()
            answer = client.mcp(method, **params)
            assert answer.status_code < 500
            assert time.monotonic() - started < QUICKLY, (method, text[:3])


def test_cve_2025_6514_metadata_is_ours_and_nobody_elses(live: Live) -> None:
    """mcp-remote ran the ``authorization_endpoint`` of a server in a shell: nobody else may choose what a client opens."""
    OAuthClient.register(live.url, client_uri="https://evil.example/$(calc)", redirect_uris=["https://evil.example/a?b=$(c)"])
    http = connect(live.url)
    forged = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "X-Forwarded-Prefix": "/$(calc)"}
    for path in ("oauth-authorization-server", "oauth-protected-resource", "oauth-protected-resource/mcp"):
        document = http.get(f"/.well-known/{path}", headers=forged).json()
        urls = [value for value in document.values() if isinstance(value, str) and "://" in value]
        urls += document.get("authorization_servers", [])
        assert urls
        assert all(url == live.url or url.startswith(f"{live.url}/") for url in urls)
        assert not set("$`;|&<>'\" ") & set("".join(urls))
        assert "evil" not in json.dumps(document)
    challenge = http.post("/mcp", json={}, headers={**MCP, **forged}).headers["www-authenticate"]
    assert f'resource_metadata="{live.url}/.well-known/oauth-protected-resource/mcp"' in challenge
