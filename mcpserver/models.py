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


class TransportSession(models.Model):
    """What ``Mcp-Session-Id`` stands for, or a stream of HTTP+SSE. ``key`` is the id's SHA-256; ``log_level`` may be empty.

    Its owner is the person and the client of the sign-in that it was opened in.
    """

    key = models.CharField(max_length=64, primary_key=True)
    oauth_session = models.ForeignKey("oauth_bridge.Session", on_delete=models.CASCADE, related_name="+")
    is_over_sse = models.BooleanField("over HTTP+SSE")
    revision = models.CharField(max_length=16)
    capabilities = models.JSONField(default=dict)
    client_info = models.JSONField(default=dict)
    log_level = models.CharField(max_length=16, blank=True)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.revision}"


class ResourceSubscription(models.Model):
    """A resource whose changes a transport session wants to hear of (MCP 2025-11-25 server/resources, Subscriptions)."""

    session = models.ForeignKey(TransportSession, on_delete=models.CASCADE, related_name="+")
    uri = models.CharField("URI", max_length=2048)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("session", "uri"), name="one_subscription_a_uri"),)

    def __str__(self) -> str:
        return self.uri


class StreamEvent(models.Model):
    """An event that a client may ask for again (``Last-Event-ID``), sealed. The last one of a stream says that it has ended."""

    session = models.ForeignKey(TransportSession, on_delete=models.CASCADE, related_name="+")
    stream = models.CharField(max_length=32)
    number = models.PositiveIntegerField()
    data = models.BinaryField()
    is_last = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("session", "stream", "number"), name="one_event_a_number"),)

    def __str__(self) -> str:
        return f"{self.stream}-{self.number}"
