"""Texts that a database takes ill, wherever one of a client's comes near a table: a NUL, and a megabyte."""

import json

import pytest

from mcpserver.models import Note, TransportSession
from tests.conftest import Live
from tests.support.flow import OAuthClient, signed_in
from tests.support.listening import Events, listen_request, modern_headers
from tests.support.listening import TransportSession as InSession

NUL = "\0"


@pytest.fixture
def client(live: Live) -> OAuthClient:
    return signed_in(live.url, live.simulator)


@pytest.mark.parametrize("member", ["capabilities", "clientInfo"])
@pytest.mark.parametrize("declared", [{"name": f"a{NUL}"}, {f"a{NUL}": 1}, {"a": [f"\\{NUL}"]}])
def test_what_a_client_declares_may_hold_no_nul(client: OAuthClient, member: str, declared: object) -> None:
    answer = client.mcp(
        "initialize", **{"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {}, member: declared}
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (200, -32602)
    assert not TransportSession.objects.exists()


def test_a_backslash_before_u0000_is_no_nul(client: OAuthClient) -> None:
    answer = client.mcp("initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo={"name": "\\u0000"})
    assert answer.status_code == 200
    assert TransportSession.objects.get().client_info == {"name": "\\u0000"}


@pytest.mark.parametrize("request_id", [f"a{NUL}", "a" * 500_000, 10**900])
def test_a_request_that_is_taken_back_costs_a_small_note(client: OAuthClient, request_id: str | int) -> None:
    session = InSession(client)
    body = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": request_id}}
    answer = client.http.post("/mcp", json=body, headers=session.headers())
    assert answer.status_code == 202, answer.text
    assert all(len(json.dumps(note.payload)) < 400 for note in Note.objects.filter(kind="cancel"))


def test_a_uri_with_a_nul_is_refused(client: OAuthClient) -> None:
    session = InSession(client)
    for method in ("resources/subscribe", "resources/unsubscribe"):
        assert session.post(method, uri=f"github://user/{NUL}").json()["error"]["code"] == -32602


def test_a_task_with_a_nul_is_unknown(client: OAuthClient) -> None:
    body = listen_request({"taskIds": [f"a{NUL}"], "toolsListChanged": True})
    able = {"extensions": {"io.modelcontextprotocol/tasks": {}}}
    body["params"]["_meta"] = {**body["params"]["_meta"], "io.modelcontextprotocol/clientCapabilities": able}
    with client.http.stream("POST", "/mcp", json=body, headers=modern_headers(client)) as response:
        told = Events(response).next()["params"]
    assert told["notifications"] == {"toolsListChanged": True, "taskIds": []}
