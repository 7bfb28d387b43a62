"""What clients publish about themselves: copies of their documents and keys, what changed in them, and trust in hosts."""

from datetime import datetime
from typing import ClassVar

from django.db import models


class StoredCopy(models.Model):
    """The last good answer of a client's site. Errors and unusable answers never replace it.

    ``fetched_at`` is when the site last confirmed the body (200, or 304 to the ``etag``).
    """

    url = models.CharField(max_length=255)
    body = models.TextField()
    etag = models.CharField(max_length=200, blank=True)
    fetched_at = models.DateTimeField()
    fresh_until = models.DateTimeField()
    failing_since = models.DateTimeField(null=True, blank=True, help_text="Since when the site gives nothing usable")
    error = models.CharField(max_length=200, blank=True, help_text="Why, at the last try")

    class Meta:
        abstract = True

    def is_fresh(self, now: datetime) -> bool:
        """Return whether the copy may be used without asking the site."""
        return now < self.fresh_until


class ClientDocument(StoredCopy):
    """The document that a client is known by (draft-ietf-oauth-client-id-metadata-document)."""

    client = models.OneToOneField("oauth_bridge.Client", on_delete=models.CASCADE, related_name="document")
    host = models.CharField(max_length=255, db_index=True)

    class Meta:
        ordering = ("host", "url")

    def __str__(self) -> str:
        return self.url


class ClientKeySet(StoredCopy):
    """The keys that a client's ``jwks_uri`` gave."""

    client = models.OneToOneField("oauth_bridge.Client", on_delete=models.CASCADE, related_name="key_set")

    def __str__(self) -> str:
        return self.url


class ClientDocumentChange(models.Model):
    """A difference that was found when a document or a key set was fetched again. Kept for the operator."""

    client = models.ForeignKey("oauth_bridge.Client", on_delete=models.CASCADE, related_name="document_changes")
    field = models.CharField(max_length=40)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at", "field")
        indexes: ClassVar = [models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"{self.field} at {self.at:%Y-%m-%d %H:%M}"


class ClientHost(models.Model):
    """What the operator thinks of a host that clients' documents come from. It overrules the built-in list."""

    class Trust(models.TextChoices):
        """``blocked`` goes for all names below the host too, ``known`` for this one alone."""

        KNOWN = "known", "known"
        UNKNOWN = "unknown", "unknown: the consent page says so"
        BLOCKED = "blocked", "blocked, with everything below it"

    host = models.CharField(max_length=255, unique=True)
    trust = models.CharField(max_length=10, choices=Trust.choices, default=Trust.KNOWN)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("host",)

    def __str__(self) -> str:
        return f"{self.host}: {self.trust}"


class UsedAssertion(models.Model):
    """A client assertion that was used: it works once (RFC 7523 §3 item 7). Only a hash of its id is kept."""

    client = models.ForeignKey("oauth_bridge.Client", on_delete=models.CASCADE, related_name="+")
    jti_checksum = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["client", "jti_checksum"], name="used_assertion_unique")]

    def __str__(self) -> str:
        return f"used until {self.expires_at:%Y-%m-%d %H:%M}"
