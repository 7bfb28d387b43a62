"""OAuth's records, on django-oauth-toolkit's models. No secret, code or token is stored: only hashes of them.

``Grant.code`` and ``token_checksum`` hold SHA-256 in hexadecimal; ``token`` stays empty.
"""

from typing import ClassVar

from django.db import models
from oauth2_provider.models import (
    AbstractAccessToken,
    AbstractApplication,
    AbstractGrant,
    AbstractIDToken,
    AbstractRefreshToken,
)


class Client(AbstractApplication):
    """An MCP program, as it registered itself or as an operator entered it."""

    class AuthMethod(models.TextChoices):
        """RFC 7591 §2 ``token_endpoint_auth_method``."""

        NONE = "none", "none (public client)"
        BASIC = "client_secret_basic", "client_secret_basic"
        POST = "client_secret_post", "client_secret_post"
        PRIVATE_KEY_JWT = "private_key_jwt", "private_key_jwt (signs with its own key)"

    token_endpoint_auth_method = models.CharField(max_length=32, choices=AuthMethod.choices, default=AuthMethod.NONE)
    grant_types = models.JSONField(default=list, help_text="Of authorization_code and refresh_token")
    scope = models.TextField(blank=True, help_text="As registered; requests may ask for others")
    application_type = models.CharField(max_length=16, blank=True)
    client_uri = models.CharField(max_length=500, blank=True)
    software_id = models.CharField(max_length=200, blank=True)
    software_version = models.CharField(max_length=100, blank=True)
    jwks = models.JSONField(default=list, blank=True, help_text="Public keys, if the client registered them itself")
    jwks_uri = models.CharField(max_length=255, blank=True, help_text="Where the client publishes its public keys")
    registered_from = models.GenericIPAddressField(null=True, blank=True)
    fingerprint = models.CharField(
        max_length=64,
        blank=True,
        editable=False,
        help_text="Of a public client's metadata as registered: equal ones share a row",
    )
    registration_token_checksum = models.CharField(max_length=64, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True, help_text="By the client itself, or because it was never used")

    class Meta(AbstractApplication.Meta):
        ordering = ("-created",)
        indexes: ClassVar = [
            models.Index(
                fields=["fingerprint", "registered_from"], condition=~models.Q(fingerprint=""), name="client_fingerprint"
            ),
            models.Index(fields=["created"], condition=models.Q(deleted_at__isnull=True), name="client_created"),
            models.Index(fields=["deleted_at"], condition=models.Q(deleted_at__isnull=False), name="client_deleted"),
        ]

    def __str__(self) -> str:
        return self.name or self.client_id

    @property
    def is_public(self) -> bool:
        """Whether the client holds no secret (RFC 6749 §2.1)."""
        return self.token_endpoint_auth_method == self.AuthMethod.NONE

    @property
    def registered_redirect_uris(self) -> list[str]:
        """The redirect URIs, as registered."""
        return self.redirect_uris.split()


class Grant(AbstractGrant):
    """An authorization code: kept after its use, so that a replay can end what it made (RFC 6749 §4.1.2)."""

    session = models.ForeignKey("oauth_bridge.Session", null=True, blank=True, on_delete=models.CASCADE, related_name="grants")
    credential = models.ForeignKey("oauth_bridge.GitHubCredential", null=True, on_delete=models.SET_NULL, related_name="+")
    redirect_uri_was_sent = models.BooleanField(default=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta(AbstractGrant.Meta):
        indexes: ClassVar = [models.Index(fields=["expires"])]


class AccessToken(AbstractAccessToken):
    """A bearer token of a session, for this server's own audience."""

    session = models.ForeignKey("oauth_bridge.Session", on_delete=models.CASCADE, related_name="access_tokens")

    class Meta(AbstractAccessToken.Meta):
        indexes: ClassVar = [models.Index(fields=["expires"])]


class RefreshToken(AbstractRefreshToken):
    """A refresh token of a session. ``revoked`` is when it was exchanged for its successor.

    The successor is derived from the presented token, ``successor_salt`` and a key of the server: within the grace a
    client that lost the answer gets the same pair again, though no token is stored.
    """

    session = models.ForeignKey("oauth_bridge.Session", on_delete=models.CASCADE, related_name="refresh_tokens")
    expires_at = models.DateTimeField()
    successor_salt = models.BinaryField(max_length=32, null=True, editable=False)

    class Meta(AbstractRefreshToken.Meta):
        constraints: ClassVar = [models.UniqueConstraint(fields=["token_checksum"], name="refresh_token_checksum_unique")]


class IDToken(AbstractIDToken):
    """Unused: swapped now, because it cannot be swapped later."""

    class Meta(AbstractIDToken.Meta):
        pass
