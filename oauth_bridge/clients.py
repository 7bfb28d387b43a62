"""Knowing clients again. How they register is in ``registrations`` and in ``documents``."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import check_password
from django.utils import timezone

from oauth_bridge import statements
from oauth_bridge.documents import assertions, hosts
from oauth_bridge.models import Client
from oauth_bridge.protocol.errors import InvalidClient
from oauth_bridge.protocol.registration import ClientMetadata
from oauth_bridge.protocol.token_requests import ClientCredentials

_TOUCH_AFTER = timedelta(minutes=1)
_USABLE = statements.Select(lambda: Client.objects.filter(client_id=statements.text("client_id"), disabled_at__isnull=True))


def fields(metadata: ClientMetadata) -> dict[str, Any]:
    """Return what a client says about itself, as fields of its row."""
    is_public = metadata.token_endpoint_auth_method == Client.AuthMethod.NONE
    return {
        "name": metadata.client_name,
        "redirect_uris": " ".join(metadata.redirect_uris),
        "client_type": Client.CLIENT_PUBLIC if is_public else Client.CLIENT_CONFIDENTIAL,
        "authorization_grant_type": Client.GRANT_AUTHORIZATION_CODE,
        "token_endpoint_auth_method": metadata.token_endpoint_auth_method,
        "grant_types": list(metadata.grant_types),
        "scope": metadata.scope,
        "application_type": metadata.application_type,
        "client_uri": metadata.client_uri,
        "software_id": metadata.software_id,
        "software_version": metadata.software_version,
        "jwks": list(metadata.jwks),
        "jwks_uri": metadata.jwks_uri,
    }


def find(client_id: str) -> Client | None:
    """Return a client that may be used, else None."""
    return _USABLE.first(client_id=client_id)


def authenticate(credentials: ClientCredentials) -> Client:
    """Return the client that the credentials prove (RFC 6749 §2.3).

    A confidential client may send its secret either way, whichever it registered: libraries disagree, and neither is weaker.

    Raises:
        InvalidClient: unknown, switched off, of a blocked host, no or a wrong proof, or a secret from a client without one.
        TemporarilyUnavailable: the client signs, and its keys cannot be had.
    """
    client = find(credentials.client_id)
    if client is None or hosts.is_blocked(client):
        raise InvalidClient("The client is not known here. It has to register again.")
    if credentials.assertion is None:
        _check_secret(client, credentials.secret)
    else:
        # Also from a client that may come without one: a proof that is offered must hold.
        assertions.verify(client, credentials.assertion)
    _touch(client, timezone.now())
    return client


def _check_secret(client: Client, secret: str | None) -> None:
    if client.is_public:
        if secret is not None:
            raise InvalidClient("This client is registered without a secret, and must not send one.")
    elif client.token_endpoint_auth_method == Client.AuthMethod.PRIVATE_KEY_JWT:
        raise InvalidClient("This client is registered with private_key_jwt, and must send a client_assertion.")
    elif secret is None or not check_password(secret, client.client_secret, preferred="client_secret_sha256"):
        raise InvalidClient("The client's secret is missing or wrong.")


def _touch(client: Client, now: datetime) -> None:
    if client.last_used_at is None or client.last_used_at < now - _TOUCH_AFTER:
        Client.objects.filter(pk=client.pk).update(last_used_at=now)
