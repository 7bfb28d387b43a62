"""Tool calls in the chain: a record that was changed, removed or put in is found and named; what goes by right is not."""

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from mcpserver import call_audit
from oauth_bridge import audit, housekeeping
from oauth_bridge.chain import batches, marks, retention, sealing, triggers, verification
from oauth_bridge.models import AuditMark, AuthEvent
from tools import changes
from tools.models import ToolCall
from tools.records import Recorder

PROVED = {field.name for field in ToolCall._meta.concrete_fields}


def call(number: int = 0, *, days_ago: float = 0, **values: Any) -> ToolCall:
    at = timezone.now() - timedelta(days=days_ago)
    columns = {"github_id": 1, "login": "alice", "tool": "calculate", "outcome": "ok", "duration_ms": 5, "result_size": 9}
    return ToolCall(**{"at": at, "request_id": f"r{number}", **columns, **values})


def recorded(*calls: ToolCall) -> list[int]:
    """Write calls as the recorder does; return their keys."""
    with transaction.atomic():
        ToolCall.objects.bulk_create(calls)
        changes.calls_recorded.send(sender=None, calls=list(calls))
    return [row.pk for row in calls]


def found(newest: int | None = None) -> list[str]:
    return verification.verify(newest=newest).findings


def change(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.django_db
def test_each_batch_is_one_event_in_the_chain() -> None:
    first, last = recorded(*map(call, range(3)))[::2]
    recorded(call(3))
    event = AuthEvent.objects.filter(kind=audit.Kind.TOOL_CALLS).order_by("pk")[0]
    assert (event.detail["calls"], event.detail["rows"]) == (3, f"{first}-{last}")
    assert len(event.detail["digest"]) == 64
    assert sealing.seal(timezone.now()) == 2
    report = verification.verify()
    assert (report.findings, report.checked, report.calls) == ([], 2, 4)
    assert "4 tool calls checked" in verification.summary(report)


@pytest.mark.django_db
@pytest.mark.parametrize("column", sorted(PROVED - {"id"}))
def test_a_call_that_was_changed_is_named_whatever_was_changed_of_it(column: str) -> None:
    keys = recorded(*map(call, range(5)))
    field = ToolCall._meta.get_field(column)
    values = {"DateTimeField": "2026-01-01 00:00:00+00", "BigIntegerField": 7, "PositiveIntegerField": 77}
    value = values.get(field.get_internal_type(), "other")
    change(f"UPDATE tools_toolcall SET {column} = %s WHERE id = %s", value, keys[2])  # noqa: S608  our own column
    assert len(found()) == 1
    assert found()[0].startswith(f"Tool call {keys[2]} (")
    assert "was changed" in found()[0]


@pytest.mark.django_db
def test_a_key_that_was_changed_is_a_row_removed_and_one_put_in() -> None:
    keys = recorded(*map(call, range(3)))
    change("UPDATE tools_toolcall SET id = %s WHERE id = %s", keys[2] + 50, keys[1])
    put_in, removed = found()
    assert put_in.startswith(f"Tool call {keys[2] + 50} (")
    assert "put in" in put_in
    assert removed.startswith(f"Tool call {keys[1]} was removed")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("gone", "named"),
    [([2], "Tool call {2} was removed"), ([1, 2, 3], "The tool calls {1} to {3} were removed"), (range(5), "{0} to {4} were")],
)
def test_calls_that_were_removed_are_named(gone: list[int], named: str) -> None:
    keys = recorded(*map(call, range(5)))
    recorded(call(9))
    ToolCall.objects.filter(pk__in=[keys[place] for place in gone]).delete()
    assert len(found()) == 1
    assert named.format(*keys) in found()[0]


@pytest.mark.django_db
def test_calls_that_were_put_in_are_named() -> None:
    recorded(call(1))
    key = ToolCall.objects.bulk_create([call(2)])[0].pk
    recorded(call(3))
    assert re.fullmatch(rf"Tool call {key} \([-\d: ]+\) was put in: no event stands for it\.", "".join(found()))
    ToolCall.objects.bulk_create([call(4), call(5)])
    assert f"The tool calls {key + 2} to {key + 3} were put in" in found()[1]


