"""Calls that go on as tasks, over real HTTP, each request at another process than the one before (SEP-2663)."""

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from django.utils import timezone

from mcpserver.tasks import store
from mcpserver.tasks.model import Task
from oauth_bridge import sessions
from oauth_bridge.github.simulator.server import Simulator
from oauth_bridge.models import Session
from tests.mcpserver.protocol.samples import CAPABILITIES_KEY, MODERN, VERSION_KEY
from tests.support.flow import OAuthClient, close_all, signed_in
from tests.support.listening import SUBSCRIPTION_ID, Events
from tests.support.processes import wait_until
from tests.support.replicas import House, open_town, replicas

pytestmark = pytest.mark.django_db(transaction=True)

EXTENSION = "io.modelcontextprotocol/tasks"
ABLE = {"extensions": {EXTENSION: {}}, "elicitation": {"form": {}}}
UNKNOWN = -32602


@pytest.fixture
def house(simulator: Simulator, tmp_path: Any) -> Iterator[House]:
    """Return two running replicas that offer the fixtures' tools."""
    open_town()
    with replicas(tmp_path, simulator, 2, DJANGO_SETTINGS_MODULE="tests.conformance.settings") as running:
        yield running
    close_all()


class Caller:
    """A client of the stateless era that asks the replicas in turn."""

    def __init__(self, house: House, client: OAuthClient) -> None:
        self._doors = itertools.cycle([house.door(number) for number in range(len(house.replicas))])
        self._client = client

    def post(
        self, method: str, params: dict[str, Any], *, able: dict[str, Any] = ABLE, name: str | None = None
    ) -> httpx2.Response:
        body, headers = self._request(method, params, able, name)
        return next(self._doors).post("/mcp", json=body, headers=headers)

    def _request(
        self, method: str, params: dict[str, Any], able: dict[str, Any], name: str | None
    ) -> tuple[dict[str, Any], dict[str, str]]:
        meta = {VERSION_KEY: MODERN, CAPABILITIES_KEY: able}
        named = name or params.get("taskId") or params.get("name")
        headers = {
            "Authorization": f"Bearer {self._client.tokens['access_token']}",
            "MCP-Protocol-Version": MODERN,
            "Mcp-Method": method,
            "Accept": "application/json, text/event-stream",
        }
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": meta}}
        return body, headers if named is None else {**headers, "Mcp-Name": named}

    def listening(self, params: dict[str, Any]) -> AbstractContextManager[httpx2.Response]:
        body, headers = self._request("subscriptions/listen", params, ABLE, None)
        return next(self._doors).stream("POST", "/mcp", json=body, headers=headers)

    def result(self, method: str, **params: Any) -> dict[str, Any]:
        answer = self.post(method, params)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()["result"]
        return found

    def begin(self, tool: str, **arguments: Any) -> str:
        """Call a tool and return the id of the task that answers."""
        result = self.result("tools/call", name=tool, arguments=arguments)
        assert result["resultType"] == "task", result
        assert not result.keys() & {"result", "error", "inputRequests", "requestState"}
        task_id: str = result["taskId"]
        return task_id

    def get(self, task_id: str) -> dict[str, Any]:
        result = self.result("tasks/get", taskId=task_id)
        assert result["resultType"] == "complete"
        return result

    def cancel(self, task_id: str) -> dict[str, Any]:
        return self.result("tasks/cancel", taskId=task_id)

    def until(self, task_id: str, status: str) -> dict[str, Any]:
        """Poll until the task has that status."""
        wait_until(lambda: self.get(task_id)["status"] == status, f"the task never was {status}")
        return self.get(task_id)


@pytest.fixture
def alice(house: House, simulator: Simulator) -> Caller:
    return Caller(house, signed_in(house.url, simulator))


def code(answer: httpx2.Response) -> int:
    number: int = answer.json()["error"]["code"]
    return number


def test_a_task_is_found_and_completes_whichever_process_is_asked(alice: Caller) -> None:
    task_id = alice.begin("slow_compute", seconds=0.3, label="It")
    assert alice.get(task_id)["status"] == "working"
    done = alice.until(task_id, "completed")
    assert done["result"]["content"][0]["text"] == "It took 0.3 seconds."
    assert isinstance(done["ttlMs"], int)
    assert isinstance(done["pollIntervalMs"], int)
    row = Task.objects.get(pk=task_id)
    assert b"took" not in bytes(row.sealed_outcome or b"")


