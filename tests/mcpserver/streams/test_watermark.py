"""How far the notes are read: each once, whatever the order of commits."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.utils import timezone

from mcpserver.models import Note
from mcpserver.streams import watermark
from mcpserver.streams.watermark import Watermark
from tests.support import needs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def postgresql() -> None:
    """Skip on SQLite, where one writer follows the other."""
    if connection.vendor != "postgresql":
        needs.missing("a PostgreSQL named by DATABASE_URL")


def write(target: str) -> None:
    Note.objects.create(kind="test", target=target, payload={}, created_at=timezone.now())


def targets(reader: Watermark) -> list[str]:
    return [target for _, target, _ in reader.read()]


@contextmanager
def uncommitted(target: str) -> Iterator[None]:
    """Write a note in a transaction of another connection, and commit at the end of the block."""
    written, go_on = threading.Event(), threading.Event()

    def work() -> None:
        try:
            with transaction.atomic():
                write(target)
                written.set()
                assert go_on.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    assert written.wait(20)
    try:
        yield
    finally:
        go_on.set()
        thread.join(20)


def test_reading_begins_with_what_comes_after() -> None:
    write("before")
    reader = Watermark()
    assert targets(reader) == []
    write("one")
    write("two")
    assert targets(reader) == ["one", "two"]
    assert targets(reader) == []


def test_more_than_one_batch_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """And not read at once: notes may be large."""
    monkeypatch.setattr(watermark, "_BATCH", 3)
    reader = Watermark()
    reader.read()
    for number in range(7):
        write(str(number))
    read = [(targets(reader), reader.has_more) for _ in range(3)]
    assert read == [(["0", "1", "2"], True), (["3", "4", "5"], True), (["6"], False)]


@pytest.mark.usefixtures("postgresql")
def test_a_note_that_is_committed_late_is_not_missed() -> None:
    """PostgreSQL gives ids when rows are written: a lower one may be committed after a higher one was read."""
    reader = Watermark()
    reader.read()
    with uncommitted("late"):
        write("early")
        assert targets(reader) == ["early"]
        assert targets(reader) == []
    assert targets(reader) == ["late"]
    assert targets(reader) == []


@pytest.mark.usefixtures("postgresql")
def test_a_note_under_way_when_reading_begins_is_not_missed() -> None:
    reader = Watermark()
    with uncommitted("late"):
        write("early")
        assert targets(reader) == []
    assert targets(reader) == ["late"]


@pytest.mark.usefixtures("postgresql")
def test_an_id_that_was_never_used_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Watermark()
    reader.read()
    with transaction.atomic():
        write("rolled back")
        transaction.set_rollback(True)
    write("kept")
    assert targets(reader) == ["kept"]
    assert reader._late()
    monkeypatch.setattr(watermark, "LATE_SECONDS", 0.0)
    assert not reader._late()
