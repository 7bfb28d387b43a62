"""With 100,000 calls and 10,000 sessions each page still asks the database a bounded number of questions."""

import secrets

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client as Http
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mcpserver.dashboard import demo
from oauth_bridge.models import AccessRequest, AllowRule, Client, Person, Session

SIZE = demo.Size(people=400, sessions=10_000, calls=100_000)
# The most that a page may ask: about a quarter more than it does.
PAGES = {
    "": 22,
    "?days=7": 22,
    "set-up/": 10,
    "set-up/steps.json": 10,
    "tools/": 20,
    "tools/switches/": 20,
    "tools/why/": 8,
    "audit/": 8,
    "audit/?kind=all": 8,
    "audit/?person={login}": 8,
    "calls/": 8,
    "calls/?person={login}&outcome=wrong": 8,
    "calls/?client=Cursor": 8,
    "operators/": 8,
    "oauth_bridge/session/": 16,
    "oauth_bridge/session/?q={login}": 16,
    "oauth_bridge/session/{session}/change/": 14,
    "oauth_bridge/session/end/site/all/": 10,
    "oauth_bridge/client/": 16,
    "oauth_bridge/client/{client}/change/": 17,
    "oauth_bridge/person/": 16,
    "oauth_bridge/person/{person}/change/": 22,
    "oauth_bridge/allowrule/": 8,
    "oauth_bridge/allowrule/{rule}/change/": 14,
    "oauth_bridge/accessrequest/": 14,
    "oauth_bridge/accessrequest/{asked}/change/": 14,
    "oauth_bridge/clientdocument/": 14,
    "oauth_bridge/clienthost/": 14,
    "oauth_bridge/resourceserver/": 14,
}


def paths() -> dict[str, str]:
    """Return the address of each page, about the person with most sessions."""
    session = Session.objects.select_related("person").order_by("pk").first()
    assert session
    person = session.person
    known = {
        "login": person.login,
        "person": person.pk,
        "session": session.pk,
        "client": Client.objects.order_by("pk")[0].pk,
        "rule": AllowRule.objects.order_by("pk")[0].pk,
        "asked": AccessRequest.objects.order_by("pk")[0].pk,
    }
    return {page: f"/admin/{page.format(**known)}" for page in PAGES}


def browser() -> Http:
    owner = Person.objects.create_superuser("root", secrets.token_hex(8))
    http = Http()
    http.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    return http


@pytest.mark.django_db
def test_no_page_asks_more_than_it_may() -> None:
    """One test for all: the rows take longer to write than the pages to read."""
    demo.fill(SIZE, now=timezone.now(), public_url="https://mcp.example")
    http, asked = browser(), {}
    for page, path in paths().items():
        # What Django remembers for good is not asked again; what the page remembers for seconds is.
        http.get(path)
        cache.clear()
        with CaptureQueriesContext(connection) as seen:
            assert http.get(path).status_code == 200, path
        asked[page] = len(seen)
    assert {page: count for page, count in asked.items() if count > PAGES[page]} == {}
