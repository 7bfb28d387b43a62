"""Transport sessions of the handshake era (MCP 2025-11-25 basic/transports, Session Management), in two processes."""

import string

import pytest

from tests.flows.mcp.house import House, Talker
from tests.support.flow import OAuthClient
from tests.support.processes import wait_until


def test_initialize_brings_an_id_that_nobody_guesses(two: House, signed_in: OAuthClient) -> None:
    talker = two.talker(signed_in)
    found = {talker.initialize().headers["mcp-session-id"] for _ in range(3)}
    assert len(found) == 3
    for session_id in found:
        assert len(session_id) >= 43
        assert set(session_id) <= set(string.ascii_letters + string.digits + "-_")


def test_a_session_is_known_in_every_process(alice: Talker, elsewhere: Talker) -> None:
    assert alice.request("ping").json()["result"] == {}
    assert elsewhere.request("ping").json()["result"] == {}


def test_an_unknown_session_is_not_found(alice: Talker) -> None:
    alice.session_id = "x" * 43
    answer = alice.request("ping")
    assert (answer.status_code, answer.json()["error"]["code"], answer.json()["id"]) == (404, -32600, 2)


def test_a_stolen_id_is_worth_nothing_to_another_person(two: House, alice: Talker, elsewhere: Talker) -> None:
    """MCP 2025-11-25 security best practices, Session Hijacking: nor is it to the same person by another client."""
    bob = two.sign_in("bob").tokens["access_token"]
    second_client = two.sign_in("alice").tokens["access_token"]
    for token in (bob, second_client):
        for thief in (alice.at(alice.http, token=token), elsewhere.at(elsewhere.http, token=token)):
            assert thief.request("ping").status_code == 404
            assert thief.notify("notifications/initialized").status_code == 404
            assert thief.http.delete("/mcp", headers=thief.headers).status_code == 404
            assert thief.http.get("/mcp", headers=thief.headers).status_code == 404
    assert alice.request("ping").status_code == 200


def test_delete_ends_a_session_in_every_process(alice: Talker, elsewhere: Talker) -> None:
    assert elsewhere.request("ping").status_code == 200
    ended = alice.http.delete("/mcp", headers=alice.headers)
    assert (ended.status_code, ended.content) == (204, b"")
    assert alice.request("ping").status_code == 404
    wait_until(lambda: elsewhere.request("ping").status_code == 404, "the other process still knows the session")
    assert alice.http.delete("/mcp", headers=alice.headers).status_code == 404


def test_without_the_header_a_request_is_served_all_the_same(alice: Talker) -> None:
    """Some clients lose it; then nothing can be asked of them, and nothing is told (TP-37)."""
    alice.session_id = None
    assert alice.request("tools/list").status_code == 200
    assert alice.http.get("/mcp", headers=alice.headers).status_code == 400
    assert alice.http.delete("/mcp", headers=alice.headers).status_code == 400


def test_initialize_pays_no_heed_to_a_session_that_is_over(alice: Talker) -> None:
    alice.session_id = "over"
    alice.initialize()
    assert alice.session_id != "over"


@pytest.mark.parametrize("version", ["2025-03-26", "2025-06-18", "2025-11-25", None])
def test_the_settled_version_counts(alice: Talker, version: str | None) -> None:
    alice.version = version
    assert alice.request("ping").status_code == 200


@pytest.mark.parametrize("version", ["1999-01-01", "2026-07-28x", ""])
def test_a_version_that_is_not_served_is_refused(alice: Talker, version: str) -> None:
    alice.version = version or "nonsense"
    assert alice.request("ping").status_code == 400
    assert alice.http.get("/mcp", headers=alice.headers).status_code == 400


def test_a_batch_is_judged_by_the_sessions_revision(two: House, signed_in: OAuthClient) -> None:
    talker = two.talker(signed_in)
    batch = [{"jsonrpc": "2.0", "id": number, "method": "ping"} for number in (1, 2)]
    talker.initialize("2025-03-26")
    talker.version = None
    assert [entry["id"] for entry in talker.post(batch).json()] == [1, 2]
    talker.session_id = None
    talker.initialize("2025-11-25")
    talker.version = None
    assert talker.post(batch).status_code == 400


def test_a_stateless_request_ignores_a_session_and_makes_none(alice: Talker) -> None:
    """MCP 2026-07-28 streamable-http, Earlier Revisions."""
    alice.session_id, alice.version = "nonsense", "2026-07-28"
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": meta}}
    answer = alice.post(message, **{"Mcp-Method": "tools/list", "Last-Event-ID": "x"})
    assert answer.status_code == 200
    assert "mcp-session-id" not in answer.headers
    for method in ("GET", "DELETE"):
        refused = alice.http.request(method, "/mcp", headers=alice.headers)
        assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
