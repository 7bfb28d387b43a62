"""Registrations that came to nothing are taken away; what anybody uses, or is about to use, never is."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from oauth_bridge import clients, orphans, registrations
from oauth_bridge.models import AuthEvent, Client, Grant, PendingAuthorization, Person, Session
from oauth_bridge.protocol import registration

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
pytestmark = pytest.mark.django_db


def client(*, age: timedelta, source: str = Client.RegistrationSource.DCR, method: str = "client_secret_post") -> Client:
    body = {"redirect_uris": ["https://client.example/cb"], "token_endpoint_auth_method": method}
    made = registrations.register(registration.parse(body), address="192.0.2.1").client
    Client.objects.filter(pk=made.pk).update(created=NOW - age, registration_source=source)
    return made


def with_session(row: Client) -> None:
    person = Person.objects.create(username="github:1", login="alice", github_id=1)
    Session.objects.create(
        person=person, client=row, scope="", resource="", created_at=NOW, expires_at=NOW, last_used_at=NOW, ended_at=NOW
    )


def with_question(row: Client) -> None:
    PendingAuthorization.objects.create(
        id_checksum="a", browser_checksum="b", client=row, redirect_uri="", redirect_uri_was_sent=True, scope="",
        resource="", code_challenge="", created_at=NOW, expires_at=NOW + MINUTE,
    )  # fmt: skip


def with_code(row: Client) -> None:
    person = Person.objects.create(username="github:1", login="alice", github_id=1)
    Grant.objects.create(user=person, application=row, code="a", expires=NOW + MINUTE, redirect_uri="", scope="")


def nothing(row: Client) -> None:
    """Let nothing come of it."""


@pytest.mark.parametrize(
    ("age", "came_of_it", "goes"),
    [
        (DAY + MINUTE, nothing, True),
        (DAY - MINUTE, nothing, False),
        (400 * DAY, with_session, False),
        (400 * DAY, with_question, False),
        (400 * DAY, with_code, False),
    ],
)
def test_who_is_retired(age: timedelta, came_of_it: Callable[[Client], None], *, goes: bool) -> None:
    """A session that ended long ago still speaks for its client: its row is part of the record."""
    row = client(age=age)
    came_of_it(row)
    assert orphans.retire(NOW, limit=10) == int(goes)
    assert (clients.find(row.client_id) is None) is goes
    assert orphans.delete_retired(NOW + HOUR, limit=10) == int(goes)
    assert Client.objects.exists() is not goes


@pytest.mark.parametrize("source", [Client.RegistrationSource.MANUAL, Client.RegistrationSource.CIMD])
def test_what_did_not_register_itself_is_not_looked_at(source: str) -> None:
    client(age=400 * DAY, source=source)
    assert orphans.retire(NOW, limit=10) == 0


def test_the_oldest_go_first_and_no_more_than_asked_for() -> None:
    old, older, young = client(age=3 * DAY), client(age=4 * DAY), client(age=2 * DAY)
    assert orphans.retire(NOW, limit=1) == 1
    assert [clients.find(row.client_id) is None for row in (old, older, young)] == [False, True, False]
    assert orphans.retire(NOW, limit=10) == 2


def test_a_row_outlives_every_request_that_may_have_found_it() -> None:
    row = client(age=2 * DAY)
    orphans.retire(NOW, limit=10)
    assert orphans.delete_retired(NOW + 9 * MINUTE, limit=10) == 0
    assert Client.objects.get().deleted_at == NOW
    assert orphans.delete_retired(NOW + 11 * MINUTE, limit=10) == 1
    assert not Client.objects.filter(pk=row.pk).exists()


def test_its_own_events_go_with_it_and_no_others() -> None:
    """A flood of registrations leaves no flood of events; what people did stays on record."""
    row, other = client(age=2 * DAY), client(age=MINUTE)
    AuthEvent.objects.create(at=NOW, kind="consent_refused", request_id="r", client=row, client_name="It")
    orphans.retire(NOW, limit=10)
    orphans.delete_retired(NOW + HOUR, limit=10)
    kept = AuthEvent.objects.order_by("pk").values_list("kind", "client", "client_name")
    assert set(kept) == {("client_registered", other.pk, str(other)), ("consent_refused", None, "It")}


def test_a_deleted_client_with_a_history_keeps_its_row() -> None:
    row = client(age=DAY)
    with_session(row)
    registrations.delete(row)
    assert orphans.delete_retired(NOW + 400 * DAY, limit=10) == 0
    assert Session.objects.get().client == row


def test_registrations_alone_cannot_make_the_table_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody runs housekeeping here: the bound holds by itself, in small bites, and the newest stay usable."""
    monkeypatch.setattr(orphans, "MAX_UNUSED", 20)
    monkeypatch.setattr(orphans, "LOOK_EVERY", 4)
    monkeypatch.setattr(orphans, "BITE", 5)
    used = client(age=400 * DAY)
    with_session(used)
    last = [client(age=MINUTE) for _ in range(60)][-1]
    alive = Client.objects.filter(deleted_at__isnull=True)
    assert 20 < alive.count() <= 20 + 4 + 1
    assert clients.find(last.client_id)
    assert clients.find(used.client_id)
    Client.objects.filter(deleted_at__isnull=False).update(deleted_at=NOW)
    for _ in range(40):
        client(age=MINUTE)
    assert Client.objects.filter(deleted_at=NOW).count() == 0