@pytest.mark.django_db
def test_whoever_makes_the_event_fit_is_found_by_the_chain() -> None:
    """The hashes of a batch are no secret; the event that holds them is what cannot be changed."""
    key = recorded(call(1))[0]
    sealing.seal(timezone.now())
    ToolCall.objects.update(login="mallory")
    forged = AuthEvent.objects.get(kind="tool_calls")
    batches.record(call_audit.Calls().rows([key]))
    fitting = AuthEvent.objects.filter(sequence=None).get()
    without_triggers(fitting, forged)
    assert any("login, address or detail were changed" in one for one in found())


def without_triggers(fitting: AuthEvent, forged: AuthEvent) -> None:
    """Put the detail of one event into the other, as who may change the schema can."""
    on = " ON oauth_bridge_authevent" if connection.vendor == "postgresql" else ""
    for name in triggers.NAMES:
        change(f"DROP TRIGGER {name}{on}")
    AuthEvent.objects.filter(pk=forged.pk).update(detail=fitting.detail)
    fitting.delete()
    triggers.ensure()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "detail",
    [
        {}, [], "x", {"rows": "1-2", "prints": "", "begins": "", "digest": ""},
        {"rows": "1-99999999999", "prints": "x", "begins": "2026-01-01T00:00:00+00:00", "digest": ""},
        {"rows": "1", "prints": "0" * 16, "begins": "2026-01-01T00:00:00", "digest": ""},
        {"rows": 1, "prints": 1, "begins": 1, "digest": 1},
    ],
)  # fmt: skip
def test_an_event_that_nobody_here_wrote_is_a_finding(detail: Any) -> None:
    AuthEvent.objects.create(at=timezone.now(), kind="tool_calls", request_id="", detail=detail)
    assert "was not written by this server" in found()[0]


@pytest.mark.django_db
def test_two_writers_may_take_turns_with_the_keys() -> None:
    """Several processes write at once: the keys of a batch need not follow each other, nor batches come in their order."""
    rows = ToolCall.objects.bulk_create(map(call, range(6)))
    for some in (rows[1::2], rows[::2]):
        changes.calls_recorded.send(sender=None, calls=some)
    assert found() == []
    rows[3].delete()
    assert f"Tool call {rows[2].pk + 1} was removed" in found()[0]


@pytest.mark.django_db
def test_what_retention_deletes_was_not_tampered_with(settings: Settings) -> None:
    """Nor is it while half of it is deleted, nor after the retention is made longer again."""
    settings.AUDIT_RETENTION_DAYS = 30
    for day in (50, 40, 31, 20, 1):
        recorded(*(call(number, days_ago=day - number / 10) for number in range(4)))
    now = timezone.now()
    for deleted in (5, 5, 2, 0):
        assert call_audit.retire(now, 5) == deleted
        assert found() == []
    settings.AUDIT_RETENTION_DAYS = 90
    assert found() == []
    told = AuthEvent.objects.get(kind="calls_deleted").detail
    assert told["reason"] == "AUDIT_RETENTION_DAYS"
    ToolCall.objects.order_by("-pk")[0].delete()
    assert len(found()) == 1


