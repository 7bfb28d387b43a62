"""What ``serve`` does from time to time: again and again, never beyond its own end, and whatever happens in between."""

import logging
import queue
import threading

import pytest
from django.db import OperationalError

from mcpserver.serving import schedule
from mcpserver.serving.schedule import MayGoOn
from oauth_bridge import housekeeping

AT_ONCE = (0.0, 0.0)
NEVER = (3600.0, 3600.0)


def test_the_job_runs_again_and_again() -> None:
    runs: queue.Queue[bool] = queue.Queue()
    with schedule.repeated(lambda may_go_on: runs.put(may_go_on()), first_seconds=AT_ONCE, every_seconds=AT_ONCE):
        assert [runs.get(timeout=10) for _ in range(3)] == [True] * 3


def test_nothing_runs_before_its_time_nor_after_the_end() -> None:
    runs: list[int] = []
    with schedule.repeated(lambda _: runs.append(1), first_seconds=NEVER):
        thread = next(one for one in threading.enumerate() if one.name == "schedule")
    assert not thread.is_alive()
    assert runs == []


def test_a_job_under_way_is_told_to_stop_and_waited_for() -> None:
    began, seen = threading.Event(), []

    def job(may_go_on: MayGoOn) -> None:
        began.set()
        while may_go_on():
            pass
        seen.append("stopped")

    with schedule.repeated(job, first_seconds=AT_ONCE, every_seconds=NEVER):
        assert began.wait(10)
    assert seen == ["stopped"]


def test_replicas_begin_at_different_moments_about_once_an_hour() -> None:
    for low, high in (schedule.FIRST_SECONDS, schedule.EVERY_SECONDS):
        assert 0 < low < high
    assert sum(schedule.EVERY_SECONDS) / 2 == 3600
    assert max(schedule.RULES_SECONDS) <= 300


@pytest.mark.parametrize(
    ("fault", "level", "told"),
    [
        (housekeeping.Busy(), logging.INFO, "housekeeping: another process is at it"),
        (
            OperationalError("host db.internal refused"),
            logging.ERROR,
            "housekeeping: the database does not answer: OperationalError",
        ),
        (RuntimeError("a bug"), logging.ERROR, "housekeeping failed"),
    ],
)
def test_a_round_that_fails_is_told_and_does_not_end_the_others(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: Exception, level: int, told: str
) -> None:
    def run(*_: object, **__: object) -> dict[str, int]:
        raise fault

    monkeypatch.setattr(housekeeping, "run", run)
    monkeypatch.setattr(schedule.connections, "close_all", lambda: None)
    with caplog.at_level(logging.INFO, logger="gatehouse.schedule"):
        schedule.keep_house(lambda: True)
    (record,) = caplog.records
    assert (record.levelno, record.getMessage()) == (level, told)
    assert "db.internal" not in caplog.text


@pytest.mark.parametrize(
    ("done", "told"),
    [({"access tokens": 3, "clients": 0}, "housekeeping: 3 access tokens"), ({"clients": 0}, "housekeeping: nothing to do")],
)
def test_what_was_done_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, done: dict[str, int], told: str
) -> None:
    monkeypatch.setattr(housekeeping, "run", lambda *_, **__: done)
    monkeypatch.setattr(schedule.connections, "close_all", lambda: None)
    with caplog.at_level(logging.INFO, logger="gatehouse.schedule"):
        schedule.keep_house(lambda: True)
    assert [record.getMessage() for record in caplog.records] == [told]


def test_expired_rules_are_told_of_where_a_session_ended(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ended = iter([0, 2])
    monkeypatch.setattr(housekeeping, "end_expired_rules", lambda _: next(ended))
    monkeypatch.setattr(schedule.connections, "close_all", lambda: None)
    with caplog.at_level(logging.INFO, logger="gatehouse.schedule"):
        for _ in range(3):
            schedule.keep_rules(lambda: True)
    assert [record.getMessage() for record in caplog.records] == ["expired rules: 2 sessions ended", "expired rules failed"]
