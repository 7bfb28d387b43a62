"""Stored copies: fresh, asked about again, standing in for a site that is down, and never replaced by an error (AS-68)."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db.models import F
from django.utils import timezone

from oauth_bridge.documents import store
from oauth_bridge.documents.store import Problem, Unavailable
from oauth_bridge.models import Client, ClientDocument, ClientDocumentChange, ClientHost
from oauth_bridge.protocol import lifetimes
from oauth_bridge.protocol.errors import UntrustedRequest
from tests.support.document_site import URL, DocumentSite, document, page
from tests.support.signing import jwk

pytestmark = pytest.mark.django_db
DAY = 86400


class Refused(Exception):
    """A first fetch was not allowed."""


def refuse(_is_known: bool) -> None:
    raise Refused


def find(url: str = URL, *, is_plausible: bool = True) -> Client | None:
    return store.find(url, is_plausible=is_plausible, before_first_fetch=lambda _: None)


def let_pass(seconds: float) -> None:
    """Make all copies as old as if time had passed, and forget all back-off."""
    past = timedelta(seconds=seconds)
    ClientDocument.objects.update(fetched_at=F("fetched_at") - past, fresh_until=F("fresh_until") - past)
    cache.clear()


@pytest.fixture
def known(site: DocumentSite) -> DocumentSite:
    """Return a site whose document is stored already."""
    site.publish(document(), ETag='"1"')
    assert find()
    site.requests.clear()
    return site


def problem(url: str = URL) -> Problem:
    with pytest.raises(Unavailable) as caught:
        find(url)
    return caught.value.problem


def test_a_document_makes_a_client_without_any_secret(site: DocumentSite) -> None:
    site.publish(
        document(client_uri="https://client.example/", redirect_uris=["http://evil.example/", "https://client.example/cb"])
    )
    client = find()
    assert client is not None
    client.refresh_from_db()
    assert (client.client_id, client.name, client.registration_source) == (URL, "Client", "cimd")
    assert client.registered_redirect_uris == ["https://client.example/cb"]
    assert (client.client_secret, client.is_public, client.skip_authorization) == ("", True, False)
    stored = ClientDocument.objects.get()
    assert (stored.client_id, stored.url, stored.host) == (client.pk, URL, "client.example")


def test_a_fresh_copy_is_used_without_asking(known: DocumentSite) -> None:
    for _ in range(5):
        assert find()
    assert known.requests == []
    let_pass(3599)
    assert find()
    assert known.requests == []


def test_an_old_copy_is_asked_about_by_its_tag(known: DocumentSite) -> None:
    """RFC 9110 §13.1.2: a site that has nothing new says so in a few bytes."""
    let_pass(3601)
    known.pages["/client.json"] = page(b"", status=304, Content_Length="0", Cache_Control="max-age=7200")
    assert find()
    assert known.requests[0][2]["if-none-match"] == '"1"'
    stored = ClientDocument.objects.get()
    assert timedelta(seconds=7100) < stored.fresh_until - timezone.now() <= timedelta(seconds=7200)
    assert '"client_name": "Client"' in stored.body
    assert not ClientDocumentChange.objects.exists()


@pytest.mark.parametrize("tag", ["1", '"a\u00e9"', '"' + "a" * 300 + '"', ""])
def test_a_tag_that_is_none_is_not_kept(site: DocumentSite, tag: str) -> None:
    site.publish(document(), ETag=tag)
    assert find()
    assert ClientDocument.objects.get().etag == ""


FAILURES: dict[str, Any] = {
    "not found": page({}, status=404),
    "gone": page({}, status=410),
    "error": page({}, status=500),
    "redirect": page(document(), status=302, Location=URL),
    "html": page(b"<html>", Content_Type="text/html"),
    "not json": page(b"oops"),
    "another's id": page(document("https://other.example/client.json")),
    "no name": page(document(client_name=None)),
    "a secret": page(document(client_secret="s3cret")),
    "no usable redirect URI": page(document(redirect_uris=["http://evil.example/"])),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_copy_outlives_an_outage_and_is_never_replaced_by_an_error(known: DocumentSite, name: str) -> None:
    body = ClientDocument.objects.get().body
    known.pages["/client.json"] = FAILURES[name]
    let_pass(2 * DAY)
    client = find()
    assert client is not None
    assert client.registered_redirect_uris == ["http://127.0.0.1/callback"]
    stored = ClientDocument.objects.get()
    assert stored.body == body
    assert stored.failing_since is not None
    assert stored.error
    assert "s3cret" not in stored.error
    assert len(known.requests) == 1


@pytest.mark.parametrize("name", FAILURES)
def test_a_copy_does_not_stand_in_for_ever(known: DocumentSite, name: str) -> None:
    known.pages["/client.json"] = FAILURES[name]
    let_pass(lifetimes.CLIENT_DOCUMENT_STALE + 1)
    assert problem() in {Problem.UNREACHABLE, Problem.INVALID}
    known.publish(document(client_name="Back"))
    cache.clear()
    client = find()
    assert client is not None
    assert client.name == "Back"
    stored = ClientDocument.objects.get()
    assert (stored.failing_since, stored.error) == (None, "")


@pytest.mark.parametrize("name", FAILURES)
def test_no_error_makes_a_client(site: DocumentSite, name: str) -> None:
    site.pages["/client.json"] = FAILURES[name]
    with pytest.raises(Unavailable) as caught:
        find()
    assert "s3cret" not in caught.value.description
    assert not Client.objects.exists()
    assert not ClientDocument.objects.exists()


def test_a_failing_site_is_asked_once_and_the_copy_served_meanwhile(known: DocumentSite) -> None:
    known.pages.clear()
    let_pass(DAY)
    for _ in range(5):
        assert find()
    assert len(known.requests) == 1
    assert "404" in ClientDocument.objects.get().error


def test_what_changed_is_kept_for_the_operator(known: DocumentSite) -> None:
    """CIMD: Changes in Client Metadata."""
    let_pass(DAY)
    uris = ["http://127.0.0.1/callback", "https://client.example/cb"]
    known.publish(document(client_name="Renamed", redirect_uris=uris, jwks={"keys": [jwk()]}))
    client = find()
    assert client is not None
    assert client.registered_redirect_uris == uris
    found = {change.field: (change.before, change.after) for change in ClientDocumentChange.objects.all()}
    assert found.keys() == {"client_name", "redirect_uris", "jwks"}
    assert found["client_name"] == ("Client", "Renamed")
    assert found["redirect_uris"] == (uris[0], "\n".join(uris))
    assert found["jwks"][0] == ""
    assert len(found["jwks"][1]) == 43
    let_pass(DAY)
    assert find()
    assert ClientDocumentChange.objects.count() == 3


def test_a_redirect_uri_that_is_taken_out_is_gone(known: DocumentSite) -> None:
    let_pass(DAY)
    known.publish(document(redirect_uris=["https://client.example/new"]))
    client = find()
    assert client is not None
    assert client.registered_redirect_uris == ["https://client.example/new"]


def test_a_request_that_is_not_in_order_fetches_nothing(known: DocumentSite) -> None:
    """Anonymous callers must not be able to make this server fetch for nothing (DOT 3.4.1, point 14)."""
    with pytest.raises(UntrustedRequest):
        find("https://client.example/unknown.json", is_plausible=False)
    let_pass(DAY)
    assert find(is_plausible=False)
    assert known.requests == []
    let_pass(lifetimes.CLIENT_DOCUMENT_STALE)
    with pytest.raises(UntrustedRequest):
        find(is_plausible=False)


def test_a_first_fetch_can_be_refused_and_a_later_one_is_not_asked_for(site: DocumentSite) -> None:
    site.publish(document())
    with pytest.raises(Refused):
        store.find(URL, is_plausible=True, before_first_fetch=refuse)
    assert site.requests == []
    assert find()
    let_pass(DAY)
    assert store.find(URL, is_plausible=True, before_first_fetch=refuse)
    assert len(site.requests) == 2


@pytest.mark.parametrize(("url", "is_known"), [(URL, False), ("https://claude.ai/oauth/client", True)])
def test_who_may_refuse_a_first_fetch_is_told_whether_the_host_is_known(
    site: DocumentSite, url: str, *, is_known: bool
) -> None:
    """What strangers' hosts use up of everybody's registrations must not keep the widely used clients out."""
    told: list[bool] = []
    site.publish(document(url))
    assert store.find(url, is_plausible=True, before_first_fetch=told.append)
    assert told == [is_known]


def test_a_client_that_is_switched_off_stays_off(known: DocumentSite) -> None:
    Client.objects.update(disabled_at=timezone.now())
    assert find() is None
    let_pass(DAY)
    assert find() is None
    assert known.requests == []


def test_a_client_that_was_entered_by_hand_needs_no_document(site: DocumentSite) -> None:
    """AS-70: pre-registered before documents. Some sites turn servers away."""
    Client.objects.create(client_id=URL, name="By hand", redirect_uris="https://client.example/cb")
    client = find()
    assert client is not None
    assert client.name == "By hand"
    assert site.requests == []
    Client.objects.update(disabled_at=timezone.now())
    assert find() is None


def test_a_blocked_host_is_refused_before_anything_is_looked_up(known: DocumentSite) -> None:
    ClientHost.objects.create(host="client.example", trust=ClientHost.Trust.BLOCKED)
    known.lookups.clear()
    assert problem() == Problem.BLOCKED
    assert problem("https://sub.client.example/x.json") == Problem.BLOCKED
    assert known.lookups == []
