from pathlib import Path

import pytest
from django.conf import settings
from django.core.checks import Error, Warning  # noqa: A004 - Django's names
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
    monkeypatch.setattr(checks.checks, "run_checks", lambda: found)
    with pytest.raises(CannotStart, match=r"^bad thing\. Do this\. \(x\.E1\)$"):
        checks.check_system()


def test_warnings_and_silenced_errors_do_not_stop_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SILENCED_SYSTEM_CHECKS", ["x.E1"])
    monkeypatch.setattr(checks.checks, "run_checks", lambda: [Warning("mild", id="x.W1"), Error("bad", id="x.E1")])
    checks.check_system()


class Executor:
    """Django's, with a plan or a fault of the test's choice."""

    outcome: list[object] | Exception = []

    def __init__(self, _connection: object) -> None:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        self.loader = self
        self.graph = self

    def leaf_nodes(self) -> list[object]:
        return []

    def migration_plan(self, _targets: object) -> list[object]:
        assert isinstance(self.outcome, list)
        return self.outcome


@pytest.mark.parametrize(
    ("outcome", "text"),
    [
        (["one", "two"], "the database lacks 2 migration"),
        (
            OperationalError("connection refused\nIs it running?"),
            "the database does not answer: connection refused Is it running",
        ),
    ],
)
def test_a_database_that_is_not_ready_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, outcome: list[object] | Exception, text: str
) -> None:
    monkeypatch.setattr(Executor, "outcome", outcome)
    monkeypatch.setattr(checks, "MigrationExecutor", Executor)
    monkeypatch.setattr(checks.connections, "close_all", lambda: None)
    with pytest.raises(CannotStart, match=text):
        checks.check_migrations()


def test_a_database_that_is_up_to_date_is_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Executor, "outcome", [])
    monkeypatch.setattr(checks, "MigrationExecutor", Executor)
    monkeypatch.setattr(checks.connections, "close_all", lambda: None)
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
