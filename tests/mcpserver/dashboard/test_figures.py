"""The overview's numbers against rows whose sums are known."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from mcpserver.dashboard import figures
from oauth_bridge.models import AuthEvent, Client, Person, Session
from tools.models import ToolCall

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
PERIOD = figures.Period(3, NOW.date())
DAY = timedelta(days=1)


def call(at: datetime, *, tool: str = "calculate", outcome: str = "ok", ms: int = 5, person: int = 1) -> ToolCall:
    return ToolCall(
        at=at, github_id=person, login=f"p{person}", client_name="Claude", tool=tool, tool_set="", outcome=outcome,
        duration_ms=ms, result_size=1, request_id="r",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("durations", "percent", "expected"),
    [
        ({}, 50, 0),
        ({7: 1}, 50, 7),
        ({7: 1}, 95, 7),
        ({1: 1, 2: 1}, 50, 1),
        ({1: 94, 9: 6}, 95, 9),
        ({1: 95, 9: 5}, 95, 1),
        ({1: 50, 2: 50}, 50, 1),
        ({1: 49, 2: 51}, 50, 2),
    ],
)
def test_a_percentile_is_the_smallest_that_so_many_did_not_exceed(
    durations: dict[int, int], percent: int, expected: int
) -> None:
    assert figures.percentile(Counter(durations), percent) == expected


@pytest.mark.parametrize(
    ("ms", "shown"),
    [(0, 0), (9, 9), (99, 99), (101, 100), (109, 100), (999, 990), (1_234, 1_200), (45_678, 45_000), (123_456, 120_000)],
)
def test_durations_keep_two_digits_that_count(db: None, ms: int, shown: int) -> None:
    ToolCall.objects.bulk_create([call(NOW, ms=ms)])
    assert figures.tools(PERIOD)[0].p50 == shown


def test_tools_are_counted_the_busiest_first(db: None) -> None:
    ToolCall.objects.bulk_create(
        [call(NOW, ms=ms) for ms in (1, 2, 3)]
        + [call(NOW, outcome="tool_error"), call(NOW, outcome="cancelled")]
        + [call(NOW, tool="get_user_info", ms=120), call(NOW - 3 * DAY, tool="forgotten")]
    )
    found = [(tool.name, tool.calls, tool.errors, tool.p50, tool.p95) for tool in figures.tools(PERIOD)]
    assert found == [("calculate", 5, 1, 3, 5), ("get_user_info", 1, 0, 120, 120)]


@pytest.mark.parametrize("days", [3, 30])
def test_the_busiest_come_first(db: None, days: int) -> None:
    period = figures.Period(days, NOW.date())
    calls = [call(NOW, person=person) for person in (1, 1, 1, 2, 2, 3, 4, 5, 6)]
    calls[3].client_name = calls[5].client_name = ""
    ToolCall.objects.bulk_create([*calls, call(NOW - days * DAY, person=6)])
    found = figures.busiest(period)
    assert found["people"][:2] == [("p1", 3), ("p2", 2)]
    assert len(found["people"]) == 5
    assert found["clients"] == [("Claude", 7), ("unknown", 2)]


def test_calls_and_people_are_counted_by_day(db: None) -> None:
    ToolCall.objects.bulk_create(
        [call(NOW, person=1), call(NOW, person=1), call(NOW, person=2, outcome="fault"), call(NOW - DAY, person=3)]
    )
    assert figures.calls_by_day(PERIOD) == {"calls": [0, 1, 2], "errors": [0, 0, 1], "people": [0, 1, 2]}


def test_sign_ins_and_refusals_are_counted_by_day(db: None) -> None:
    kinds = [
        (0, "signed_in"),
        (0, "sign_in_refused"),
        (1, "sign_in_failed"),
        (1, "client_refused"),
        (2, "tokens_issued"),
        (5, "signed_in"),
    ]
    AuthEvent.objects.bulk_create(AuthEvent(at=NOW - days * DAY, kind=kind, request_id="r") for days, kind in kinds)
    assert figures.events_by_day(PERIOD) == {"signed_in": [0, 0, 1], "refused": [0, 2, 1]}


def test_sessions_are_counted_at_the_end_of_each_day(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of before that stays, one that ended yesterday, one that expired yesterday, one of today that is over already."""
    person = Person.objects.create(username="github:1", login="alice", github_id=1)
    client = Client.objects.create(name="Claude", client_id="c")
    monkeypatch.setattr(figures.timezone, "now", lambda: NOW)
    for begun, expires, ended in (
        (NOW - 9 * DAY, NOW + DAY, None),
        (NOW - 2 * DAY, NOW + DAY, NOW - DAY),
        (NOW - 9 * DAY, NOW - DAY, None),
        (NOW - 9 * DAY, NOW - 8 * DAY, NOW),
        (NOW - timedelta(hours=2), NOW + DAY, NOW - timedelta(hours=1)),
    ):
        Session.objects.create(
            person=person,
            client=client,
            scope="",
            resource="",
            created_at=begun,
            last_used_at=begun,
            expires_at=expires,
            ended_at=ended,
        )
    assert figures.sessions_by_day(PERIOD) == [3, 1, 1]
    assert figures.live_sessions(NOW) == {"sessions": 1, "people": 1, "clients": 1}
