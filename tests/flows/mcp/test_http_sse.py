"""HTTP+SSE, the transport of 2024-11-05: a stream at ``/sse``, messages to ``/messages``, by either of two processes."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.clients.program import program
from tests.flows.mcp import held_tools
from tests.flows.mcp.house import Event, House, Json, events
from tests.support.elsewhere import SimulatorElsewhere
from tests.support.flow import Browser, OAuthClient, close_all, query
from tests.support.processes import wait_until


def bearer(client: OAuthClient) -> dict[str, str]:
    """Return the header that names the caller."""
    return {"Authorization": f"Bearer {client.tokens['access_token']}"}


@contextmanager
def stream(two: House, client: OAuthClient) -> Iterator[tuple[str, Iterator[Event]]]:
    """Open a stream at the first process; yield the address that it tells, and its other events."""
    headers = {**bearer(client), "Accept": "text/event-stream"}
    with two.door(0) as http, http.stream("GET", "/sse", headers=headers) as response:
        told = events(response)
        first = next(told)
        assert first.event == "endpoint"
        yield first.data, told


def request(method: str, request_id: object = 1, **params: object) -> Json:
    """Return a request."""
    return {"jsonrpc": "2.0", "id": request_id, "method": method, "params": params}


def initialize(version: str, **capabilities: object) -> Json:
    """Return the first request of a session."""
    info = {"name": "t", "version": "1"}
    return request("initialize", protocolVersion=version, capabilities=capabilities, clientInfo=info)


def post(two: House, number: int, address: str, client: OAuthClient, message: object) -> httpx2.Response:
    """Post a message at one process."""
    with two.door(number) as http:
        return http.post(address, json=message, headers=bearer(client))


def is_gone(two: House, number: int, address: str, client: OAuthClient) -> bool:
    """Return whether an address is unknown to a process."""
    return post(two, number, address, client, request("ping")).status_code == 404


@pytest.mark.parametrize("version", ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
@pytest.mark.parametrize("number", [0, 1])
def test_every_revision_with_a_handshake_is_settled_here(two: House, signed_in: OAuthClient, version: str, number: int) -> None:
    """SSE-08; the answer comes on the stream, whichever process took the question."""
    with stream(two, signed_in) as (address, told):
        assert address.startswith("/messages?session_id=")
        accepted = post(two, number, address, signed_in, initialize(version))
        assert (accepted.status_code, accepted.content) == (202, b"")
        answer = next(told)
        assert (answer.event, answer.id) == ("message", "")
        assert answer.message["result"]["protocolVersion"] == version
        post(two, number, address, signed_in, {"jsonrpc": "2.0", "method": "notifications/initialized"})
        arguments = {"operation": "add", "a": 1, "b": 1}
        post(two, number, address, signed_in, request("tools/call", "c", name="calculate", arguments=arguments))
        called = next(told).message
        assert called["id"] == "c"
        assert "2" in called["result"]["content"][0]["text"]


def test_the_stateless_revision_is_not_to_be_had_here(two: House, signed_in: OAuthClient) -> None:
    with stream(two, signed_in) as (address, told):
        post(two, 0, address, signed_in, initialize("2026-07-28"))
        assert next(told).message["result"]["protocolVersion"] == "2025-11-25"
        meta = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}
        assert post(two, 0, address, signed_in, request("tools/list", 2, _meta=meta)).status_code == 202
        assert "error" in next(told).message


@pytest.mark.parametrize("number", [0, 1])
def test_a_question_is_asked_on_the_stream_and_answered_by_a_post(two: House, signed_in: OAuthClient, number: int) -> None:
    with stream(two, signed_in) as (address, told):
        post(two, 0, address, signed_in, initialize("2025-06-18", elicitation={}))
        next(told)
        post(two, 0, address, signed_in, request("tools/call", "q", name="ask_name", arguments={"folder": "-"}))
        asked = next(told).message
        assert asked["method"] == "elicitation/create"
        result = {"action": "accept", "content": {"name": "Ada"}}
        post(two, number, address, signed_in, {"jsonrpc": "2.0", "id": asked["id"], "result": result})
        assert "Ada" in next(told).message["result"]["content"][0]["text"]


def test_the_address_alone_opens_nothing(two: House, signed_in: OAuthClient) -> None:
    """SSE-05: each POST is by the stream's own person and client."""
    bob = two.sign_in("bob")
    with stream(two, signed_in) as (address, _told):
        for number in (0, 1):
            assert post(two, number, address, bob, request("ping")).status_code == 404
            with two.door(number) as http:
                challenged = http.post(address, json=request("ping"))
            assert challenged.status_code == 401
            assert "/.well-known/oauth-protected-resource/sse" in challenged.headers["www-authenticate"]
        session_id = query(address)["session_id"]
        talker = two.talker(signed_in)
        talker.session_id = session_id
        assert talker.request("ping").status_code == 404, "the other transport's session"


