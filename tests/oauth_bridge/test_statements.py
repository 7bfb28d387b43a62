"""Statements that are written once do what the ORM does, for whatever values."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from oauth_bridge import statements
from oauth_bridge.models import AllowRule, AuthEvent, Client, PendingAuthorization, Person, Session, SignInAttempt

pytestmark = pytest.mark.django_db
HOSTILE = "x' OR '1'='1"


def client(client_id: str) -> Client:
    return Client.objects.create(
        client_id=client_id, name=client_id, grant_types=["authorization_code"], registered_from="192.0.2.7"
    )


def pending(of: Client) -> PendingAuthorization:
    now = timezone.now()
    return PendingAuthorization.objects.create(
        id_checksum=of.client_id,
        client=of,
        redirect_uri_was_sent=True,
        state=None,
        created_at=now,
        expires_at=now + timedelta(minutes=1),
    )


def test_rows_come_as_the_orm_gives_them_related_ones_included(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    made = pending(client("one"))
    live = statements.Select(
        lambda: PendingAuthorization.objects.select_related("client").filter(
            id_checksum=statements.text("id"),
            expires_at__gt=statements.moment("now"),
            client__registered_from=statements.address("address"),
        )
    )
    now = timezone.now()
    with django_assert_num_queries(1):
        found = live.first(id="one", now=now, address="192.0.2.7")
        assert found is not None
        assert found.client.grant_types == ["authorization_code"]
    known = PendingAuthorization.objects.select_related("client").get(pk=made.pk)
    for row, expected in ((found, known), (found.client, known.client)):
        assert row == expected
        assert [getattr(row, field.attname) for field in row._meta.concrete_fields] == [
            getattr(expected, field.attname) for field in expected._meta.concrete_fields
        ]
    assert live.first(id="one", now=now + timedelta(minutes=2), address="192.0.2.7") is None
    assert live.first(id="one", now=now, address="192.0.2.8") is None


def test_a_statement_is_written_once_and_answers_each_call_by_its_own_values() -> None:
    client("one"), client("two")
    asked = []

    def build() -> QuerySet[Client]:
        asked.append("built")
        return Client.objects.filter(client_id=statements.text("client_id"))

    known = statements.Select(build)
    for client_id in ("one", "two", "none", HOSTILE, "one"):
        assert [row.client_id for row in known.all(client_id=client_id)] == [client_id] * (client_id in {"one", "two"})
    assert asked == ["built"]


def test_a_missing_value_is_an_error_and_not_a_wider_question() -> None:
    known = statements.Select(lambda: Client.objects.filter(client_id=statements.text("client_id")))
    with pytest.raises(KeyError):
        known.all(client="one")


def test_one_update_wins() -> None:
    rule = AllowRule.objects.create(login="alice")
    bind = statements.Update(
        lambda: AllowRule.objects.filter(pk=statements.number("rule"), github_id__isnull=True),
        github_id=statements.number("github_id"),
        expires_at=statements.moment("until"),
    )
    until = timezone.now()
    assert bind.run(rule=rule.pk, github_id=7, until=until) == 1
    assert bind.run(rule=rule.pk, github_id=8, until=None) == 0
    rule.refresh_from_db()
    assert (rule.github_id, rule.expires_at) == (7, until)


def test_nothing_can_be_written_where_a_value_may_be_empty() -> None:
    attempt = SignInAttempt.objects.create(
        state_checksum="s", sealed_code_verifier=b"x", expires_at=timezone.now(), used_at=timezone.now()
    )
    again = statements.Update(
        lambda: SignInAttempt.objects.filter(state_checksum=statements.text("state")),
        used_at=statements.moment("used_at"),
        sealed_code_verifier=statements.blob("sealed"),
    )
    assert again.run(state="s", used_at=None, sealed=b"\x00'\xff") == 1
    attempt.refresh_from_db()
    assert (attempt.used_at, bytes(attempt.sealed_code_verifier)) == (None, b"\x00'\xff")


def test_a_row_is_inserted_as_saving_does_it() -> None:
    of = client("one")
    event = AuthEvent(
        at=timezone.now(), kind=AuthEvent.Kind.CLIENT_REGISTERED, client=of, address="::1", detail={"a": [HOSTILE]}
    )
    assert statements.insert(event) is event
    again = AuthEvent.objects.get(pk=event.pk)
    assert (again.detail, again.address, again.client, again.at) == ({"a": [HOSTILE]}, "::1", of, event.at)
    assert not event._state.adding
    event.save()
    assert AuthEvent.objects.count() == 1


def test_a_key_that_we_chose_stays_and_what_exists_is_refused() -> None:
    now, key = timezone.now(), uuid.uuid4()
    person = Person.objects.create(username="github:1", github_id=1, login="alice")
    times = {"created_at": now, "expires_at": now, "last_used_at": now}
    of = client("one")
    assert statements.insert(Session(pk=key, person=person, client=of, **times)).pk == key
    with pytest.raises(IntegrityError), transaction.atomic():
        statements.insert(Session(pk=key, person=person, client=of, **times))
    assert Session.objects.get().pk == key


def test_columns_that_save_fills_in_are_filled_in() -> None:
    """``auto_now_add`` and the hash of a client's secret are made while a row is written."""
    made = statements.insert(Client(client_id="one", client_secret="a-secret", hash_client_secret=True))
    again = Client.objects.get(pk=made.pk)
    assert again.created is not None
    assert "a-secret" not in again.client_secret
