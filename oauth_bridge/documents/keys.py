"""The public keys of a client: registered ones, or those that its ``jwks_uri`` publishes."""

from collections.abc import Sequence
from contextlib import suppress

from django.db import transaction
from django.utils import timezone

from oauth_bridge import shared_cache
from oauth_bridge.documents import changes, copies, requests
from oauth_bridge.documents.fetch import FetchFailed
from oauth_bridge.models import Client, ClientKeySet
from oauth_bridge.protocol import client_documents, key_sets
from oauth_bridge.protocol.client_assertion import Header
from oauth_bridge.protocol.client_documents import InvalidDocument
from oauth_bridge.protocol.errors import TemporarilyUnavailable

# A client may change its keys at any time, and signs with the new one at once. A stranger who names keys that do not
# exist can make this server look no more often than this.
LOOK_AGAIN_SECONDS = 30


def has_keys(client: Client) -> bool:
    """Return whether the client can prove itself by a signature."""
    return bool(client.jwks or client.jwks_uri)


def candidates(client: Client, header: Header) -> list[key_sets.Key]:
    """Return the keys that a signature may have been made with; none if there is none.

    Raises:
        TemporarilyUnavailable: the client's site does not give its keys, and no copy is young enough.
    """
    if client.jwks:
        return _fitting(client.jwks, header)
    stored, now = ClientKeySet.objects.filter(client=client, url=client.jwks_uri).first(), timezone.now()
    known = client_documents.parse_key_set(stored.body.encode()) if stored else ()
    if stored and stored.is_fresh(now) and (found := _fitting(known, header)):
        return found
    if _may_look(client):
        try:
            return _fitting(_fetched(client, stored), header)
        except (FetchFailed, InvalidDocument) as error:
            if stored:
                copies.note_failure(stored, error, now)
    if stored and copies.is_usable(stored, now):
        return _fitting(known, header)
    raise TemporarilyUnavailable("The client's keys cannot be read from its site. Try again later.")


def prefetch(client: Client) -> None:
    """Fetch the keys of a client that publishes them, if there is no fresh copy. A failure shows when they are needed."""
    if not client.jwks_uri:
        return
    stored = ClientKeySet.objects.filter(client=client, url=client.jwks_uri).first()
    if (stored is None or not stored.is_fresh(timezone.now())) and _may_look(client):
        with suppress(FetchFailed, InvalidDocument):
            _fetched(client, stored)


def _fitting(keys: Sequence[key_sets.Key], header: Header) -> list[key_sets.Key]:
    return key_sets.candidates(keys, algorithm=header.algorithm, key_id=header.key_id)


def _may_look(client: Client) -> bool:
    return shared_cache.use(lambda cache: cache.add(f"client-keys:{client.pk}", 1, timeout=LOOK_AGAIN_SECONDS))


def _fetched(client: Client, stored: ClientKeySet | None) -> tuple[key_sets.Key, ...]:
    fetched = requests.get(
        client.jwks_uri,
        max_bytes=client_documents.MAX_KEY_SET_BYTES,
        read=client_documents.parse_key_set,
        known_body=stored.body if stored else None,
        etag=stored.etag if stored else "",
    )
    now = timezone.now()
    with transaction.atomic():
        # The client's row first, then its copies: who deletes a client takes them in this order as well.
        if not Client.objects.select_for_update(no_key=True).filter(pk=client.pk).exists():
            raise InvalidDocument("The client was deleted a moment ago.")
        ClientKeySet.objects.update_or_create(client=client, defaults=copies.fields(client.jwks_uri, fetched, now))
        if stored and fetched.is_new:
            before = client_documents.parse_key_set(stored.body.encode())
            changes.record(client, _facts(before), _facts(fetched.value), now)
    return fetched.value


def _facts(keys: Sequence[key_sets.Key]) -> changes.Facts:
    return {"keys": "\n".join(key_sets.thumbprints(keys))}