def test_an_unknown_address_is_not_found(two: House, signed_in: OAuthClient) -> None:
    for address in ("/messages", "/messages?session_id=", "/messages?session_id=x", "/messages?session_id=a&session_id=b"):
        assert post(two, 0, address, signed_in, request("ping")).status_code == 404


def test_the_session_ends_with_its_stream(two: House, signed_in: OAuthClient, tmp_path: Path) -> None:
    with stream(two, signed_in) as (address, told):
        post(two, 1, address, signed_in, initialize("2024-11-05"))
        next(told)
        post(two, 1, address, signed_in, request("tools/call", 2, name="hold", arguments={"folder": str(tmp_path)}))
        wait_until((tmp_path / held_tools.STARTED).exists, "the call never began")
    wait_until((tmp_path / held_tools.CANCELLED).exists, "the call went on without its stream")
    for number in (0, 1):
        wait_until(
            partial(is_gone, two, number, address, signed_in),
            "the session outlived its stream",
        )


@pytest.mark.parametrize("number", [0, 1])
def test_a_message_whose_stream_ends_while_it_is_sent_does_nothing(
    two: House, signed_in: OAuthClient, tmp_path: Path, number: int
) -> None:
    body = json.dumps(request("tools/call", 2, name="hold", arguments={"folder": str(tmp_path)})).encode()
    host = urlsplit(two.urls[number])
    with socket.create_connection((host.hostname, host.port), timeout=20) as connection:
        with stream(two, signed_in) as (address, told):
            post(two, number, address, signed_in, initialize("2024-11-05"))
            next(told)
            head = f"POST {address} HTTP/1.1\r\nHost: localhost:{host.port}\r\nContent-Type: application/json\r\n"
            head += f"Authorization: {bearer(signed_in)['Authorization']}\r\nContent-Length: {len(body)}\r\n\r\n"
            connection.sendall(head.encode() + body[:1])
        wait_until(partial(is_gone, two, number, address, signed_in), "the session outlived its stream")
        connection.sendall(body[1:])
        assert connection.recv(100).split(b" ")[1] == b"404"
    assert not (tmp_path / held_tools.STARTED).exists()


def test_a_request_is_taken_back(two: House, signed_in: OAuthClient, tmp_path: Path) -> None:
    with stream(two, signed_in) as (address, told):
        post(two, 0, address, signed_in, initialize("2024-11-05"))
        next(told)
        post(two, 0, address, signed_in, request("tools/call", "h", name="hold", arguments={"folder": str(tmp_path)}))
        wait_until((tmp_path / held_tools.STARTED).exists, "the call never began")
        cancelled = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "h"}}
        post(two, 1, address, signed_in, cancelled)
        wait_until((tmp_path / held_tools.CANCELLED).exists, "the call went on")
        post(two, 0, address, signed_in, request("ping", "after"))
        assert next(told).message["id"] == "after"


def test_refusals(two: House, signed_in: OAuthClient) -> None:
    with two.door(0) as http:
        for method in ("POST", "DELETE", "PUT"):
            refused = http.request(method, "/sse", headers=bearer(signed_in), json={})
            assert (refused.status_code, refused.headers["allow"]) == (405, "GET")
        assert http.get("/sse", headers={**bearer(signed_in), "Accept": "application/json"}).status_code == 406
        challenged = http.get("/sse")
        assert challenged.status_code == 401
        assert "/.well-known/oauth-protected-resource/sse" in challenged.headers["www-authenticate"]
        document = http.get("/.well-known/oauth-protected-resource/sse").json()
        assert document["resource"] == f"{two.first.url}/sse"
        assert http.post("/sse", json={}).status_code == 401
        foreign = {**bearer(signed_in), "Origin": "https://evil.example"}
        assert http.get("/sse", headers=foreign).status_code == 403
    with stream(two, signed_in) as (address, told), two.door(0) as http:
        headers = bearer(signed_in)
        refused = http.get(address, headers=headers)
        assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
        assert http.post(address, content=b"{}", headers={**headers, "Content-Type": "text/plain"}).status_code == 415
        assert http.post(address, content=b"{", headers={**headers, "Content-Type": "application/json"}).status_code == 400
        private = request("tools/call", 3, name="get_github_repos", arguments={"visibility": "private"})
        assert http.post(address, json=private, headers=headers).status_code == 403
        assert http.post(address, json=request("nope", "n"), headers=headers).status_code == 202
        assert next(told).message["error"]["code"] == -32601


def test_an_old_official_client_signs_in_and_calls_a_tool(two: House, tmp_path: Path) -> None:
    browser = Browser(two.first.url, SimulatorElsewhere(two.first.simulator_url))
    with program("sdk1", [f"{two.first.url}/sse"], browser.sign_in, tmp_path) as client:
        assert client.do("about")["version"] == "2025-11-25"
        assert client.call("calculate", operation="power", a=7, b=8)["result"] == "5764801"
        assert query(client.asked[0])["resource"] == f"{two.first.url}/sse"
    close_all()
