"""Sessions: what a sign-in made, and what ending it ends."""

import uuid

from django.conf import settings
from django.db import models


class Session(models.Model):
    """One person signed in through one client on one device. It owns that sign-in's tokens."""

    class EndReason(models.TextChoices):
        """Why a session ended."""

        OPERATOR = "operator", "by an operator"
        CLIENT = "client", "by the client"
        PERSON = "person", "by the person"
        CODE_REPLAY = "code_replay", "authorization code presented again"
        REFRESH_REUSE = "refresh_reuse", "old refresh token presented again"
        NOT_ALLOWED = "not_allowed", "person no longer allowed"
        UPSTREAM = "upstream", "GitHub no longer accepts the sign-in"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sessions")
    client = models.ForeignKey("oauth_bridge.Client", on_delete=models.CASCADE, related_name="sessions")
    credential = models.ForeignKey(
        "oauth_bridge.GitHubCredential", null=True, on_delete=models.SET_NULL, related_name="sessions", editable=False
    )
    scope = models.TextField()
    resource = models.CharField(max_length=500)
    address = models.GenericIPAddressField("browser address", null=True, blank=True)
    user_agent = models.CharField("browser", max_length=200, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=20, choices=EndReason.choices, blank=True)

    class Meta:
        ordering = ("-last_used_at",)

    def __str__(self) -> str:
        return f"{self.person} through {self.client}"


class RevocationEpoch(models.Model):
    """One row, counted up in the transaction of everything that takes a right away.

    Processes keep verified callers for seconds; reading this number tells them cheaply when to forget.
    """

    value = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.value)