@pytest.mark.django_db
def test_the_sweep_takes_calls_before_the_events_that_stand_for_them(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.AUDIT_RETENTION_DAYS = 30
    monkeypatch.setattr(housekeeping, "BATCH", 2)
    monkeypatch.setattr(housekeeping, "MAX_BATCHES", 2)
    recorded(*(call(number, days_ago=40) for number in range(7)))
    AuthEvent.objects.update(at=timezone.now() - timedelta(days=40))
    sealing.seal(timezone.now())
    done = housekeeping.sweep(timezone.now())
    assert (done["records of calls"], done["audit events"]) == (4, 1)
    report = verification.verify()
    assert (report.findings, report.unproved_calls) == ([], 3)
    assert "3 tool calls are too old to be proved" in verification.summary(report)
    assert housekeeping.sweep(timezone.now())["records of calls"] == 3
    assert found() == []


@pytest.mark.django_db
def test_whoever_moves_the_time_of_the_oldest_without_the_key_is_found(settings: Settings) -> None:
    recorded(call(1, days_ago=5))
    moment = round(timezone.now().timestamp() * 1_000_000)
    AuditMark.objects.create(name="calls", sequence=moment, hash="", at=timezone.now(), mac="0" * 64)
    ToolCall.objects.all().delete()
    assert "The mark 'calls' was changed" in found()[0]
    recorded(call(1, days_ago=5))
    settings.AUDIT_RETENTION_DAYS = 1
    assert call_audit.retire(timezone.now(), 9) == 0
    sealing.accept("root")
    assert call_audit.retire(timezone.now(), 9) == 1
    assert found() == []


@pytest.mark.django_db
def test_a_person_s_calls_are_deleted_and_the_others_stay_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "_DELETED_AT_ONCE", 2)
    keys = recorded(*(call(number, github_id=number % 2) for number in range(10)))
    call_audit.forget(1)
    assert found() == []
    told = AuthEvent.objects.filter(kind="calls_deleted")
    assert [event.detail["calls"] for event in told] == [2, 2, 1] or [event.detail["calls"] for event in told] == [1, 2, 2]
    assert not any("alice" in str(event.detail) for event in told)
    ToolCall.objects.filter(pk=keys[4]).update(login="mallory")
    assert found()[0].startswith(f"Tool call {keys[4]} (")
    ToolCall.objects.filter(pk=keys[4]).delete()
    assert f"Tool call {keys[4]} was removed" in found()[0]


@pytest.mark.django_db
def test_the_newest_alone_are_as_good_as_checked() -> None:
    keys = [recorded(*map(call, range(3))) for _ in range(5)]
    report = verification.verify(newest=5)
    assert (report.findings, report.calls) == ([], 6)
    ToolCall.objects.filter(pk=keys[0][0]).delete()
    assert found(newest=5) == []
    ToolCall.objects.filter(pk=keys[4][0]).delete()
    assert f"Tool call {keys[4][0]} was removed" in found(newest=5)[0]


@pytest.mark.django_db
def test_calls_of_before_there_were_batches_are_taken_for_given() -> None:
    ToolCall.objects.bulk_create([call(1)])
    assert len(found()) == 1
    call_audit._begin()
    assert found() == []
    mark = marks.read(marks.CALLS)
    ToolCall.objects.bulk_create([call(2)])
    call_audit._begin()
    assert marks.read(marks.CALLS) == mark
    assert len(found()) == 1


@pytest.mark.django_db
def test_a_new_installation_has_nothing_to_take_for_given() -> None:
    call_audit._begin()
    assert marks.read(marks.CALLS) is None


@pytest.mark.django_db
def test_what_is_asked_grows_with_the_pages_and_not_with_the_batches(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(60):
        recorded(*map(call, range(5)))
    with django_assert_max_num_queries(20):
        assert verification.verify().calls == 300


@pytest.mark.django_db(transaction=True)
def test_processes_that_write_at_once_leave_what_can_be_proved() -> None:
    def write() -> None:
        recorder = Recorder()
        recorder._writers = 1
        for _ in range(5):
            for number in range(40):
                recorder.add(call(number))
            assert recorder.write() == 40
        connections.close_all()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report = verification.verify()
    assert (report.findings, report.calls) == ([], 800)
    assert AuthEvent.objects.filter(kind="tool_calls").count() == 20


@pytest.mark.django_db
def test_the_events_of_batches_are_retired_like_others(settings: Settings) -> None:
    settings.AUDIT_RETENTION_DAYS = 30
    recorded(call(1, days_ago=40))
    AuthEvent.objects.update(at=timezone.now() - timedelta(days=40))
    sealing.seal(timezone.now())
    assert call_audit.retire(timezone.now(), 9) == 1
    assert retention.retire(timezone.now(), limit=9) == 1
    assert found() == []
