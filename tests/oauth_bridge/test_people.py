"""Rules and people (``oauth_bridge.people``), in the database: who may go on, and what a changed rule takes away."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from oauth_bridge import people
from oauth_bridge.models import AllowRule, Client, Person, RevocationEpoch, Session

pytestmark = pytest.mark.django_db

ALICE, BOB = 1001, 1002


def person(github_id: int, login: str, *, is_admin: bool = False) -> Person:
    return people.find_or_create(github_id, login=login, name="", is_admin=is_admin)


def session_of(someone: Person) -> Session:
    client = Client.objects.get_or_create(client_id="c", defaults={"name": "C"})[0]
    now = timezone.now()
    times = {"created_at": now, "last_used_at": now, "expires_at": now + timedelta(days=1)}
    return Session.objects.create(person=someone, client=client, scope="read:user", resource="r", **times)


def test_a_rule_is_bound_to_the_first_number_that_claims_its_login() -> None:
    AllowRule.objects.create(login="Alice")
    rule = people.rule_for(ALICE, "alice")
    assert rule is not None
    assert AllowRule.objects.get().github_id == ALICE
    assert people.rule_for(9999, "alice") is None
    assert people.rule_for(ALICE, "any-name") is not None


def test_a_number_of_its_own_rule_does_not_bind_a_second_one() -> None:
    """A renamed account whose new name is on the list as well: the other rule stays for whom it was meant."""
    AllowRule.objects.create(login="alice", github_id=ALICE)
    AllowRule.objects.create(login="bob")
    assert people.rule_for(ALICE, "bob") == AllowRule.objects.get(login="alice")
    assert AllowRule.objects.get(login="bob").github_id is None


@pytest.mark.parametrize("rule", ["al\u0131ce", "AL\u0130CE", "a\u200blice", "\u0430lice", "alice ", "al%", "a_ice"])
def test_a_rule_in_letters_that_look_alike_counts_for_nobody(rule: str) -> None:
    """To PostgreSQL a dotless i is an i when case does not count: GitHub's logins are ASCII, and so is what matches them."""
    AllowRule.objects.create(login=rule)
    assert people.rule_for(ALICE, "alice") is None
    assert not people.is_allowed(person(ALICE, "alice"))
    AllowRule.objects.create(login="mi\u212ae")
    assert people.rule_for(7, "mike") is None


def test_no_rule_means_no(settings: Settings) -> None:
    alice = person(ALICE, "alice")
    assert not people.is_allowed(alice)
    settings.ALLOW_EVERYONE = True
    assert people.is_allowed(alice)
    Person.objects.update(is_active=False)
    alice.refresh_from_db()
    assert not people.is_allowed(alice)


def test_an_operator_without_an_account_at_github_is_not_allowed(settings: Settings) -> None:
    settings.ALLOW_EVERYONE = True
    assert not people.is_allowed(Person.objects.create_superuser("alice", "pass phrase"))


def test_a_rule_bound_to_another_number_does_not_count_by_its_login() -> None:
    AllowRule.objects.create(login="alice", github_id=9999)
    assert not people.is_allowed(person(ALICE, "alice"))


def test_a_rule_that_is_gone_ends_the_sessions_of_whom_it_let_in() -> None:
    AllowRule.objects.create(login="bob", github_id=BOB)
    gone, stays = session_of(person(ALICE, "alice")), session_of(person(BOB, "bob"))
    assert people.enforce_rules() == 1
    gone.refresh_from_db()
    stays.refresh_from_db()
    assert (gone.end_reason, stays.ended_at) == (Session.EndReason.NOT_ALLOWED, None)
    assert RevocationEpoch.objects.get().value == 1


def test_many_people_lose_their_sessions_in_one_step() -> None:
    """The epoch is raised once, and rows are not locked one person after the other while it is held."""
    for number in range(5):
        session_of(person(2000 + number, f"someone-{number}"))
    assert people.enforce_rules() == 5
    assert RevocationEpoch.objects.get().value == 1
    assert people.enforce_rules() == 0
    assert RevocationEpoch.objects.get().value == 1


@pytest.mark.parametrize("is_admin", [False, None])
def test_an_operator_whose_right_is_gone_is_none_any_more(is_admin: bool | None) -> None:
    """Also one without a session of a client: the browser session alone must not keep the dashboard open."""
    if is_admin is not None:
        AllowRule.objects.create(login="alice", github_id=ALICE, is_admin=is_admin)
    person(ALICE, "alice", is_admin=True)
    root = Person.objects.create_superuser("root", "pass phrase")
    people.enforce_rules()
    alice = Person.objects.get(github_id=ALICE)
    assert (alice.is_staff, alice.is_superuser) == (False, False)
    root.refresh_from_db()
    assert root.is_superuser


def test_the_environment_writes_its_rows_and_takes_them_back(settings: Settings) -> None:
    """``ALLOWED_USERNAMES`` and ``ADMIN_USERNAMES`` at each start; what an operator wrote stays."""
    AllowRule.objects.create(login="carol")
    settings.ALLOWED_USERNAMES, settings.ADMIN_USERNAMES = ["alice", "CAROL"], ["Bob"]
    people.sync_rules_from_settings()
    rules = {rule.login: (rule.is_admin, rule.source) for rule in AllowRule.objects.all()}
    assert rules == {"alice": (False, "environment"), "Bob": (True, "environment"), "carol": (False, "admin")}
    session = session_of(person(ALICE, "alice"))
    settings.ALLOWED_USERNAMES, settings.ADMIN_USERNAMES = ["bob"], []
    people.sync_rules_from_settings()
    session.refresh_from_db()
    assert session.ended_at is not None
    rules = {rule.login: (rule.is_admin, rule.source) for rule in AllowRule.objects.all()}
    assert rules == {"Bob": (False, "environment"), "carol": (False, "admin")}


def test_a_start_does_not_unbind_a_rule(settings: Settings) -> None:
    """The list names logins; a number that was bound stays, or a recycled login would come in after a restart."""
    settings.ALLOWED_USERNAMES = ["alice"]
    people.sync_rules_from_settings()
    people.rule_for(ALICE, "alice")
    people.sync_rules_from_settings()
    assert people.rule_for(9999, "alice") is None


def test_a_login_that_comes_back_for_another_number_makes_another_person() -> None:
    first, second = person(ALICE, "alice"), person(9999, "alice")
    assert first.pk != second.pk
    assert person(ALICE, "alicia").pk == first.pk
    assert not Person.objects.get(pk=second.pk).has_usable_password()
