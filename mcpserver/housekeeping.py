"""What the hourly housekeeping takes away here: each reader checks the time itself, so nothing hangs on when it runs."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from mcpserver.models import Note, StreamEvent, TransportSession
from mcpserver.streams import note_rows, replay_rows, session_rows
from mcpserver.tasks.model import Task


def stale(now: datetime) -> dict[str, QuerySet[Any]]:
    """Return by name the rows whose time is up."""
    return {
        "notes between processes": Note.objects.filter(note_rows.stale(now)),
        "events of streams": StreamEvent.objects.filter(replay_rows.stale(now)),
        "transport sessions": TransportSession.objects.filter(session_rows.stale(now)),
        "tasks": Task.objects.filter(expires_at__lt=now),
    }
