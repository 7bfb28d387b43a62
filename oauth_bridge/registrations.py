"""Clients that register themselves (RFC 7591), and look after their registration (RFC 7592)."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from oauth_bridge import audit, clients, orphans, sessions, statements
from oauth_bridge.models import Client, PendingAuthorization, Session
from oauth_bridge.protocol import lifetimes, registration, tokens
from oauth_bridge.protocol.client_management import Update
from oauth_bridge.protocol.errors import InvalidRegistrationToken, RegistrationError
from oauth_bridge.protocol.registration import ClientMetadata

_DCR = Client.RegistrationSource.DCR


def _equal() -> QuerySet[Client]:
    return orphans.untouched(statements.moment("now")).filter(
        fingerprint=statements.text("fingerprint"),
        registered_from=statements.address("address"),
        created__gt=statements.moment("lately"),
        disabled_at__isnull=True,
    )


_SHAREABLE = statements.Select(lambda: _equal().order_by("created")[:1])
_SHARE = statements.Update(lambda: _equal().filter(pk=statements.number("client")), registration_token_checksum="")


@dataclass(frozen=True, slots=True)
class Registered:
    """A client, and what is not to be had again: its secret (None for one without), and the token that manages it.

    ``management_token`` is None for a registration that several share.
    """

    client: Client
    secret: str | None
    management_token: str | None


def register(metadata: ClientMetadata, *, address: str | None) -> Registered:
    """Return a client for the metadata: a new one, or an equal public one of the same address that came to nothing yet."""
    is_public = metadata.token_endpoint_auth_method == Client.AuthMethod.NONE
    fingerprint = registration.fingerprint(metadata) if is_public and address else ""
    if fingerprint and address and (shared := _shared(fingerprint, address, timezone.now())):
        return Registered(shared, None, None)
    secret = _new_secret(metadata)
    management_token = tokens.mint(tokens.REGISTRATION_TOKEN)
    with transaction.atomic():
        client = Client.objects.create(
            client_id=secrets.token_hex(16),
            # A client without a secret has none; hashing the empty text would make one.
            client_secret=secret or "",
            hash_client_secret=secret is not None,
            registration_source=_DCR,
            registered_from=address,
            fingerprint=fingerprint,
            registration_token_checksum=tokens.checksum(management_token),
            **clients.fields(metadata),
        )
        audit.record(audit.Kind.CLIENT_REGISTERED, client=client, redirect_uris=list(metadata.redirect_uris))
    orphans.keep_bounded(client)
    return Registered(client, secret, management_token)


def find_managed(client_id: str, token: str) -> Client:
    """Return the client whose registration the token manages.

    Raises:
        InvalidRegistrationToken: there is no such client, or the token is not its own.
    """
    client = clients.find(client_id) if tokens.is_well_formed(token, tokens.REGISTRATION_TOKEN) else None
    if client is None or not constant_time_compare(client.registration_token_checksum, tokens.checksum(token)):
        raise InvalidRegistrationToken
    return client


def metadata_of(client: Client) -> ClientMetadata:
    """Return what is effective of a client's registration."""
    return ClientMetadata(
        redirect_uris=tuple(client.registered_redirect_uris),
        client_name=client.name,
        token_endpoint_auth_method=client.token_endpoint_auth_method,
        grant_types=tuple(client.grant_types),
        scope=client.scope,
        application_type=client.application_type,
        client_uri=client.client_uri,
        software_id=client.software_id,
        software_version=client.software_version,
        jwks=tuple(client.jwks),
        jwks_uri=client.jwks_uri,
    )


@transaction.atomic
def replace(client: Client, update: Update) -> Registered:
    """Replace what a client registered (RFC 7592 §2.2). A secret is made only where there was none and one is needed.

    Raises:
        RegistrationError: the secret that came along is not the client's.
        InvalidRegistrationToken: the registration was deleted, or shared, a moment ago.
    """
    row = _still_managed(client)
    if update.client_secret is not None and not _has_secret(row, update.client_secret):
        raise RegistrationError("invalid_client_metadata", "client_secret is not the current one, and cannot be chosen.")
    described = clients.fields(update.metadata)
    changed = [name for name, value in described.items() if getattr(row, name) != value]
    secret = _set_secret(row, update.metadata)
    for name, value in described.items():
        setattr(row, name, value)
    # Nobody shares what its owner has changed: who registers the same anew gets a row of their own.
    row.fingerprint = ""
    row.save()
    if changed:
        # Their consent pages show what the client was.
        waiting = PendingAuthorization.objects.filter(client=row, person__isnull=True, denied_at__isnull=True)
        waiting.update(expires_at=timezone.now())
        audit.record(audit.Kind.CLIENT_CHANGED, client=row, changed=changed)
    return Registered(row, secret, None)


@transaction.atomic
def delete(client: Client) -> None:
    """End a registration and every session through it (RFC 7592 §2.3). The row stays while sessions are remembered.

    Raises:
        InvalidRegistrationToken: somebody else did it a moment ago.
    """
    row, now = _still_managed(client), timezone.now()
    row.disabled_at = row.deleted_at = now
    row.registration_token_checksum = row.fingerprint = ""
    row.save(update_fields=["disabled_at", "deleted_at", "registration_token_checksum", "fingerprint", "updated"])
    audit.record(audit.Kind.CLIENT_DELETED, client=row)
    sessions.end(Session.objects.filter(client=row), Session.EndReason.CLIENT)
    sessions.withdraw_rights()


def _shared(fingerprint: str, address: str, now: datetime) -> Client | None:
    """Return the client of an equal registration that was made lately and came to nothing, now shared by both; else None.

    A public client has no secret: its id is in every authorization request, and its redirect URIs lead to the same
    programs. So whoever shares it could have sent that id without asking. What must not be shared is the right to change
    or delete the registration, which would reach into the other's sign-in: it ends here, for the first comer too.
    """
    equal = {"now": now, "lately": now - timedelta(seconds=lifetimes.REGISTRATION_SHARED)}
    client = _SHAREABLE.first(fingerprint=fingerprint, address=address, **equal)
    if client is None or not client.registration_token_checksum:
        return client
    # One statement, so that the first comer's change or deletion happens before this, or not at all.
    return client if _SHARE.run(fingerprint=fingerprint, address=address, client=client.pk, **equal) else None


def _still_managed(client: Client) -> Client:
    """Return the row, locked, if nothing has happened to it since the token was checked."""
    row = Client.objects.select_for_update(no_key=True).filter(
        pk=client.pk, registration_token_checksum=client.registration_token_checksum, disabled_at__isnull=True
    )
    if (found := row.first()) is None:
        raise InvalidRegistrationToken
    return found


def _new_secret(metadata: ClientMetadata) -> str | None:
    has_secret = metadata.token_endpoint_auth_method in registration.SECRET_METHODS
    return tokens.mint(tokens.CLIENT_SECRET) if has_secret else None


def _has_secret(client: Client, secret: str) -> bool:
    return bool(client.client_secret) and check_password(secret, client.client_secret, preferred="client_secret_sha256")


def _set_secret(client: Client, metadata: ClientMetadata) -> str | None:
    """Let a client have a secret exactly if its method needs one; return a new one."""
    secret = _new_secret(metadata)
    if secret is None:
        client.client_secret, client.hash_client_secret = "", False
    elif not client.client_secret:
        client.client_secret, client.hash_client_secret = secret, True
    else:
        return None
    return secret
