from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 - Django's names
from django.db import OperationalError

from mcpserver.serving import checks
from mcpserver.serving.refusal import CannotStart

SQLITE = "django.db.backends.sqlite3"


def test_a_folder_that_can_be_written_will_do(tmp_path: Path) -> None:
    checks.check_storage({"ENGINE": SQLITE, "NAME": str(tmp_path / "db.sqlite3")})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["missing/db.sqlite3", "file/db.sqlite3"])
def test_a_folder_that_cannot_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("not a folder")
    folder = (tmp_path / name).parent
    with pytest.raises(CannotStart, match=f"^{folder} cannot be written .*DATABASE_URL") as caught:
        checks.check_storage({"ENGINE": SQLITE, "NAME": str(tmp_path / name)})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "database",
    [{"ENGINE": SQLITE, "NAME": ":memory:"}, {"ENGINE": "django.db.backends.postgresql", "NAME": "/no/such/folder/gatehouse"}],
)
def test_other_databases_need_no_folder(database: dict[str, str]) -> None:
    checks.check_storage(database)


def test_a_system_check_that_fails_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [Warning("mild", id="x.W1"), Error("bad\nthing.", hint="Do this.", id="x.E1")]
    monkeypatch.setattr(checks.checks, "run_checks", lambda tags: found)
    with pytest.raises(CannotStart, match=r"^bad thing\. Do this\. \(x\.E1\)$"):
        checks.check_system()


def test_warnings_and_silenced_errors_do_not_stop_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SILENCED_SYSTEM_CHECKS", ["x.E1"])
    monkeypatch.setattr(checks.checks, "run_checks", lambda tags: [Warning("mild", id="x.W1"), Error("bad", id="x.E1")])
    checks.check_system()


def test_checks_of_what_is_configured_are_run_and_those_of_code_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """`manage.py check` runs all of them, and the image's build does that."""
    ran: list[Any] = []

    def planted(name: str, *tags: str) -> Callable[..., list[CheckMessage]]:
        def check(app_configs: Any, **_: Any) -> list[CheckMessage]:
            ran.append(name)
            return []

        check.tags = tags  # type: ignore[attr-defined]
        return check

    of_code = [planted(tag, tag) for tag in ("admin", "models", "urls", "commands")]
    others = [planted(tag, tag) for tag in ("configuration", "caches", "security", "a library's own")]
    monkeypatch.setattr(checks.registry, "registered_checks", {*of_code, *others})
    checks.check_system()
    assert sorted(ran) == ["a library's own", "caches", "configuration", "security"]


def test_our_own_checks_are_among_those_that_are_run() -> None:
    ours = [check for check in checks.registry.get_checks() if check.__module__ == "mcpserver.checks"]
    assert len(ours) > 2
    assert all(tuple(check.tags) == ("configuration",) for check in ours)


def counted(monkeypatch: pytest.MonkeyPatch, outcome: int | Exception) -> None:
    def count() -> int:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(checks.pending_migrations, "count", count)
    monkeypatch.setattr(checks.connections, "close_all", lambda: None)


@pytest.mark.parametrize(
    ("outcome", "text"),
    [
        (2, "the database lacks 2 migration"),
        (
            OperationalError("connection refused\nIs it running?"),
            "the database does not answer: connection refused Is it running",
        ),
    ],
)
def test_a_database_that_is_not_ready_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, outcome: int | Exception, text: str
) -> None:
    counted(monkeypatch, outcome)
    with pytest.raises(CannotStart, match=text):
        checks.check_migrations()


def test_a_database_that_is_up_to_date_is_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    counted(monkeypatch, 0)
    checks.check_migrations()


def choose(monkeypatch: pytest.MonkeyPatch, engine: str, cache: str, layer: str) -> None:
    # Not by the fixture: Django warns about tests that change its databases, and nothing here connects to one.
    for name, value in {
        "DATABASES": {"default": {"ENGINE": engine}},
        "CACHES": {"default": {"BACKEND": cache}},
        "CHANNEL_LAYERS": {"default": {"BACKEND": layer}},
    }.items():
        monkeypatch.setattr(settings, name, value)


def test_several_workers_on_one_processs_parts_are_warned_about(monkeypatch: pytest.MonkeyPatch) -> None:
    choose(monkeypatch, SQLITE, "django.core.cache.backends.locmem.LocMemCache", "channels.layers.InMemoryChannelLayer")
    assert checks.multi_process_warning(1) is None
    warning = checks.multi_process_warning(2)
    assert warning is not None
    assert warning.startswith("2 workers on SQLite, the in-memory channel layer, the in-memory cache: ")


def test_several_workers_on_postgresql_and_redis_are_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    redis = "django.core.cache.backends.redis.RedisCache", "channels_redis.pubsub.RedisPubSubChannelLayer"
    choose(monkeypatch, "django.db.backends.postgresql", *redis)
    assert checks.multi_process_warning(2) is None
