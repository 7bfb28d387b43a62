"""The extension's messages (SEP-2663), as functions."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from mcpserver.protocol import tasks, versions
from mcpserver.protocol.asked import Asked
from mcpserver.protocol.errors import InvalidParams, MissingClientCapability
from tests.mcpserver.protocol.samples import SERVER
from wire import strict_json

AT = datetime(2026, 7, 28, 12, 0, 0, 5000, tzinfo=UTC)
STATE = tasks.TaskState("t-1", tasks.WORKING, AT, AT, 3_600_000, 1000)
DECLARED = {"extensions": {tasks.EXTENSION: {}}}
SEED = {
    "taskId": "t-1",
    "status": "working",
    "createdAt": "2026-07-28T12:00:00.005Z",
    "lastUpdatedAt": "2026-07-28T12:00:00.005Z",
    "ttlMs": 3_600_000,
    "pollIntervalMs": 1000,
}


def told(body: bytes) -> dict[str, Any]:
    result: dict[str, Any] = strict_json.loads(body)
    del result["_meta"]
    return result


@pytest.mark.parametrize(
    ("capabilities", "declares"),
    [
        (DECLARED, True),
        ({}, False),
        ({"extensions": {}}, False),
        ({"extensions": [tasks.EXTENSION]}, False),
        ({"extensions": {tasks.EXTENSION: True}}, False),
        ({tasks.EXTENSION: {}, "tasks": {}}, False),
    ],
)
def test_only_an_object_under_extensions_declares_it(capabilities: dict[str, Any], declares: bool) -> None:
    asked = Asked(capabilities=capabilities)
    assert tasks.may_answer_with_task(asked, versions.LATEST_MODERN) is declares
    if not declares:
        with pytest.raises(MissingClientCapability) as caught:
            tasks.check_declared(asked)
        assert caught.value.data == {"requiredCapabilities": DECLARED}


def test_no_task_answers_a_client_of_the_handshake_era() -> None:
    assert not tasks.may_answer_with_task(Asked(capabilities=DECLARED), versions.LATEST_HANDSHAKE)


def test_a_created_task_is_flat_and_tells_nothing_else() -> None:
    state = replace(STATE, input_requests={"a": {}}, result={"content": []}, error={"code": 1})
    assert told(tasks.created_result(state, versions.LATEST_MODERN, SERVER)) == {"resultType": "task", **SEED}


@pytest.mark.parametrize(
    ("status", "members"),
    [
        (tasks.WORKING, {}),
        (tasks.INPUT_REQUIRED, {"inputRequests": {"a": {"method": "roots/list"}}}),
        (tasks.COMPLETED, {"result": {"content": []}}),
        (tasks.FAILED, {"error": {"code": -32603, "message": "m"}}),
        (tasks.CANCELLED, {}),
    ],
)
def test_each_status_has_its_own_member_and_no_other(status: str, members: dict[str, Any]) -> None:
    state = replace(
        STATE,
        status=status,
        status_message="why",
        input_requests={"a": {"method": "roots/list"}},
        result={"content": []},
        error={"code": -32603, "message": "m"},
    )
    expected = {**SEED, "status": status, "statusMessage": "why", **members}
    assert tasks.detailed(state) == expected
    assert told(tasks.get_result(state, versions.LATEST_MODERN, SERVER)) == {"resultType": "complete", **expected}


@pytest.mark.parametrize("params", [{}, {"taskId": None}, {"taskId": 1}, {"taskId": ["t"]}, {"taskId": "t" * 129}])
def test_a_task_id_is_a_string_of_bounded_length(params: dict[str, Any]) -> None:
    with pytest.raises(InvalidParams):
        tasks.parse_task_id(params)


@pytest.mark.parametrize("responses", [None, [], "a", {"a": 12345}, {"a": None}, {"a": {}, "b": []}])
def test_answers_are_objects_by_key(responses: Any) -> None:
    with pytest.raises(InvalidParams):
        tasks.parse_input_responses({"inputResponses": responses})
