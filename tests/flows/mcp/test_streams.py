"""What a call says before its answer, and what becomes of it when its client leaves (MCP basic/transports)."""

import threading
from pathlib import Path

import pytest

from tests.flows.mcp import held_tools
from tests.flows.mcp.house import Event, House, Json, Talker
from tests.support.flow import OAuthClient
from tests.support.processes import wait_until

MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "progressToken": "t",
}


def wait_for(folder: Path, trace: str) -> None:
    """Return once a held tool has left a trace."""
    wait_until((folder / trace).exists, f"the tool never left {trace}")


def modern(talker: Talker, folder: Path) -> tuple[Json, dict[str, str]]:
    """Return a stateless call of ``hold``, and its headers."""
    message = talker.call("hold", folder=str(folder))
    message["params"]["_meta"] = MODERN
    return message, {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "hold"}


def test_progress_comes_before_the_answer_on_one_stream(alice: Talker, tmp_path: Path) -> None:
    with alice.streaming(alice.call("hold", progress=7, request_id="c", folder=str(tmp_path))) as stream:
        first = next(stream)
        assert (first.data, bool(first.id), bool(first.retry)) == ("", True, True)
        progress = next(stream).message
        assert (progress["method"], progress["params"]["progressToken"]) == ("notifications/progress", 7)
        (tmp_path / held_tools.GO).touch()
        answer = next(stream)
        assert (answer.message["id"], answer.message["result"]["isError"]) == ("c", False)
        assert next(stream, None) is None


@pytest.mark.parametrize("version", ["2025-03-26", "2025-06-18"])
def test_older_clients_get_no_empty_event(two: House, signed_in: OAuthClient, tmp_path: Path, version: str) -> None:
    """They choke on it, and cannot come back (TP-33)."""
    talker = two.talker(signed_in)
    talker.initialize(version)
    (tmp_path / held_tools.GO).touch()
    with talker.streaming(talker.call("hold", progress=1, folder=str(tmp_path))) as stream:
        told = list(stream)
    assert [bool(event.data and event.id and not event.retry) for event in told] == [True, True]


@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/json, text/event-stream;q=0"])
def test_who_takes_no_stream_gets_the_answer_alone(alice: Talker, tmp_path: Path, accept: str) -> None:
    (tmp_path / held_tools.GO).touch()
    answer = alice.post(alice.call("hold", progress=1, folder=str(tmp_path)), Accept=accept)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["result"]["isError"] is False


def test_who_takes_a_stream_alone_gets_one(alice: Talker) -> None:
    with alice.streaming({"jsonrpc": "2.0", "id": 9, "method": "ping"}, Accept="text/event-stream") as stream:
        assert [event.message["id"] for event in stream if event.data] == [9]


def test_a_batch_is_answered_on_one_stream(two: House, signed_in: OAuthClient, tmp_path: Path) -> None:
    talker = two.talker(signed_in)
    talker.initialize("2025-03-26")
    (tmp_path / held_tools.GO).touch()
    batch = [
        {"jsonrpc": "2.0", "id": "p", "method": "ping"},
        talker.call("hold", progress=1, request_id="h", folder=str(tmp_path)),
    ]
    with talker.http.stream("POST", "/mcp", json=batch, headers=talker.headers) as response:
        text = response.read().decode()
    messages = [Event(line.removeprefix("data: ")).message for line in text.splitlines() if line.startswith("data: ")]
    assert [message.get("id") for message in messages] == [None, "p", "h"]


def test_an_answer_to_a_question_may_be_posted_to_either_process(alice: Talker, elsewhere: Talker) -> None:
    for answering in (alice, elsewhere):
        with alice.streaming(alice.call("ask_name", folder="-")) as stream:
            asked = next(event.message for event in stream if event.data)
            assert (asked["method"], asked["params"]["message"]) == ("elicitation/create", "Which name?")
            result = {"action": "accept", "content": {"name": "Ada"}}
            accepted = answering.at(answering.http).post({"jsonrpc": "2.0", "id": asked["id"], "result": result})
            assert (accepted.status_code, accepted.content) == (202, b"")
            assert "Ada" in next(stream).message["result"]["content"][0]["text"]


def test_an_answer_from_elsewhere_changes_nothing(two: House, signed_in: OAuthClient, alice: Talker) -> None:
    """Another session of the same person and client, another person, an id that was never given: accepted, and dropped."""
    other = two.talker(signed_in)
    other.initialize()
    bob = two.talker(two.sign_in("bob"), 1)
    bob.initialize()
    with alice.streaming(alice.call("ask_name", folder="-")) as stream:
        asked = next(event.message for event in stream if event.data)
        forged = {"action": "accept", "content": {"name": "Mallory"}}
        for thief in (other, bob):
            assert thief.post({"jsonrpc": "2.0", "id": asked["id"], "result": forged}).status_code == 202
        assert alice.at(two.door(0)).post({"jsonrpc": "2.0", "id": "never.given", "result": forged}).status_code == 202
        honest = {"action": "accept", "content": {"name": "Ada"}}
        alice.at(two.door(1)).post({"jsonrpc": "2.0", "id": asked["id"], "result": honest})
        text = next(stream).message["result"]["content"][0]["text"]
    assert "Ada" in text
    assert "Mallory" not in text


