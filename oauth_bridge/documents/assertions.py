"""Clients that prove themselves by a signature (``private_key_jwt``, RFC 7523)."""

from datetime import UTC, datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from oauth_bridge.documents import keys
from oauth_bridge.models import Client, UsedAssertion
from oauth_bridge.protocol import client_assertion, tokens
from oauth_bridge.protocol.errors import InvalidClient


def verify(client: Client, assertion: str) -> None:
    """Accept an assertion of this client, once.

    Raises:
        InvalidClient: it proves nothing, or was used before.
        TemporarilyUnavailable: the keys that it would be checked with cannot be had.
    """
    if not keys.has_keys(client):
        raise InvalidClient("This client is registered without keys, and cannot sign.")
    proved = client_assertion.verify(
        assertion,
        keys.candidates(client, client_assertion.header(assertion)),
        client_id=client.client_id,
        audiences=client_assertion.audiences(settings.PUBLIC_URL),
        now=int(timezone.now().timestamp()),
    )
    _use(client, proved)


def _use(client: Client, proved: client_assertion.Assertion) -> None:
    """Write the assertion down as used. The row's uniqueness is the judge: of two at once, one is refused."""
    try:
        with transaction.atomic():
            UsedAssertion.objects.create(
                client=client,
                jti_checksum=tokens.checksum(proved.jti),
                expires_at=datetime.fromtimestamp(proved.useless_from, UTC),
            )
    except IntegrityError:
        raise InvalidClient("The client assertion was used before: each needs a jti of its own.") from None
