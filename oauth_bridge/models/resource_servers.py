"""Services beside this one that may ask whether a token is good (RFC 7662)."""

from django.db import models


class ResourceServer(models.Model):
    """A service that an operator registered. ``name`` is its id at ``/introspect``; of its secret SHA-256 is kept."""

    name = models.CharField(max_length=64, unique=True)
    secret_checksum = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