@pytest.mark.parametrize("number", [0, 1])
def test_a_request_is_taken_back_through_either_process(two: House, alice: Talker, tmp_path: Path, number: int) -> None:
    """MCP 2025-11-25 utilities/cancellation: it stops, and is not answered."""
    with alice.streaming(alice.call("hold", progress=1, request_id="slow", folder=str(tmp_path))) as stream:
        assert next(stream).data == ""
        assert next(stream).message["method"] == "notifications/progress"
        by = alice.at(two.door(number))
        assert by.notify("notifications/cancelled", requestId="another").status_code == 202
        assert by.notify("notifications/cancelled", requestId=True).status_code == 202
        assert by.notify("notifications/cancelled", requestId="slow", reason="enough").status_code == 202
        assert list(stream) == []
    wait_for(tmp_path, held_tools.CANCELLED)


def test_only_the_own_session_takes_a_request_back(two: House, signed_in: OAuthClient, alice: Talker, tmp_path: Path) -> None:
    other = two.talker(signed_in)
    other.initialize()
    with alice.streaming(alice.call("hold", progress=1, request_id=5, folder=str(tmp_path))) as stream:
        next(stream)
        assert other.notify("notifications/cancelled", requestId=5).status_code == 202
        other.session_id = None
        assert other.notify("notifications/cancelled", requestId=5).status_code == 202
        (tmp_path / held_tools.GO).touch()
        assert [event.message["id"] for event in stream if '"id"' in event.data] == [5]


def test_a_request_without_a_stream_is_taken_back_too(two: House, alice: Talker, tmp_path: Path) -> None:
    answers = []
    call = alice.call("hold", request_id="quiet", folder=str(tmp_path))
    asking = threading.Thread(target=lambda: answers.append(alice.post(call)))
    asking.start()
    wait_for(tmp_path, held_tools.STARTED)
    alice.at(two.door(1)).notify("notifications/cancelled", requestId="quiet")
    asking.join(20)
    assert [(answer.status_code, answer.content) for answer in answers] == [(202, b"")]
    assert (tmp_path / held_tools.CANCELLED).exists()


def test_delete_stops_what_runs_in_the_session(alice: Talker, elsewhere: Talker, tmp_path: Path) -> None:
    with alice.streaming(alice.call("hold", progress=1, folder=str(tmp_path))) as stream:
        next(stream)
        assert elsewhere.http.delete("/mcp", headers=elsewhere.headers).status_code == 204
        assert [event for event in stream if '"id"' in event.data] == []
    wait_for(tmp_path, held_tools.CANCELLED)


def test_leaving_cancels_a_stateless_request(alice: Talker, tmp_path: Path) -> None:
    """MCP 2026-07-28 streamable-http, Cancellation."""
    message, headers = modern(alice, tmp_path)
    with alice.streaming(message, **headers) as stream:
        assert next(stream).message["method"] == "notifications/progress"
    wait_for(tmp_path, held_tools.CANCELLED)


def test_leaving_cancels_a_stateless_request_that_has_no_stream(two: House, alice: Talker, tmp_path: Path) -> None:
    message, headers = modern(alice, tmp_path)
    connection = two.first.server.connect()
    with connection:
        request = alice.http.build_request(
            "POST", "/mcp", json=message, headers={**alice.headers, **headers, "Accept": "application/json"}
        )
        head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
        connection.sendall(f"POST /mcp HTTP/1.1\r\n{head}\r\n".encode() + request.read())
        wait_for(tmp_path, held_tools.STARTED)
    wait_for(tmp_path, held_tools.CANCELLED)


def test_leaving_cancels_nothing_in_the_handshake_era(alice: Talker, tmp_path: Path) -> None:
    """MCP 2025-11-25 basic/transports: disconnection is not the client cancelling its request."""
    with alice.streaming(alice.call("hold", progress=1, folder=str(tmp_path))) as stream:
        next(stream)
    assert alice.request("ping").status_code == 200
    (tmp_path / held_tools.GO).touch()
    wait_for(tmp_path, held_tools.DONE)
    assert not (tmp_path / held_tools.CANCELLED).exists()


@pytest.mark.parametrize("number", [0, 1])
def test_what_was_missed_is_replayed_by_either_process(two: House, alice: Talker, tmp_path: Path, number: int) -> None:
    """MCP 2025-11-25 basic/transports, Resumability: that stream's events, and on until its answer."""
    with alice.streaming(alice.call("hold", progress=1, request_id="r", folder=str(tmp_path))) as stream:
        first = next(stream)
    with alice.at(two.door(number)).listening(Last_Event_ID=first.id) as resumed:
        assert next(resumed).message["method"] == "notifications/progress"
        (tmp_path / held_tools.GO).touch()
        answer = next(resumed)
        assert (answer.message["id"], answer.message["result"]["isError"]) == ("r", False)
        assert next(resumed, None) is None
    with alice.at(two.door(number)).listening(Last_Event_ID=first.id) as again:
        assert [event.id for event in again][-1] == answer.id


