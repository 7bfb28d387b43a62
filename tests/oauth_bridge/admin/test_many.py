"""With thousands of rows each page still asks the database a bounded number of questions."""

import secrets
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client as Http
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from oauth_bridge.models import AllowRule, Client, Person, Session

MANY, FEW = 600, 60


def fill(count: int) -> None:
    """Write people with a rule, a client and a session each."""
    now = timezone.now()
    people = [Person(username=f"github:{number}", github_id=number, login=f"p{number}") for number in range(1, count + 1)]
    clients = [
        Client(name=f"Program {number % 50}", client_id=secrets.token_hex(16), redirect_uris="http://localhost/callback")
        for number in range(count)
    ]
    Person.objects.bulk_create(people)
    Client.objects.bulk_create(clients)
    AllowRule.objects.bulk_create(AllowRule(login=person.login, github_id=person.github_id) for person in people)
    Session.objects.bulk_create(
        Session(
            person=person,
            client=client,
            scope="read:user",
            resource="x",
            created_at=now,
            last_used_at=now,
            expires_at=now + timedelta(days=1),
        )
        for person, client in zip(people, clients, strict=True)
    )


def queries(path: str) -> int:
    """Return how many statements a page costs an owner."""
    owner = Person.objects.filter(is_superuser=True).first() or Person.objects.create_superuser("root", secrets.token_hex(8))
    http = Http()
    http.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    with CaptureQueriesContext(connection) as seen:
        assert http.get(f"/admin/oauth_bridge/{path}").status_code == 200
    return len(seen)


PAGES = {
    "session/": 16,
    "client/": 16,
    "person/": 16,
    "allowrule/": 14,
    "accessrequest/": 14,
    "session/end/site/all/": 10,
    "session/{session}/change/": 14,
    "client/{client}/change/": 20,
    "person/{person}/change/": 22,
    "allowrule/{rule}/delete/": 24,
}


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_a_bounded_number_of_questions(page: str) -> None:
    counts = []
    for more in (FEW, MANY):
        Session.objects.all().delete()
        Client.objects.all().delete()
        AllowRule.objects.all().delete()
        Person.objects.filter(is_superuser=False).delete()
        fill(more)
        session = Session.objects.select_related("person").first()
        assert session
        rule = AllowRule.objects.get(github_id=session.person.github_id)
        path = page.format(session=session.pk, client=session.client_id, person=session.person_id, rule=rule.pk)
        # Once before: what Django remembers for good is not asked again.
        queries(path)
        counts.append(queries(path))
    assert counts[0] == counts[1]
    assert counts[1] <= PAGES[page]
