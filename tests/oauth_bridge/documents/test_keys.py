"""Keys that a client publishes: fetched when needed, kept, and looked for again when a new one shows up."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db.models import F

from oauth_bridge.documents import keys
from oauth_bridge.models import Client, ClientDocumentChange, ClientKeySet
from oauth_bridge.protocol import lifetimes
from oauth_bridge.protocol.client_assertion import Header
from oauth_bridge.protocol.errors import TemporarilyUnavailable
from tests.support.document_site import DocumentSite, page
from tests.support.signing import jwk

pytestmark = pytest.mark.django_db
KEYS_URL = "https://client.example/keys.json"
ONE, TWO = Header("RS256", "RS256-one"), Header("RS256", "RS256-two")


@pytest.fixture
def client(site: DocumentSite) -> Client:
    """Return a client that publishes one key."""
    publish(site, jwk())
    return Client.objects.create(client_id="signs", jwks_uri=KEYS_URL, token_endpoint_auth_method="private_key_jwt")


def publish(site: DocumentSite, *published: dict[str, Any]) -> None:
    site.pages["/keys.json"] = page({"keys": list(published)}, ETag='"k"')


def names(client: Client, header: Header) -> list[str | None]:
    return [key.get("kid") for key in keys.candidates(client, header)]


def let_pass(seconds: float) -> None:
    past = timedelta(seconds=seconds)
    ClientKeySet.objects.update(fetched_at=F("fetched_at") - past, fresh_until=F("fresh_until") - past)
    cache.clear()


def test_published_keys_are_fetched_once(client: Client, site: DocumentSite) -> None:
    for _ in range(5):
        assert names(client, ONE) == ["RS256-one"]
    assert len(site.requests) == 1


def test_a_new_key_is_found_at_once_and_a_made_up_one_looked_for_rarely(client: Client, site: DocumentSite) -> None:
    """A stranger who names keys that do not exist must not make this server fetch again and again."""
    assert names(client, ONE) == ["RS256-one"]
    publish(site, jwk(), jwk("RS256", "two"))
    cache.clear()
    assert names(client, TWO) == ["RS256-two"]
    asked = len(site.requests)
    for number in range(20):
        assert names(client, Header("RS256", f"made up {number}")) == []
    assert len(site.requests) == asked
    (change,) = ClientDocumentChange.objects.all()
    assert change.field == "keys"
    assert change.after.startswith(change.before) or change.after.endswith(change.before)


def test_a_key_that_was_taken_out_is_of_no_use_when_the_copy_has_aged(client: Client, site: DocumentSite) -> None:
    assert names(client, ONE) == ["RS256-one"]
    publish(site, jwk("RS256", "two"))
    let_pass(lifetimes.CLIENT_DOCUMENT_FRESH + 1)
    assert names(client, ONE) == []


def test_an_outage_does_not_stop_a_client_whose_keys_are_known(client: Client, site: DocumentSite) -> None:
    assert names(client, ONE) == ["RS256-one"]
    site.pages["/keys.json"] = page({"keys": []})
    let_pass(86400)
    assert names(client, ONE) == ["RS256-one"]
    assert ClientKeySet.objects.get().error
    let_pass(lifetimes.CLIENT_DOCUMENT_STALE)
    with pytest.raises(TemporarilyUnavailable):
        keys.candidates(client, ONE)


def test_without_any_copy_the_failure_is_not_the_clients(client: Client, site: DocumentSite) -> None:
    """503, not ``invalid_client``: on that, clients throw their registration away."""
    site.pages.clear()
    with pytest.raises(TemporarilyUnavailable) as caught:
        keys.candidates(client, ONE)
    assert caught.value.status == 503
    assert not ClientKeySet.objects.exists()


def test_keys_that_were_registered_inline_need_no_site(site: DocumentSite) -> None:
    client = Client.objects.create(client_id="inline", jwks=[jwk()], token_endpoint_auth_method="private_key_jwt")
    assert names(client, ONE) == ["RS256-one"]
    assert names(client, TWO) == []
    keys.prefetch(client)
    assert site.requests == []


def test_another_address_means_other_keys(client: Client, site: DocumentSite) -> None:
    assert names(client, ONE) == ["RS256-one"]
    site.pages["/new.json"] = page({"keys": [jwk("RS256", "two")]})
    client.jwks_uri = "https://client.example/new.json"
    client.save()
    cache.clear()
    assert names(client, ONE) == []
    assert names(client, TWO) == ["RS256-two"]


def test_keys_are_fetched_ahead_and_a_failure_to_do_so_is_silent(client: Client, site: DocumentSite) -> None:
    look: Callable[[], None] = lambda: keys.prefetch(client)  # noqa: E731
    look()
    look()
    assert len(site.requests) == 1
    assert names(client, ONE) == ["RS256-one"]
    ClientKeySet.objects.all().delete()
    cache.clear()
    site.pages.clear()
    look()
    assert not ClientKeySet.objects.exists()