def test_a_stream_that_is_resumed_elsewhere_ends_here(two: House, alice: Talker, tmp_path: Path) -> None:
    """No message is sent on two streams (Multiple Connections)."""
    with alice.streaming(alice.call("hold", progress=1, folder=str(tmp_path))) as stream:
        first = next(stream)
        next(stream)
        with alice.at(two.door(1)).listening(Last_Event_ID=first.id) as resumed:
            next(resumed)
            assert next(stream, None) is None
            (tmp_path / held_tools.GO).touch()
            assert "result" in next(resumed).message


@pytest.mark.parametrize("number", [0, 1])
def test_a_stream_that_is_resumed_twice_is_followed_once(two: House, alice: Talker, tmp_path: Path, number: int) -> None:
    """No message is sent on two streams (Multiple Connections): the newest one has it, in whichever process."""
    with alice.streaming(alice.call("hold", progress=1, folder=str(tmp_path))) as stream:
        first = next(stream)
    with alice.at(two.door(0)).listening(Last_Event_ID=first.id) as older:
        assert next(older).message["method"] == "notifications/progress"
        with alice.at(two.door(number)).listening(Last_Event_ID=first.id) as newer:
            assert next(newer).message["method"] == "notifications/progress"
            assert next(older, None) is None
            (tmp_path / held_tools.GO).touch()
            assert "result" in next(newer).message


def test_nobody_replays_anothers_stream(two: House, signed_in: OAuthClient, alice: Talker, tmp_path: Path) -> None:
    with alice.streaming(alice.call("hold", progress=1, folder=str(tmp_path))) as stream:
        first = next(stream)
    other = two.talker(signed_in)
    other.initialize()
    for event_id in (first.id, "0123456789abcdef-0", "nonsense", f"{first.id}'"):
        refused = other.http.get("/mcp", headers={**other.headers, "Last-Event-ID": event_id})
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, -32600)
    (tmp_path / held_tools.GO).touch()


@pytest.mark.parametrize("number", [0, 1])
def test_a_tool_lets_the_connection_go_and_the_client_comes_back(
    two: House, alice: Talker, tmp_path: Path, number: int
) -> None:
    """SEP-1699: an id, a time to wait, the end; the answer on the stream that is resumed."""
    with alice.streaming(alice.call("let_go", request_id="r", folder=str(tmp_path))) as stream:
        first = next(stream)
        assert (first.data, bool(first.retry)) == ("", True)
        assert next(stream, None) is None
    wait_for(tmp_path, held_tools.STARTED)
    with alice.at(two.door(number)).listening(Last_Event_ID=first.id) as resumed:
        (tmp_path / held_tools.GO).touch()
        assert next(resumed).message["id"] == "r"
        assert next(resumed, None) is None


def test_older_clients_are_not_let_go(two: House, signed_in: OAuthClient, tmp_path: Path) -> None:
    talker = two.talker(signed_in)
    talker.initialize("2025-06-18")
    (tmp_path / held_tools.GO).touch()
    answer = talker.post(talker.call("let_go", folder=str(tmp_path)))
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["result"]["isError"] is False


def test_a_missing_scope_is_told_before_any_stream(alice: Talker) -> None:
    answer = alice.post(alice.call("get_github_repos", progress=1, visibility="private"))
    assert answer.status_code == 403
    assert "insufficient_scope" in answer.headers["www-authenticate"]


def test_a_session_has_one_stream_and_a_newer_one_ends_it(two: House, alice: Talker) -> None:
    with alice.listening() as old, alice.at(two.door(1)).listening():
        assert list(old) == []


def test_a_sessions_stream_ends_with_the_session(two: House, alice: Talker) -> None:
    with alice.listening() as stream:
        other = alice.at(two.door(1))
        assert other.http.delete("/mcp", headers=other.headers).status_code == 204
        assert list(stream) == []


def test_a_stream_must_be_acceptable(alice: Talker) -> None:
    refused = alice.http.get("/mcp", headers={**alice.headers, "Accept": "application/json"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (406, -32600)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_other_methods_are_not_allowed(alice: Talker, method: str) -> None:
    refused = alice.http.request(method, "/mcp", headers=alice.headers)
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, POST, DELETE")


def test_the_stream_is_marked_for_proxies(alice: Talker) -> None:
    with alice.http.stream("GET", "/mcp", headers=alice.headers) as response:
        assert response.headers["x-accel-buffering"] == "no"
        assert response.headers["cache-control"] == "no-cache, no-transform"