def test_a_failing_tool_completes(alice: Caller) -> None:
    done = alice.until(alice.begin("failing_job"), "completed")
    assert done["result"]["isError"] is True


def test_answers_reach_the_work_from_another_process(alice: Caller) -> None:
    """Partial answers, unknown ones, the same one twice (SEP-2663, Task Input Requests)."""
    task_id = alice.begin("multi_input")
    asked = alice.until(task_id, "input_required")["inputRequests"]
    assert set(asked) == {"name", "confirm"}
    name = {"action": "accept", "content": {"name": "Alice"}}
    acknowledged = alice.result("tasks/update", taskId=task_id, inputResponses={"name": name, "nonsense": {}})
    assert set(acknowledged) == {"resultType", "_meta"}
    assert set(alice.get(task_id)["inputRequests"]) == {"confirm"}
    alice.result("tasks/update", taskId=task_id, inputResponses={"name": {"action": "decline"}})
    alice.result("tasks/update", taskId=task_id, inputResponses={"confirm": {"action": "decline"}})
    done = alice.until(task_id, "completed")
    assert done["result"]["content"][0]["text"] == "accept and decline."


def test_an_answer_that_does_not_fit_is_asked_for_again_under_another_key(alice: Caller) -> None:
    task_id = alice.begin("confirm_delete")
    (first,) = alice.until(task_id, "input_required")["inputRequests"]
    wrong = {"action": "accept", "content": {"confirm": "perhaps"}}
    alice.result("tasks/update", taskId=task_id, inputResponses={first: wrong})
    wait_until(lambda: first not in alice.get(task_id).get("inputRequests", {first: 0}), "it was not asked again")
    (second,) = alice.get(task_id)["inputRequests"]
    right = {"action": "accept", "content": {"confirm": True}}
    alice.result("tasks/update", taskId=task_id, inputResponses={second: right, first: right})
    assert "deleted" in alice.until(task_id, "completed")["result"]["content"][0]["text"]


def test_cancelling_reaches_the_work_and_is_final(alice: Caller, house: House) -> None:
    task_id = alice.begin("slow_compute", seconds=100)
    for _ in range(3):
        assert set(alice.result("tasks/cancel", taskId=task_id)) == {"resultType", "_meta"}
    assert alice.get(task_id)["status"] == "cancelled"
    output: Callable[[], str] = lambda: "".join(replica.server.output for replica in house.replicas)  # noqa: E731
    wait_until(lambda: "tool=slow_compute outcome=cancelled" in output(), "the work went on")
    alice.result("tasks/update", taskId=task_id, inputResponses={})
    assert alice.get(task_id)["status"] == "cancelled"


def test_a_question_first_and_a_task_second(alice: Caller) -> None:
    """The call itself asks (multi round-trip), and what answers the next round is a task."""
    asked = alice.result("tools/call", name="test_tool_with_task", arguments={})
    assert (asked["resultType"], list(asked["inputRequests"])) == ("input_required", ["user_name"])
    assert "taskId" not in asked
    answers = {"user_name": {"action": "accept", "content": {"name": "Ada"}}}
    begun = alice.result("tools/call", name="test_tool_with_task", arguments={}, inputResponses=answers)
    assert begun["resultType"] == "task"
    done = alice.until(begun["taskId"], "completed")
    assert done["result"]["content"][0]["text"] == "Hello, Ada, from a task."


def test_changes_are_told_to_who_listens_at_another_process(alice: Caller, house: House) -> None:
    """SEP-2663, Task Status Notifications: the whole task, and nothing of tasks that are not one's own."""
    task_id = alice.begin("confirm_delete")
    alice.until(task_id, "input_required")
    wanted = {"notifications": {"taskIds": [task_id, "somebody-elses"]}}
    refused = alice.post("subscriptions/listen", wanted, able={})
    assert (refused.status_code, code(refused)) == (400, -32021)
    with alice.listening(wanted) as stream:
        events = Events(stream)
        assert events.next()["params"]["notifications"] == {"taskIds": [task_id]}
        (key,) = alice.get(task_id)["inputRequests"]
        alice.result("tasks/update", taskId=task_id, inputResponses={key: {"action": "decline"}})
        told = [events.next()]
        while told[-1]["params"]["status"] != "completed":
            told.append(events.next())
    assert {message["method"] for message in told} == {"notifications/tasks"}
    last = told[-1]["params"]
    assert last["_meta"] == {SUBSCRIPTION_ID: 1}
    now = alice.get(task_id)
    del now["_meta"], now["resultType"], last["_meta"]
    assert last == now


