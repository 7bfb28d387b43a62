"""Asking in the stateless era over real HTTP, each round at another process (MCP 2026-07-28 basic/patterns/mrtr)."""

import itertools
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.flows.mcp.house import House
from tests.mcpserver.protocol.samples import CAPABILITIES_KEY, MODERN, VERSION_KEY
from tests.support.flow import OAuthClient, close_all

EVERYTHING: dict[str, Any] = {"elicitation": {}, "sampling": {}, "roots": {}}
NAMED = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}


class Caller:
    """One person's client; its requests go to the processes in turn."""

    def __init__(self, house: House, client: OAuthClient) -> None:
        self._doors = itertools.cycle([house.door(number) for number in range(2)])
        self._token = client.tokens["access_token"]

    def post(self, method: str, params: dict[str, Any], *, able: dict[str, Any] = EVERYTHING) -> httpx2.Response:
        meta = {VERSION_KEY: MODERN, CAPABILITIES_KEY: able}
        headers = {
            "Authorization": f"Bearer {self._token}",
            "MCP-Protocol-Version": MODERN,
            "Mcp-Method": method,
            "Mcp-Name": params[NAMED[method]],
            "Accept": "application/json, text/event-stream",
        }
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": meta}}
        return next(self._doors).post("/mcp", json=body, headers=headers)

    def result(self, method: str, params: dict[str, Any], **options: Any) -> dict[str, Any]:
        answer = self.post(method, params, **options)
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()["result"]
        return result

    def refused(self, params: dict[str, Any], **options: Any) -> tuple[int, int]:
        """Return HTTP status and error code of a call."""
        answer = self.post("tools/call", params, **options)
        return answer.status_code, answer.json()["error"]["code"]


@pytest.fixture(scope="module")
def alice(two: House) -> Iterator[Caller]:
    yield Caller(two, two.sign_in())
    close_all()


@pytest.fixture(scope="module")
def bob(two: House) -> Iterator[Caller]:
    yield Caller(two, two.sign_in("bob"))
    close_all()


@pytest.fixture(scope="module")
def alice_elsewhere(two: House) -> Iterator[Caller]:
    """Return another client of Alice's."""
    yield Caller(two, two.sign_in())
    close_all()


HANDLE = {"name": "keep_a_handle", "arguments": {"repository": "a"}}
YES = {"go_on": {"action": "accept", "content": {"sure": True}}}


def test_rounds_go_on_at_any_process(alice: Caller) -> None:
    """Each question is asked once; what was answered travels in the state, which is new each time."""
    params: dict[str, Any] = {"name": "release", "arguments": {"repository": "a"}}
    answers = {
        "Which branch of a?": {"action": "accept", "content": {"branch": "dev"}},
        "Release dev as Rose?": {"action": "accept", "content": {"sure": True}},
        "sampling/createMessage": {"role": "assistant", "model": "m", "content": {"type": "text", "text": "Rose"}},
        "roots/list": {"roots": [{"uri": "file:///a"}]},
    }
    asked, states = [], []
    result = alice.result("tools/call", params)
    while result["resultType"] == "input_required":
        [(key, request)] = result["inputRequests"].items()
        question = request.get("params", {}).get("message") or request["method"]
        asked.append(question)
        states.append(result.get("requestState"))
        state = {"requestState": states[-1]} if states[-1] else {}
        result = alice.result("tools/call", {**params, "inputResponses": {key: answers[question]}, **state})
    assert asked == ["Which branch of a?", "sampling/createMessage", "roots/list", "Release dev as Rose?"]
    assert states[0] is None
    assert len(set(states)) == 4
    assert result["content"][0]["text"] == "released: a dev Rose ['file:///a']"


def test_a_prompt_and_a_resource_ask_as_tools_do(alice: Caller) -> None:
    """MR-01."""
    asked = alice.result("prompts/get", {"name": "introduce"})
    assert (asked["resultType"], list(asked["inputRequests"])) == ("input_required", ["branch"])
    responses: dict[str, Any] = {"branch": {"action": "accept", "content": {"branch": "dev"}}}
    got = alice.result("prompts/get", {"name": "introduce", "inputResponses": responses})
    assert got["messages"][0]["content"]["text"] == "Tell me of dev."
    asked = alice.result("resources/read", {"uri": "asking://places"})
    assert asked["inputRequests"] == {"places": {"method": "roots/list"}}
    assert "ttlMs" not in asked
    responses = {"places": {"roots": [{"uri": "file:///a"}]}}
    read = alice.result("resources/read", {"uri": "asking://places", "inputResponses": responses})
    assert read["contents"][0]["text"] == "file:///a"


def test_a_state_is_good_for_its_person_client_and_request_alone(alice: Caller, bob: Caller, alice_elsewhere: Caller) -> None:
    """MR-04: an error each time, never a new question, and still good for whom it belongs to."""
    state = alice.result("tools/call", HANDLE)["requestState"]
    good = {**HANDLE, "inputResponses": YES, "requestState": state}
    assert bob.refused(good) == (200, -32602)
    assert alice_elsewhere.refused(good) == (200, -32602)
    assert alice.refused({**good, "arguments": {"repository": "b"}}) == (200, -32602)
    assert alice.refused({**good, "name": "release"}) == (200, -32602)
    for forged in (state + "x", state[:-1], state.swapcase(), "", 5, {"a": 1}):
        assert alice.refused({**good, "requestState": forged}) == (200, -32602), forged
    assert alice.result("tools/call", good)["content"][0]["text"] == "h-1 accept"


def test_a_state_may_be_used_again_while_it_lasts(alice: Caller) -> None:
    """The client could as well call and answer twice: a tool that must not do its work twice sees to that (docs/tools.md)."""
    state = alice.result("tools/call", HANDLE)["requestState"]
    good = {**HANDLE, "inputResponses": YES, "requestState": state}
    assert alice.result("tools/call", good)["content"] == alice.result("tools/call", good)["content"]


@pytest.mark.parametrize("responses", [12345, [], "x", {"go_on": 12345}, {"go_on": None}, {"go_on": {"action": "yes"}}])
def test_malformed_answers_are_an_error(alice: Caller, responses: Any) -> None:
    """MR-05."""
    assert alice.refused({**HANDLE, "inputResponses": responses}) == (200, -32602)


def test_no_answers_at_all_ask_again(alice: Caller) -> None:
    for responses in (None, {}, {"other": {"action": "accept"}}):
        assert "go_on" in alice.result("tools/call", {**HANDLE, "inputResponses": responses})["inputRequests"]


def test_what_the_request_did_not_declare_is_an_error_that_names_it(alice: Caller) -> None:
    """MR-03, TP-54: also decided before the tool runs, where it says what it requires."""
    answer = alice.post("tools/call", {"name": "think", "arguments": {}}, able={"elicitation": {}})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == -32021
    assert answer.json()["error"]["data"] == {"requiredCapabilities": {"sampling": {}}}
    answer = alice.post("tools/call", HANDLE, able={"sampling": {}})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, -32021)
    assert answer.json()["error"]["data"] == {"requiredCapabilities": {"elicitation": {"form": {}}}}
    assert alice.post("prompts/get", {"name": "introduce"}, able={}).json()["error"]["code"] == -32021
