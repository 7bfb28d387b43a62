"""What the overview says of each part, well and broken."""

import httpx2
import pytest
from django.core import checks
from django.db import DatabaseError

from mcpserver import health as probes
from mcpserver.dashboard import health
from mcpserver.dashboard.health import Part


def part(name: str) -> Part:
    return next(each for each in health.near() if each.name == name)


def broken() -> None:
    raise DatabaseError("password=hunter2")


def test_all_is_well_in_a_test(db: None) -> None:
    assert {each.state for each in health.near()} <= {"good", "warn"}
    assert "answers in" in part("Database").says


def test_a_database_that_fails_is_said_so_without_its_words(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "_database", broken)
    found = part("Database")
    assert found.state == "bad"
    assert "hunter2" not in f"{found.says}{found.hint}"
    assert "DATABASE_URL" in found.hint


def test_a_remark_of_the_checks_is_shown_with_its_hint(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "run_checks", lambda: [checks.Warning("Too open.", hint="Close it.", id="gatehouse.W001")])
    assert part("Configuration") == Part("Configuration", "warn", "Too open.", "Close it.")


@pytest.mark.parametrize(("status", "state"), [(200, "good"), (403, "good"), (429, "good"), (500, "bad"), (503, "bad")])
def test_github_is_judged_by_its_answer(monkeypatch: pytest.MonkeyPatch, status: int, state: str) -> None:
    monkeypatch.setattr(health.httpx2, "get", lambda *_args, **_options: httpx2.Response(status))
    assert health.github().state == state


def test_a_github_that_does_not_answer_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_args: object, **_options: object) -> httpx2.Response:
        raise httpx2.ReadTimeout("")

    monkeypatch.setattr(health.httpx2, "get", hang)
    assert health.github().state == "bad"
