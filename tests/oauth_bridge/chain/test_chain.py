"""The chain of audit events: sealed a moment later, and whatever is done to it afterwards shows, and is named."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from oauth_bridge import audit, resealing
from oauth_bridge.chain import content, marks, retention, sealing, triggers, verification
from oauth_bridge.models import AuditMark, AuthEvent, Person

pytestmark = pytest.mark.django_db
KEYS = ("a key of the test, of 32 characters or more", "another key, of 32 characters or more as well")


def events(count: int, *, days_ago: int = 0, login: str = "alice") -> None:
    at = timezone.now() - timedelta(days=days_ago)
    AuthEvent.objects.bulk_create(
        AuthEvent(at=at, kind=audit.Kind.SIGNED_IN, request_id=f"r{number}", login=login, detail={"number": number})
        for number in range(count)
    )


def sealed(count: int, **options: int) -> None:
    events(count, **options)  # type: ignore[arg-type]  # days_ago alone
    assert sealing.seal(timezone.now()) == count


def without_protection(statement: str, *values: str | int) -> None:
    """Do what somebody does who may change the schema."""
    with connection.cursor() as cursor:
        for name in triggers.NAMES:
            on = " ON oauth_bridge_authevent" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {name}{on}")
        cursor.execute(statement, values)
    triggers.ensure()


def found() -> list[str]:
    return verification.verify().findings


def test_events_are_sealed_in_their_order_and_found_whole() -> None:
    sealed(3)
    sealed(sealing.BATCH + 2)
    report = verification.verify()
    assert (report.findings, report.checked, report.unsealed) == ([], sealing.BATCH + 5, 0)
    assert list(AuthEvent.objects.order_by("pk").values_list("sequence", flat=True)) == list(range(1, sealing.BATCH + 6))
    assert verification.verify(newest=10).checked == 10


def test_what_is_not_sealed_yet_is_said_to_be_so() -> None:
    sealed(1)
    events(2)
    report = verification.verify()
    assert (report.findings, report.unsealed) == ([], 2)
    assert "2 of the last moments are not sealed yet" in verification.summary(report)


def test_nobody_who_seals_is_noticed() -> None:
    AuthEvent.objects.create(at=timezone.now() - timedelta(minutes=11), kind=audit.Kind.SIGNED_IN, request_id="r")
    assert "1 events have waited" in found()[0]


def test_an_empty_record_is_in_order(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    assert found() == []
    with django_assert_num_queries(1):
        assert sealing.seal(timezone.now()) == 0


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE oauth_bridge_authevent SET kind = 'signed_out' WHERE sequence = 4", "Event 4 "),
        ("UPDATE oauth_bridge_authevent SET login = 'mallory' WHERE sequence = 4", "Event 4 "),
        ("UPDATE oauth_bridge_authevent SET address = '192.0.2.9' WHERE sequence = 4", "Event 4 "),
        ("UPDATE oauth_bridge_authevent SET operator = 'mallory' WHERE sequence = 4", "Event 4 "),
        ("""UPDATE oauth_bridge_authevent SET detail = '{"number": 9}' WHERE sequence = 4""", "Event 4 "),
        ("UPDATE oauth_bridge_authevent SET at = '2020-01-01 00:00:00' WHERE sequence = 4", "Event 4 "),
        ("UPDATE oauth_bridge_authevent SET salt = '' WHERE sequence = 4", "Event 4 "),
        ("UPDATE oauth_bridge_authevent SET hash = 'f' WHERE sequence = 9", "Event 9"),
        ("DELETE FROM oauth_bridge_authevent WHERE sequence = 4", "Event 4 was removed."),
        ("DELETE FROM oauth_bridge_authevent WHERE sequence IN (4, 5)", "The events 4 to 5 were removed."),
        ("DELETE FROM oauth_bridge_authevent WHERE sequence = 1", "Event 1 was removed."),
        ("DELETE FROM oauth_bridge_authevent WHERE sequence = 9", "Event 9 was removed."),
        ("DELETE FROM oauth_bridge_authevent", "The events 1 to 9 were removed."),
        ("DELETE FROM oauth_bridge_auditmark WHERE name = 'head'", "'head' is missing"),
        ("UPDATE oauth_bridge_auditmark SET sequence = 8", "'head' was changed"),
    ],
)
def test_what_was_done_to_one_event_is_found_and_named(statement: str, named: str) -> None:
    sealed(9)
    assert found() == []
    without_protection(statement)
    assert any(named in finding for finding in found()), found()


def test_only_what_was_changed_is_named() -> None:
    sealed(9)
    without_protection("UPDATE oauth_bridge_authevent SET operator = 'mallory' WHERE sequence = 4")
    assert len(found()) == 1


def test_an_event_that_was_put_in_is_found() -> None:
    """With a hash that fits, as whoever knows this code makes it; the mark at the end is what they cannot make."""
    sealed(3)
    last = AuthEvent.objects.get(sequence=3)
    forged = AuthEvent.objects.create(at=timezone.now(), kind=audit.Kind.RULE_ADDED, request_id="x", login="mallory")
    event = content.Event(*AuthEvent.objects.values_list(*content.FIELDS).get(pk=forged.pk))
    kept = content.seal(event, "s")
    AuthEvent.objects.filter(pk=forged.pk).update(
        sequence=4, hash=content.event_hash(event, last.hash, 4, kept), seal=kept, salt="s"
    )
    assert found() == ["The events 4 to 4 were put in: the chain ends at 3."]


def test_a_chain_that_was_hashed_anew_as_a_whole_is_found() -> None:
    """Everything but the key is public: the hashes alone would prove nothing."""
    sealed(3)
    without_protection("UPDATE oauth_bridge_authevent SET operator = 'mallory' WHERE sequence = 1")
    before = content.GENESIS
    for values in AuthEvent.objects.order_by("sequence").values_list(*content.FIELDS):
        event = content.Event(*values)
        before = content.event_hash(event, before, event.sequence or 0, event.seal)
        without_protection("UPDATE oauth_bridge_authevent SET hash = %s WHERE id = %s", before, event.id)
    assert found() == ["Event 3, the newest, was changed: its hash is not the one that was sealed."]
    AuditMark.objects.filter(name="head").update(hash=before)
    assert "was changed, or made under a key" in found()[0]


def test_nobody_seals_on_from_a_head_that_was_changed_until_an_operator_says_so() -> None:
    sealed(3)
    AuditMark.objects.filter(name="head").update(mac="0" * 64)
    events(1)
    with pytest.raises(marks.BrokenChain):
        sealing.seal(timezone.now())
    sealing.accept("root")
    assert sealing.seal(timezone.now()) == 2
    assert found() == []
    assert AuthEvent.objects.get(kind=audit.Kind.AUDIT_ACCEPTED).detail == {"by": "root", "through": 3}


@pytest.mark.parametrize(
    "act",
    [
        lambda rows: rows.update(kind="x"),
        lambda rows: rows.update(login="mallory"),
        lambda rows: rows.update(login="", detail={}),
        lambda rows: rows.update(sequence=None),
        lambda rows: rows.update(sequence=None, hash="", seal=None),
        lambda rows: rows.update(hash="0"),
        lambda rows: rows.update(salt="0"),
        lambda rows: rows.update(person=Person.objects.get()),
        lambda rows: rows.delete(),
    ],
)
def test_the_database_refuses_to_change_or_delete_a_sealed_event(act: Callable[..., object]) -> None:
    Person.objects.create_superuser("root", "a long pass phrase")
    sealed(1)
    with pytest.raises(DatabaseError, match="neither changed nor deleted"), transaction.atomic():
        act(AuthEvent.objects.filter(sequence=1))
    assert found() == []


def test_missing_protection_is_a_finding() -> None:
    sealed(1)
    name, on = triggers.NAMES[0], " ON oauth_bridge_authevent" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{on}")
    assert name in found()[0]
    triggers.ensure()
    assert found() == []


def test_a_person_is_forgotten_and_the_chain_holds() -> None:
    alice = Person.objects.create(username="github:1", login="alice", github_id=1)
    audit.record(audit.Kind.SIGNED_IN, person=alice, github_scope="repo")
    events(2)
    AuthEvent.objects.create(at=timezone.now(), kind=audit.Kind.SIGNED_IN, request_id="r", login="bob")
    sealing.seal(timezone.now())
    assert audit.forget(alice) == 3
    alice.delete()
    report = verification.verify()
    assert (report.findings, report.erased, report.checked) == ([], 3, 4)
    assert list(AuthEvent.objects.exclude(login="").values_list("login", flat=True)) == ["bob"]


def test_old_events_go_from_the_old_end_and_the_chain_begins_after_them(settings: Settings) -> None:
    settings.AUDIT_RETENTION_DAYS = 30
    sealed(5, days_ago=40)
    sealed(1)
    sealed(2, days_ago=40)
    now = timezone.now()
    assert retention.retire(now, limit=3) == 3
    assert found() == []
    assert retention.retire(now, limit=3) == 2
    # What lies after a younger one waits for it: the chain is shortened, never holed.
    assert retention.retire(now, limit=3) == 0
    sealing.seal(now)
    report = verification.verify()
    assert (report.findings, report.checked, report.through) == ([], 5, 10)
    told = AuthEvent.objects.filter(kind=audit.Kind.AUDIT_SHORTENED).order_by("pk").values_list("detail", flat=True)
    assert list(told) == [{"through": 3, "events": 3}, {"through": 5, "events": 2}]


def test_whoever_moves_the_beginning_without_the_key_is_found(settings: Settings) -> None:
    sealed(5)
    third = AuthEvent.objects.get(sequence=3)
    AuditMark.objects.create(name="anchor", sequence=3, hash=third.hash, at=timezone.now(), mac="0" * 64)
    AuthEvent.objects.filter(sequence__lte=3).delete()
    assert "The mark 'anchor' was changed" in found()[0]
    settings.AUDIT_RETENTION_DAYS = 1
    assert retention.retire(timezone.now() + timedelta(days=9), limit=9) == 0


def test_the_marks_follow_the_keys(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [KEYS[0]]
    sealed(2)
    settings.ENCRYPTION_KEYS = [KEYS[1], KEYS[0]]
    assert found() == []
    assert resealing.reseal().resealed == 1
    assert resealing.reseal().current == 1
    settings.ENCRYPTION_KEYS = [KEYS[1]]
    assert found() == []
    settings.ENCRYPTION_KEYS = [KEYS[0]]
    assert "made under a key that is not in ENCRYPTION_KEYS" in found()[0]


def test_a_row_that_still_counts_is_not_sealed() -> None:
    now = timezone.now()
    AuthEvent.objects.create(at=now, kind=audit.Kind.COUNTED_ONLY, request_id="")
    assert sealing.seal(now) == 0
    assert sealing.seal(now + timedelta(minutes=4)) == 1
