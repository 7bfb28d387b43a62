"""What is deleted and what is kept; in batches, by one process at a time."""

import io
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session as BrowserSession
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings
from social_django.models import Association, Code, Nonce, Partial

from oauth_bridge import housekeeping, orphans, people
from oauth_bridge.models import AccessRequest, AllowRule, AuthEvent, Client, ClientDocument, Session, SignInAttempt

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def attempts(count: int, *, expired_ago: timedelta) -> None:
    SignInAttempt.objects.bulk_create(
        SignInAttempt(
            state_checksum=f"{expired_ago}-{number}", browser_checksum="b", scope="", sealed_code_verifier=b"",
            expires_at=NOW - expired_ago,
        )
        for number in range(count)
    )  # fmt: skip


def event(*, age: timedelta) -> AuthEvent:
    return AuthEvent.objects.create(at=NOW - age, kind=AuthEvent.Kind.SIGNED_IN, request_id="r")


@pytest.mark.django_db
def test_audit_events_are_kept_as_long_as_the_operator_says(settings: Settings) -> None:
    young, old = event(age=399 * DAY), event(age=401 * DAY)
    assert housekeeping.sweep(NOW)["audit events"] == 1
    assert list(AuthEvent.objects.all()) == [young]
    settings.AUDIT_RETENTION_DAYS = 30
    assert housekeeping.sweep(NOW)["audit events"] == 1
    assert old.pk != young.pk
    assert not AuthEvent.objects.exists()


@pytest.mark.django_db
def test_decided_requests_for_access_are_kept_as_long_and_open_ones_wait() -> None:
    for number, days in enumerate([399, 401, None]):
        state = AccessRequest.State.REFUSED if days else AccessRequest.State.OPEN
        at = NOW - timedelta(days=days) if days else None
        AccessRequest.objects.create(github_id=number, login=str(days), at=NOW - 500 * DAY, state=state, decided_at=at)
    assert housekeeping.sweep(NOW)["requests for access"] == 1
    assert set(AccessRequest.objects.values_list("login", flat=True)) == {"399", "None"}


@pytest.mark.django_db
@pytest.mark.parametrize(("ends_in", "ended"), [(timedelta(minutes=-1), 1), (timedelta(minutes=1), 0), (None, 0)])
def test_a_rule_that_has_expired_ends_its_sessions_within_five_minutes(ends_in: timedelta | None, ended: int) -> None:
    """An access token lives for an hour: the check at the next refresh alone would be late by that."""
    now = timezone.now()
    alice = people.find_or_create(1001, login="alice", name="", is_admin=False)
    AllowRule.objects.create(login="alice", github_id=1001, expires_at=now + ends_in if ends_in else None)
    times = {"created_at": now, "last_used_at": now, "expires_at": now + DAY}
    client = Client.objects.create(client_id="c")
    Session.objects.create(person=alice, client=client, scope="read:user", resource="r", **times)
    assert housekeeping.end_expired_rules(now) == ended
    assert Session.objects.filter(end_reason=Session.EndReason.NOT_ALLOWED).count() == ended


@pytest.mark.django_db
def test_where_no_rule_has_expired_lately_one_look_is_all(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    AllowRule.objects.create(login="long-gone", expires_at=NOW - 2 * DAY)
    AllowRule.objects.create(login="still-here", expires_at=NOW + DAY)
    with django_assert_num_queries(1):
        housekeeping.end_expired_rules(NOW)


@pytest.mark.django_db
def test_browser_sessions_and_the_tables_of_social_auth_are_swept() -> None:
    for days in (-1, 1):
        expires = NOW + days * DAY
        BrowserSession.objects.create(session_key=f"k{days}", session_data="", expire_date=expires)
    for age in (1 * DAY, 15 * DAY):
        stamp = int((NOW - age).timestamp())
        Nonce.objects.create(server_url="u", timestamp=stamp, salt=str(age))
        Association.objects.create(server_url=str(age), handle="h", secret="s", issued=stamp, lifetime=1, assoc_type="t")
        code = Code.objects.create(email=f"{age.days}@x.example", code="c")
        partial = Partial.objects.create(token=str(age.days), backend="b")
        Code.objects.filter(pk=code.pk).update(timestamp=NOW - age)
        Partial.objects.filter(pk=partial.pk).update(timestamp=NOW - age)
    done = housekeeping.sweep(NOW)
    names = ("browser sessions", "social-auth partials", "social-auth codes", "social-auth nonces", "social-auth associations")
    assert [done[name] for name in names] == [1] * 5
    assert [model.objects.count() for model in (BrowserSession, Nonce, Association, Code, Partial)] == [1] * 5


@pytest.mark.django_db
def test_clients_of_documents_that_nobody_uses_are_forgotten() -> None:
    for days in (6, 8):
        row = Client.objects.create(client_id=f"https://{days}.example/c", registration_source=Client.RegistrationSource.CIMD)
        ClientDocument.objects.create(
            client=row, url=row.client_id, body="{}", fetched_at=NOW - days * DAY, fresh_until=NOW, host=f"{days}.example"
        )
    assert housekeeping.sweep(NOW)["clients of documents"] == 1
    assert ClientDocument.objects.get().host == "6.example"


@pytest.mark.django_db
def test_much_is_deleted_in_batches_and_what_is_young_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "BATCH", 10)
    attempts(35, expired_ago=2 * DAY)
    attempts(3, expired_ago=DAY / 2)
    assert housekeeping.sweep(NOW)["sign-in attempts"] == 35
    assert SignInAttempt.objects.count() == 3


