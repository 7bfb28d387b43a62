"""The row of a task."""

from django.db import models

from mcpserver.protocol import tasks as protocol


class Task(models.Model):
    """A tool call that goes on after its answer.

    The id is random and stored as it is: it is a name and no key, since whoever uses it must be the person and the client of
    the session as well. What the person said and got is sealed (``oauth_bridge.sealing``); arguments are not kept at all.
    """

    class Status(models.TextChoices):
        """SEP-2663, Task Status."""

        WORKING = protocol.WORKING, "working"
        INPUT_REQUIRED = protocol.INPUT_REQUIRED, "waits for answers"
        COMPLETED = protocol.COMPLETED, "completed"
        FAILED = protocol.FAILED, "failed"
        CANCELLED = protocol.CANCELLED, "cancelled"

    id = models.CharField(primary_key=True, max_length=64, editable=False)
    session = models.ForeignKey("oauth_bridge.Session", on_delete=models.CASCADE, related_name="+")
    tool = models.CharField(max_length=64)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.WORKING)
    status_message = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    last_updated_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    # While it is not final: until when the process that runs it is believed to live.
    lease_until = models.DateTimeField()
    # JSON: {key: {"method": …, "params": {…}}}, those that are not answered yet.
    sealed_requests = models.BinaryField(null=True, editable=False)
    # JSON: {key: result}, what the work has not fetched yet.
    sealed_answers = models.BinaryField(null=True, editable=False)
    # JSON: the call's result if completed, its error if failed.
    sealed_outcome = models.BinaryField(null=True, editable=False)

    def __str__(self) -> str:
        return f"{self.tool} ({self.status})"
