"""What is under way between a browser, this server and GitHub. Ids and states are stored as SHA-256 only."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class PendingAuthorization(models.Model):
    """An authorization request that waits for a person's answer; it belongs to one browser."""

    id_checksum = models.CharField(max_length=64, unique=True)
    browser_checksum = models.CharField(max_length=64)
    network = models.CharField(max_length=50, default="unknown", help_text="What counts as the address it came from")
    client = models.ForeignKey("oauth_bridge.Client", on_delete=models.CASCADE)
    redirect_uri = models.TextField()
    redirect_uri_was_sent = models.BooleanField()
    state = models.TextField(null=True)  # noqa: DJ001  no state and an empty state are answered differently
    scope = models.TextField()
    resource = models.CharField(max_length=500)
    code_challenge = models.CharField(max_length=128)
    select_account = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    allowed_at = models.DateTimeField(null=True)
    denied_at = models.DateTimeField(null=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["network", "id"], name="pending_network")]

    def __str__(self) -> str:
        return f"authorization request of {self.client}"


class SignInAttempt(models.Model):
    """One trip to GitHub: single use, ten minutes, for the browser that began it."""

    state_checksum = models.CharField(max_length=64, unique=True)
    browser_checksum = models.CharField(max_length=64)
    pending = models.ForeignKey(PendingAuthorization, null=True, on_delete=models.CASCADE)
    next_path = models.CharField(max_length=500, blank=True)
    scope = models.CharField(max_length=200)
    sealed_code_verifier = models.BinaryField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"sign-in attempt {self.pk}"


class GitHubCredential(models.Model):
    """A person's token at GitHub for one set of scopes, sealed with ``ENCRYPTION_KEYS``."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="credentials")
    scope = models.CharField(max_length=200, help_text="As granted by GitHub: sorted, separated by blanks")
    sealed_token = models.BinaryField()
    sealed_refresh_token = models.BinaryField(null=True)
    expires_at = models.DateTimeField(null=True)
    refresh_expires_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True)
    dead_at = models.DateTimeField(null=True, help_text="When GitHub refused the token")
    renewing_until = models.DateTimeField(null=True, help_text="One process asks GitHub for a new pair until then at most")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "scope"], name="credential_person_scope_unique")]

    def __str__(self) -> str:
        return f"credential {self.pk}"