@pytest.mark.django_db
def test_one_run_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left waits for the next run."""
    monkeypatch.setattr(housekeeping, "BATCH", 10)
    monkeypatch.setattr(housekeeping, "MAX_BATCHES", 2)
    attempts(35, expired_ago=2 * DAY)
    assert housekeeping.sweep(NOW)["sign-in attempts"] == 20
    assert housekeeping.sweep(NOW)["sign-in attempts"] == 15


@pytest.mark.django_db
def test_it_stops_between_batches_when_the_server_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "BATCH", 10)
    attempts(35, expired_ago=2 * DAY)
    answers = iter([True, True, False, False])
    assert housekeeping.run(NOW, may_go_on=lambda: next(answers)) == {"sign-in attempts": 20}
    assert SignInAttempt.objects.count() == 15


@pytest.mark.django_db
def test_unused_clients_are_retired_and_deleted_in_the_next_run() -> None:
    row = Client.objects.create(client_id="c", registration_source=Client.RegistrationSource.DCR)
    Client.objects.filter(pk=row.pk).update(created=NOW - 2 * DAY)
    done = housekeeping.sweep(NOW)
    assert (done["clients retired"], done["clients"]) == (1, 0)
    assert housekeeping.sweep(NOW + timedelta(hours=1))["clients"] == 1
    assert not Client.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_wait_for_each_other() -> None:
    """PostgreSQL: whoever comes second hears that somebody is at it, and the first goes on."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: there is nothing to lock")
    attempts(3, expired_ago=2 * DAY)
    second: list[str] = []

    def sweep() -> None:
        try:
            housekeeping.sweep(NOW)
        except housekeeping.Busy:
            second.append("busy")
        finally:
            connections.close_all()

    with transaction.atomic(), housekeeping._our_turn():
        thread = threading.Thread(target=sweep)
        thread.start()
        thread.join(20)
        out = io.StringIO()
        assert not thread.is_alive()
    assert second == ["busy"]
    assert SignInAttempt.objects.count() == 3
    call_command("housekeeping", stdout=out)
    assert "3 sign-in attempts" in out.getvalue()


@pytest.mark.django_db
def test_the_command_says_what_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    SignInAttempt.objects.create(
        state_checksum="s", browser_checksum="b", scope="", sealed_code_verifier=b"", expires_at=timezone.now() - 2 * DAY
    )
    out = io.StringIO()
    call_command("housekeeping", stdout=out)
    assert "       1 sign-in attempts\n" in out.getvalue()

    def busy(_now: datetime) -> dict[str, int]:
        raise housekeeping.Busy

    monkeypatch.setattr(housekeeping, "run", busy)
    call_command("housekeeping", stdout=out)
    assert out.getvalue().endswith("Another process is at it.\n")


@pytest.mark.django_db
def test_every_batch_is_one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is killed leaves nothing half done: what retires clients is inside it as well."""
    inside: list[bool] = []

    def retire(*_: object, **__: object) -> int:
        inside.append(connection.in_atomic_block)
        return 0

    monkeypatch.setattr(orphans, "retire", retire)
    housekeeping.sweep(NOW)
    assert inside == [True]
