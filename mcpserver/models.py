"""What the processes of one server tell each other, and what outlives a connection."""

from django.db import models

from mcpserver.tasks.model import Task  # noqa: F401  one of this app's, which lies beside what uses it


class Note(models.Model):
    """One message between processes. Read by id, which is given when a row is written, though not in the order of commits.

    ``kind`` and ``target`` are the address (``streams.bus``); ``payload`` holds nothing secret, since rows stay for minutes.
    """

    kind = models.CharField(max_length=32)
    target = models.CharField(max_length=128, blank=True)
    payload = models.JSONField()
    created_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.target}"
