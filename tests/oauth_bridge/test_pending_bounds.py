"""Who is pushed out by whom, where there are too many authorization requests."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from oauth_bridge import pending_bounds
from oauth_bridge.models import Client, PendingAuthorization, Person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at each request; let an address have 4, a client 8, and all together 12."""
    for name, value in {"LOOK_EVERY": 1, "OF_ADDRESS": 4, "OF_CLIENT": 8, "OF_ALL": 12}.items():
        monkeypatch.setattr(pending_bounds, name, value)


def ask(network: str, client_id: str = "c", *, times: int = 1, is_allowed: bool = False, expires_in: int = 600) -> None:
    client, now = Client.objects.get_or_create(client_id=client_id)[0], timezone.now()
    for _ in range(times):
        made = PendingAuthorization.objects.create(
            id_checksum=f"{PendingAuthorization.objects.count()}-{now}-{_}-{network}",
            network=network,
            client=client,
            redirect_uri_was_sent=True,
            created_at=now,
            expires_at=now + timedelta(seconds=expires_in),
            allowed_at=now if is_allowed else None,
        )
        pending_bounds.keep(made)


def kept() -> dict[str, int]:
    return dict(Counter(PendingAuthorization.objects.values_list("network", flat=True)))


def test_an_address_pushes_out_its_own_alone() -> None:
    ask("honest")
    ask("flood", times=50)
    assert kept() == {"honest": 1, "flood": 5}


def test_the_newest_stay_and_those_whose_person_is_at_github() -> None:
    ask("one", is_allowed=True)
    ask("one", times=9)
    newest = PendingAuthorization.objects.order_by("-pk").values_list("pk", flat=True)[:4]
    assert set(PendingAuthorization.objects.filter(allowed_at__isnull=True)) <= set(
        PendingAuthorization.objects.filter(pk__in=list(newest))
    )
    assert PendingAuthorization.objects.filter(allowed_at__isnull=False).count() == 1


def test_what_has_expired_goes_first() -> None:
    ask("one", times=2)
    ask("one", times=2, is_allowed=True, expires_in=-1)
    ask("one", times=3)
    assert not PendingAuthorization.objects.filter(expires_at__lt=timezone.now()).exists()
    assert kept() == {"one": 5}


def test_many_addresses_push_each_other_out_of_a_client_before_somebody_who_is_alone() -> None:
    ask("honest")
    for number in range(20):
        ask(f"flood-{number % 5}")
    found = kept()
    assert found["honest"] == 1
    assert sum(found.values()) == 9


def test_a_flood_through_one_client_leaves_the_others_alone() -> None:
    ask("honest", "other")
    for number in range(40):
        ask(f"flood-{number}", "flooded")
    assert kept()["honest"] == 1


def test_all_together_have_an_end_and_the_oldest_go_where_each_has_one() -> None:
    for number in range(40):
        ask(f"{number}", f"client-{number}")
    assert list(kept()) == [str(number) for number in range(27, 40)]


def test_now_and_then_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """More go at once than came since the last look: the number cannot grow."""
    monkeypatch.setattr(pending_bounds, "LOOK_EVERY", 10)
    assert pending_bounds.BITE > pending_bounds.LOOK_EVERY
    ask("flood", times=60)
    assert kept()["flood"] < 4 + 1 + 10


def test_what_is_finished_goes_before_what_somebody_is_about_to_answer() -> None:
    """A company behind one address signs in all morning: who reads the consent page just now is not pushed out by that."""
    ask("one")
    ask("one", times=3, is_allowed=True)
    person = Person.objects.create(username="alice")
    PendingAuthorization.objects.filter(allowed_at__isnull=False).update(person=person)
    ask("one", times=3)
    assert PendingAuthorization.objects.filter(allowed_at__isnull=True).count() == 4
    assert PendingAuthorization.objects.filter(person=person).count() == 1
