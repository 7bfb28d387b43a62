"""Services that may introspect: made by an operator, known by a secret that is shown once."""

import re
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from oauth_bridge import audit
from oauth_bridge.models import Person, ResourceServer
from oauth_bridge.protocol import tokens
from oauth_bridge.protocol.errors import InvalidClient
from oauth_bridge.protocol.token_requests import ClientCredentials

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_TOUCH_AFTER = timedelta(minutes=1)


class InvalidName(Exception):
    """The name cannot be an id at ``/introspect``, or is taken."""


@transaction.atomic
def add(name: str) -> str:
    """Register a service; return its secret, which is not to be had again.

    Raises:
        InvalidName: it has other than small letters, digits, dots, hyphens and underscores, or is taken.
    """
    if not _NAME.fullmatch(name):
        raise InvalidName("Use up to 64 small letters, digits, dots, hyphens and underscores, a letter or digit first.")
    secret = tokens.mint(tokens.RESOURCE_SERVER_SECRET)
    _, is_new = ResourceServer.objects.get_or_create(name=name, defaults={"secret_checksum": tokens.checksum(secret)})
    if not is_new:
        raise InvalidName("There is a resource server of that name.")
    record(name, "added")
    return secret


@transaction.atomic
def renew_secret(name: str) -> str | None:
    """Give a service a new secret and return it; the old one ends at once. None if there is no such service."""
    secret = tokens.mint(tokens.RESOURCE_SERVER_SECRET)
    found = ResourceServer.objects.filter(name=name).update(secret_checksum=tokens.checksum(secret))
    if not found:
        return None
    record(name, "secret renewed")
    return secret


@transaction.atomic
def remove(name: str, *, operator: Person | None = None) -> bool:
    """Forget a service: it may not ask any more. Return False if there is none of that name."""
    _, deleted = ResourceServer.objects.filter(name=name).delete()
    if deleted:
        record(name, "removed", operator=operator)
    return bool(deleted)


def record(name: str, what: str, *, operator: Person | None = None) -> None:
    """Write down what was done to a service; without an operator it was somebody at the command line."""
    audit.record(audit.Kind.RESOURCE_SERVER_CHANGED, operator=operator, resource_server=name, change=what)


def authenticate(credentials: ClientCredentials) -> ResourceServer:
    """Return the service that the credentials prove.

    Raises:
        InvalidClient: unknown, switched off, or no or a wrong secret.
    """
    server = ResourceServer.objects.filter(name=credentials.client_id, disabled_at__isnull=True).first()
    presented = tokens.checksum(credentials.secret or "")
    # Compared in constant time, and for an unknown name too.
    is_right = constant_time_compare(presented, server.secret_checksum if server else tokens.checksum("nobody"))
    if server is None or not is_right or credentials.secret is None:
        raise InvalidClient("Only resource servers that the operator registered may ask, with their secret.")
    now = timezone.now()
    if server.last_used_at is None or server.last_used_at < now - _TOUCH_AFTER:
        ResourceServer.objects.filter(pk=server.pk).update(last_used_at=now)
    return server
