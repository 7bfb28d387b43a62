"""Registering clients, and knowing them again."""

import secrets
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password
from django.utils import timezone

from oauth_bridge.models import Client
from oauth_bridge.protocol import tokens
from oauth_bridge.protocol.errors import InvalidClient
from oauth_bridge.protocol.registration import ClientMetadata
from oauth_bridge.protocol.token_requests import ClientCredentials

_TOUCH_AFTER = timedelta(minutes=1)


def register(metadata: ClientMetadata, *, address: str | None) -> tuple[Client, str | None]:
    """Store a new client and return it with its secret, which is not to be had again; None for a public client."""
    is_public = metadata.token_endpoint_auth_method == Client.AuthMethod.NONE
    secret = None if is_public else tokens.mint(tokens.CLIENT_SECRET)
    client = Client.objects.create(
        client_id=secrets.token_hex(16),
        name=metadata.client_name,
        redirect_uris=" ".join(metadata.redirect_uris),
        client_type=Client.CLIENT_PUBLIC if is_public else Client.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Client.GRANT_AUTHORIZATION_CODE,
        # A public client has no secret; hashing the empty text would make one.
        client_secret=secret or "",
        hash_client_secret=secret is not None,
        registration_source=Client.RegistrationSource.DCR,
        token_endpoint_auth_method=metadata.token_endpoint_auth_method,
        grant_types=list(metadata.grant_types),
        scope=metadata.scope,
        application_type=metadata.application_type,
        client_uri=metadata.client_uri,
        software_id=metadata.software_id,
        software_version=metadata.software_version,
        registered_from=address,
    )
    return client, secret


def find(client_id: str) -> Client | None:
    """Return a client that may be used, else None."""
    return Client.objects.filter(client_id=client_id, disabled_at__isnull=True).first()


def authenticate(credentials: ClientCredentials) -> Client:
    """Return the client that the credentials prove (RFC 6749 §2.3).

    A confidential client may send its secret either way, whichever it registered: libraries disagree, and neither is weaker.

    Raises:
        InvalidClient: unknown, switched off, no or a wrong secret, or a secret from a client that has none.
    """
    client = find(credentials.client_id)
    if client is None:
        raise InvalidClient("The client is not known here. It has to register again.")
    if client.is_public:
        if credentials.secret is not None:
            raise InvalidClient("This client is registered without a secret, and must not send one.")
    elif credentials.secret is None or not check_password(
        credentials.secret, client.client_secret, preferred="client_secret_sha256"
    ):
        raise InvalidClient("The client's secret is missing or wrong.")
    _touch(client, timezone.now())
    return client


def _touch(client: Client, now: datetime) -> None:
    if client.last_used_at is None or client.last_used_at < now - _TOUCH_AFTER:
        Client.objects.filter(pk=client.pk).update(last_used_at=now)
