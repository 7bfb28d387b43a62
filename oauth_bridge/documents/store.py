"""Clients that are known by their document: the stored copy if it is fresh, else the site's, else the copy again."""

from collections.abc import Callable
from datetime import datetime
from enum import Enum

from django.db import transaction
from django.utils import timezone

from oauth_bridge import audit, clients
from oauth_bridge.documents import changes, copies, hosts, keys, requests
from oauth_bridge.documents.fetch import FetchFailed
from oauth_bridge.documents.requests import Fetched
from oauth_bridge.models import Client, ClientDocument, ClientHost
from oauth_bridge.protocol import client_documents, client_urls
from oauth_bridge.protocol.client_documents import InvalidDocument
from oauth_bridge.protocol.errors import UntrustedRequest
from oauth_bridge.protocol.registration import ClientMetadata

DOCUMENT = Client.RegistrationSource.CIMD
BeforeFirstFetch = Callable[[bool], None]


class Problem(Enum):
    """Why a document gives no client."""

    BLOCKED = "blocked"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    INVALID = "invalid"


class Unavailable(Exception):
    """There is no client to go on with. ``description`` is safe to show: it says nothing of what we can reach."""

    def __init__(self, problem: Problem, host: str, description: str = "") -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.host = host
        self.description = description


def find(url: str, *, is_plausible: bool, before_first_fetch: BeforeFirstFetch) -> Client | None:
    """Return the client of a document, for a new authorization; None for one that is switched off.

    Nothing is fetched for a request that would be refused anyway: ``is_plausible`` says that all else in it is in order.
    ``before_first_fetch`` may raise to refuse the fetch of a document that was never seen: it is a registration. It is told
    whether the host is known: what strangers' hosts use up must not keep the widely used clients out.

    Raises:
        Unavailable: blocked, or there is neither a usable document nor a copy that is young enough.
        UntrustedRequest: an unknown document in a request that is not in order.
    """
    host, now = client_urls.host_of(url), timezone.now()
    trust = hosts.trust_of(host)
    if trust == ClientHost.Trust.BLOCKED:
        raise Unavailable(Problem.BLOCKED, host)
    document = ClientDocument.objects.select_related("client").filter(client__client_id=url).first()
    client = document.client if document else Client.objects.filter(client_id=url).first()
    if client is not None and client.disabled_at:
        return None
    # One that an operator entered under this id needs no document.
    if client is not None and (client.registration_source != DOCUMENT or (document and document.is_fresh(now))):
        return client
    if is_plausible:
        if document is None:
            before_first_fetch(trust == ClientHost.Trust.KNOWN)
        return _renewed(url, host, document, now)
    if document is not None and copies.is_usable(document, now):
        return client
    raise UntrustedRequest("invalid_request", "The request is not complete, and the program is not known here yet.")


def _renewed(url: str, host: str, document: ClientDocument | None, now: datetime) -> Client:
    try:
        fetched = requests.get(
            url,
            max_bytes=client_documents.MAX_BYTES,
            read=lambda body: client_documents.parse(body, url=url),
            known_body=document.body if document else None,
            etag=document.etag if document else "",
        )
    except (FetchFailed, InvalidDocument) as error:
        if document is not None:
            copies.note_failure(document, error, now)
            if copies.is_usable(document, now):
                return document.client
        raise _unavailable(host, error) from None
    client = _save(url, host, fetched, now)
    # Now, while a person waits for a page anyway, and not when the client waits for its tokens.
    keys.prefetch(client)
    return client


@transaction.atomic
def _save(url: str, host: str, fetched: Fetched[ClientMetadata], now: datetime) -> Client:
    described = clients.fields(fetched.value)
    # A secret is never agreed on: what would be hashed is empty, and stays so.
    new = {**described, "registration_source": DOCUMENT, "client_secret": "", "hash_client_secret": False}
    client, is_new = Client.objects.select_for_update(no_key=True).get_or_create(client_id=url, defaults=new)
    if is_new:
        audit.record(audit.Kind.DOCUMENT_FETCHED, client=client, host=host)
    else:
        before = changes.facts(client)
        for name, value in described.items():
            setattr(client, name, value)
        client.save(update_fields=[*described, "updated"])
        changes.record(client, before, changes.facts(client), now)
    ClientDocument.objects.update_or_create(client=client, defaults={**copies.fields(url, fetched, now), "host": host})
    return client


def _unavailable(host: str, error: Exception) -> Unavailable:
    if isinstance(error, InvalidDocument):
        return Unavailable(Problem.INVALID, host, str(error))
    return Unavailable(Problem.BUSY if isinstance(error, requests.Busy) else Problem.UNREACHABLE, host)
