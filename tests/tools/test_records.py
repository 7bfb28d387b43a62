"""The record of calls: who, what, how it ended; in batches, lost neither at the end nor while the database is away."""

from typing import Any

import pytest
from django.db import OperationalError
from pydantic import BaseModel

from tests.tools.cast import context_of
from tools import call_record, call_rows, changes, records, runner
from tools.context import ToolContext
from tools.models import ToolCall
from tools.records import Recorder
from tools.registry import Tool, tool
from tools.results import ToolError, ToolResult, text


class Arguments(BaseModel):
    word: str = ""


async def say(arguments: Arguments, context: ToolContext) -> ToolResult:
    """Say it."""
    if arguments.word == "error":
        raise ToolError("no")
    return text(arguments.word)


SAY = tool(title="Say", scopes=set(), read_only=True, set="words")(say)
KEPT = tool(title="Say", scopes=set(), read_only=True, record_arguments=True)(say)


class Kept(Recorder):
    """Keeps records as if it were writing."""

    def __init__(self) -> None:
        super().__init__()
        self._writers = 1


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    made = Kept()
    monkeypatch.setattr(records, "add", made.add)
    return made


async def call(asked: Tool, **arguments: Any) -> None:
    await runner.run(asked, arguments, context_of(client_id="client-1", session_id="session-1"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("asked", "arguments", "outcome", "kept"),
    [
        (SAY, {"word": "hello"}, "ok", ""),
        (SAY, {"word": "error"}, "tool_error", ""),
        (SAY, {"wrong": "hello"}, "invalid_arguments", ""),
        (KEPT, {"word": "hello\0\ud800"}, "ok", '{"word": "hello\\u0000\\ud800"}'),
        (KEPT, {"word": "x" * 10_000}, "ok", '{"word": "' + "x" * 3990),
    ],
    ids=["ok", "error", "invalid", "what no database takes", "long"],
)
def test_a_record_says_who_called_what_and_how_it_ended(
    recorder: Recorder, asked: Tool, arguments: dict[str, Any], outcome: str, kept: str
) -> None:
    context = context_of(client_id="client-1", session_id="session-1")
    row = call_record.of(asked, arguments, context, outcome=outcome, duration_ms=3, result_size=17)
    recorder.add(row)
    assert recorder.write() == 1
    found = ToolCall.objects.get()
    assert (found.github_id, found.login, found.client_id, found.client_name) == (1001, "alice", "client-1", "Test Client")
    assert (found.session_id, found.request_id, found.tool, found.tool_set) == ("session-1", "req-test", "say", asked.set)
    assert (found.outcome, found.duration_ms, found.result_size, found.arguments) == (outcome, 3, 17, kept)


@pytest.mark.asyncio
async def test_each_call_is_recorded_once(recorder: Recorder) -> None:
    await call(SAY, word="hello")
    await call(SAY, word="error")
    await call(SAY, wrong=1)
    runner.refuse(SAY, {}, context_of(), "not you")
    rows = list(recorder._waiting)
    assert [row.outcome for row in rows] == ["ok", "tool_error", "invalid_arguments", "refused"]
    assert [row.result_size for row in rows] == [len('[{"type":"text","text":"hello"}]'), 0, 0, 0]
    assert {row.arguments for row in rows} == {""}


@pytest.mark.django_db(transaction=True)
def test_what_the_database_does_not_take_now_is_written_later_once_and_in_order(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [ToolCall(github_id=1, tool=f"tool-{number}", duration_ms=0, result_size=0) for number in range(1_200)]
    for row in rows:
        recorder.add(row)

    def away(*_: object, **__: object) -> None:
        raise OperationalError("host database.internal is away")

    with monkeypatch.context() as patch:
        patch.setattr(call_rows, "insert", away)
        assert recorder.write() == 0
    assert "1200 records of calls wait: OperationalError" in caplog.text
    assert "database.internal" not in caplog.text
    assert recorder.write() == 1_200
    assert list(ToolCall.objects.order_by("pk").values_list("tool", flat=True)) == [row.tool for row in rows]


@pytest.mark.django_db(transaction=True)
def test_a_listener_that_fails_leaves_the_batch_unwritten(recorder: Recorder) -> None:
    """The sum of a batch in the audit log and the batch itself are written together."""
    heard: list[list[ToolCall]] = []

    def listen(*, calls: list[ToolCall], **_: object) -> None:
        heard.append(calls)
        if len(heard) == 1:
            raise OperationalError

    changes.calls_recorded.connect(listen)
    try:
        recorder.add(ToolCall(github_id=1, tool="one", duration_ms=0, result_size=0))
        assert recorder.write() == 0
        assert not ToolCall.objects.exists()
        assert recorder.write() == 1
    finally:
        changes.calls_recorded.disconnect(listen)
    assert heard[1][0].pk == ToolCall.objects.get().pk


@pytest.mark.django_db(transaction=True)
def test_what_waits_is_written_when_the_process_stops() -> None:
    recorder = Recorder()
    recorder.add(ToolCall(github_id=1, tool="before", duration_ms=0, result_size=0))
    with recorder.writing():
        recorder.add(ToolCall(github_id=1, tool="during", duration_ms=0, result_size=0))
    assert [row.tool for row in ToolCall.objects.all()] == ["during"]


def test_no_more_is_kept_than_there_is_room_for(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(records, "MAX_WAITING", 2)
    for _ in range(5):
        recorder.add(ToolCall(github_id=1))
    assert len(recorder._waiting) == 2
    recorder._waiting.clear()
    recorder.write()
    assert "3 records of calls were lost" in caplog.text
