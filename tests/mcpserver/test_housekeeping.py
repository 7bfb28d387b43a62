"""What the hourly housekeeping takes away of the streams' rows."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mcpserver.models import Note
from mcpserver.streams import note_rows
from oauth_bridge import housekeeping


def write(age: timedelta) -> None:
    Note.objects.create(kind="test", target="", payload={}, created_at=timezone.now() - age)


@pytest.mark.django_db
def test_old_notes_go_and_new_ones_stay() -> None:
    write(note_rows.LIFETIME + timedelta(seconds=1))
    write(timedelta(seconds=1))
    done = housekeeping.sweep(timezone.now())
    assert done["notes between processes"] == 1
    assert Note.objects.count() == 1
    assert {"events of streams", "transport sessions", "tasks"} <= done.keys()


@pytest.mark.django_db
def test_whoever_writes_takes_old_notes_away_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    write(note_rows.LIFETIME + timedelta(seconds=1))
    monkeypatch.setattr(note_rows._sweeping, "_next", 0.0)
    note_rows.write("test", "", {})
    assert Note.objects.count() == 1
    write(note_rows.LIFETIME + timedelta(seconds=1))
    note_rows.write("test", "", {})
    assert Note.objects.count() == 3


@pytest.mark.django_db
def test_notes_are_taken_away_as_fast_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(note_rows, "_SWEEP_ROWS", 2)
    for number in range(5):
        Note.objects.create(
            kind="k", target=str(number), payload={}, created_at=timezone.now() - note_rows.LIFETIME - timedelta(seconds=1)
        )
    monkeypatch.setattr(note_rows._sweeping, "_next", 0.0)
    for number in range(3):
        note_rows.write("k", f"new {number}", {})
    assert sorted(Note.objects.values_list("target", flat=True)) == ["new 0", "new 1", "new 2"]
