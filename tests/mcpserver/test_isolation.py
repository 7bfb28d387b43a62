"""Many people at once with equal JSON-RPC ids: no answer crosses; and what a verified call does without."""

import asyncio
import logging
import threading
from typing import Any

import pytest

from mcpserver import bearer, database, dispatch
from mcpserver.protocol.steps import CallTool
from mcpserver.protocol.versions import REVISIONS
from oauth_bridge.principals import Principal
from tests.mcpserver.endpoint import ALICE, message, post
from tests.mcpserver.protocol.samples import SERVER, handshake_headers, request
from tools import records
from tools.models import ToolCall
from tools.results import ToolResult

PEOPLE, CALLS = 50, 400

pytestmark = pytest.mark.asyncio


def person(number: int) -> Principal:
    return Principal(
        session_id=f"session-{number}",
        person_id=number,
        github_id=1000 + number,
        login=f"person-{number}",
        client_id=f"client-{number}",
        client_name=f"Client {number}",
        scopes=frozenset({"read:user"}),
        expires_at=2_000_000_000.0,
    )


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[ToolCall]:
    rows: list[ToolCall] = []
    monkeypatch.setattr(records, "add", rows.append)
    return rows


async def test_of_twenty_thousand_calls_with_equal_ids_no_answer_crosses(
    monkeypatch: pytest.MonkeyPatch, recorded: list[ToolCall], caplog: pytest.LogCaptureFixture
) -> None:
    """Each person adds their own number: an answer that is somebody else's shows, and so does a record."""

    caplog.set_level(logging.WARNING)  # of twenty thousand lines nobody reads one

    async def authenticate(headers: Any, _query_string: bytes) -> Principal:
        # Not at once: calls of all of them are under way together.
        await asyncio.sleep(0)
        return person(int(dict(headers)[b"authorization"]))

    monkeypatch.setattr(bearer, "authenticate", authenticate)

    async def calls(number: int) -> int:
        right = 0
        for each in range(CALLS):
            asked = {"name": "calculate", "arguments": {"operation": "add", "a": number * 1_000, "b": each}}
            headers = {**handshake_headers("2025-11-25"), "Authorization": str(number)}
            answer = message(await post(headers, request("tools/call", asked, id=1)))
            right += answer["id"] == 1 and answer["result"]["structuredContent"]["result"] == str(number * 1_000 + each)
        return right

    assert await asyncio.gather(*map(calls, range(1, PEOPLE + 1))) == [CALLS] * PEOPLE
    assert len(recorded) == PEOPLE * CALLS
    assert {(row.github_id - 1000, row.login, row.session_id, row.client_id) for row in recorded} == {
        (number, f"person-{number}", f"session-{number}", f"client-{number}") for number in range(1, PEOPLE + 1)
    }


async def test_a_verified_calculate_reads_no_database_and_starts_neither_thread_nor_task(
    recorded: list[ToolCall], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What rights, limits and records add is memory: pytest refuses the database, and every way to a thread is shut."""

    def refused(*_: object, **__: object) -> Any:
        raise AssertionError("a thread or a task was asked for")

    arguments = {"operation": "power", "a": 7, "b": 8}
    step = CallTool(request_id=1, revision=REVISIONS[0], name="calculate", arguments=arguments, headers=None)
    loop = asyncio.get_running_loop()
    with monkeypatch.context() as patch:
        patch.setattr(database, "run", refused)
        patch.setattr(asyncio, "to_thread", refused)
        patch.setattr(loop, "run_in_executor", refused)
        patch.setattr(loop, "create_task", refused)
        patch.setattr(threading.Thread, "start", refused)
        outcome = await dispatch.run(step, ALICE, SERVER)
    assert isinstance(outcome, ToolResult)
    assert outcome.structured == {"result": "5764801", "exact": True, "number": 5764801}
    assert [row.outcome for row in recorded] == ["ok"]