def test_without_the_extension_nothing_is_a_task(alice: Caller) -> None:
    """SEP-2663, Capability Negotiation: per request, whatever was declared before."""
    task_id = alice.begin("slow_compute", seconds=0)
    sync = alice.post("tools/call", {"name": "slow_compute", "arguments": {"seconds": 0}}, able={}).json()["result"]
    assert (sync["resultType"], "taskId" in sync) == ("complete", False)
    refused = alice.post("tools/call", {"name": "failing_job", "arguments": {}}, able={})
    assert (refused.status_code, code(refused)) == (400, -32021)
    assert refused.json()["error"]["data"]["requiredCapabilities"] == {"extensions": {EXTENSION: {}}}
    for method in ("tasks/get", "tasks/update", "tasks/cancel"):
        answer = alice.post(method, {"taskId": task_id, "inputResponses": {}}, able={})
        assert (answer.status_code, code(answer)) == (400, -32021)
    for method in ("tasks/result", "tasks/list"):
        answer = alice.post(method, {"taskId": task_id})
        assert (answer.status_code, code(answer)) == (404, -32601)
    mismatch = alice.post("tasks/get", {"taskId": task_id}, name="another")
    assert (mismatch.status_code, code(mismatch)) == (400, -32020)


def test_a_task_is_unknown_to_everybody_else(alice: Caller, house: House, simulator: Simulator) -> None:
    """Another person, and the same person through another client, with the id in hand; and after the sign-in has ended."""
    from oauth_bridge.models import AllowRule

    AllowRule.objects.create(login="bob")
    task_id = alice.begin("slow_compute", seconds=100)
    others = [Caller(house, signed_in(house.url, simulator, login=login)) for login in ("alice", "bob")]
    for other in others:
        for method in ("tasks/get", "tasks/update", "tasks/cancel"):
            answer = other.post(method, {"taskId": task_id, "inputResponses": {}})
            assert (answer.status_code, code(answer)) == (200, UNKNOWN)
    assert alice.get(task_id)["status"] == "working"
    sessions.end(Session.objects.filter(pk=Task.objects.get(pk=task_id).session_id), Session.EndReason.OPERATOR)
    wait_until(lambda: Task.objects.get(pk=task_id).status == "cancelled", "the work went on after the sign-in had ended")
    assert alice.post("tasks/get", {"taskId": task_id}).status_code == 401


def test_tasks_of_a_process_that_dies_have_failed(alice: Caller, house: House) -> None:
    """What was completed stays; what ran has failed once the lease is over, whoever reads it."""
    kept = alice.begin("slow_compute", seconds=0)
    alice.until(kept, "completed")
    lost = alice.begin("slow_compute", seconds=100)
    for replica in house.replicas:
        replica.server.process.kill()
        replica.server.process.wait()
        replica.start()
    assert alice.get(lost)["status"] == "working"
    Task.objects.filter(pk=lost).update(lease_until=timezone.now() - timedelta(seconds=1))
    failed = alice.get(lost)
    assert (failed["status"], failed["error"]["code"]) == ("failed", -32603)
    assert alice.get(kept)["status"] == "completed"


def test_of_two_cancellations_and_a_completion_one_decides(alice: Caller) -> None:
    """Whatever comes first stays: the status never changes again."""
    for _ in range(5):
        task_id = alice.begin("slow_compute", seconds=0.05)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(alice.cancel, [task_id] * 2))
        final = alice.get(task_id)
        assert final["status"] in {"completed", "cancelled"}
        assert ("result" in final) is (final["status"] == "completed")
        assert alice.get(task_id) == final


def test_one_person_runs_so_many_tasks_and_no_more(alice: Caller) -> None:
    ids = [alice.begin("slow_compute", seconds=100) for _ in range(store.MAX_RUNNING)]
    refused = alice.result("tools/call", name="slow_compute", arguments={"seconds": 100})
    assert refused["isError"] is True
    alice.result("tasks/cancel", taskId=ids[0])
    alice.begin("slow_compute", seconds=100)
