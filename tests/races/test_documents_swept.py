"""A document or keys are stored while housekeeping takes their client away: the two do not wait for each other in a circle."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from oauth_bridge import housekeeping
from oauth_bridge.documents import copies, fetch, keys, requests, store
from oauth_bridge.models import Client, ClientDocument, ClientKeySet
from tests.support.document_site import URL, document
from tests.support.signing import jwk
from wire import strict_json

pytestmark = pytest.mark.django_db(transaction=True)


KEYS: dict[str, object] = {"keys": [jwk("ES256")]}


class Site:
    """A fetcher that has the client's document and its keys."""

    def get(self, url: str, **_: object) -> fetch.Answer:
        """Return what the URL answers."""
        body: dict[str, object] = document() if url == URL else KEYS
        return fetch.Answer(strict_json.dumps(body), {})


@pytest.fixture
def forgotten(monkeypatch: pytest.MonkeyPatch) -> Client:
    """Return a client that nobody has come with for eight days."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: nobody can wait for another in a circle")
    monkeypatch.setattr(requests, "fetcher", Site())
    jwks_uri = "https://client.example/keys.json"
    client = Client.objects.create(client_id=URL, registration_source=store.DOCUMENT, jwks_uri=jwks_uri)
    old = timezone.now() - timedelta(days=8)
    copy: dict[str, Any] = {"client": client, "body": strict_json.dumps(KEYS).decode(), "fetched_at": old, "fresh_until": old}
    ClientDocument.objects.create(url=URL, host="client.example", **copy)
    ClientKeySet.objects.create(url=jwks_uri, **copy)
    return client


def sweep_in_the_middle(monkeypatch: pytest.MonkeyPatch, storing: Callable[[], object]) -> list[BaseException]:
    """Let housekeeping run between the lock of the client's row and the writing of its copy; return what went wrong."""
    failures: list[BaseException] = []

    def sweep() -> None:
        try:
            housekeeping.sweep(timezone.now())
        except BaseException as error:  # noqa: BLE001  whatever it is, it is the finding
            failures.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=sweep)
    write = copies.fields

    def fields(*arguments: Any) -> dict[str, Any]:
        thread.start()
        # It ends at once, or it waits for the row that is held here, and then so does this, in a moment.
        thread.join(3)
        return write(*arguments)

    monkeypatch.setattr(copies, "fields", fields)
    try:
        storing()
    except BaseException as error:  # noqa: BLE001
        failures.append(error)
    thread.join(20)
    return failures


def test_a_document_that_is_stored_while_it_is_swept(forgotten: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client's row is locked first by both. It was a deadlock, which ends one of the two with an error."""
    monkeypatch.setattr(keys, "prefetch", lambda _: None)

    def storing() -> object:
        return store.find(URL, is_plausible=True, before_first_fetch=lambda _: None)

    assert sweep_in_the_middle(monkeypatch, storing) == []
    assert Client.objects.get().name == "Client"


def test_keys_that_are_stored_while_their_client_is_swept(forgotten: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_may_look", lambda _: True)
    assert sweep_in_the_middle(monkeypatch, lambda: keys.prefetch(forgotten)) == []
    assert ClientKeySet.objects.get().client == forgotten


def test_keys_of_a_client_that_was_swept_before_are_not_stored(forgotten: Client) -> None:
    housekeeping.sweep(timezone.now())
    assert not Client.objects.exists()
    keys.prefetch(forgotten)
    assert not ClientKeySet.objects.exists()
