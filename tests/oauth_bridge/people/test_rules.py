"""Rules of all kinds, in the database: union, expiry, and what a changed rule takes away."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from oauth_bridge import people
from oauth_bridge.models import AllowRule, AuthEvent, Client, Membership, Person, RevocationEpoch, Session
from oauth_bridge.people import rules

pytestmark = pytest.mark.django_db

ALICE, CAROL = 1001, 1003
PAST, FUTURE = timedelta(hours=-1), timedelta(hours=1)


def at(offset: timedelta) -> datetime:
    return timezone.now() + offset


def person(github_id: int = CAROL, login: str = "carol") -> Person:
    return people.find_or_create(github_id, login=login, name="", is_admin=False)


def session_of(someone: Person) -> Session:
    client = Client.objects.get_or_create(client_id="c", defaults={"name": "C"})[0]
    now = timezone.now()
    times = {"created_at": now, "last_used_at": now, "expires_at": now + timedelta(days=1)}
    return Session.objects.create(person=someone, client=client, scope="read:user", resource="r", **times)


def belongs(someone: Person, rule: AllowRule, *, since: timedelta = timedelta()) -> Membership:
    return Membership.objects.create(person=someone, rule=rule, verified_at=at(since), tried_at=at(since))


def organization(**fields: object) -> AllowRule:
    return AllowRule.objects.create(kind=AllowRule.Kind.ORGANIZATION, login="acme", **fields)


def test_a_membership_lets_somebody_go_on_and_a_like_name_does_not() -> None:
    """A rule for the organization `acme` is none for a person who is called so."""
    carol, rule = person(), organization()
    assert not people.is_allowed(carol)
    assert not people.is_allowed(person(7, "acme"))
    assert people.rule_for(7, "acme") is None
    belongs(carol, rule)
    assert people.is_allowed(carol)


def test_a_membership_without_its_rule_is_nothing() -> None:
    carol = person()
    belongs(carol, organization())
    session = session_of(carol)
    AllowRule.objects.all().delete()
    assert not people.is_allowed(carol)
    assert people.enforce_rules() == 1
    session.refresh_from_db()
    assert session.end_reason == Session.EndReason.NOT_ALLOWED


def test_any_one_right_is_enough() -> None:
    """Union: with one of two rights gone, the other holds."""
    carol, rule = person(), organization()
    belongs(carol, rule)
    own = AllowRule.objects.create(login="carol", github_id=CAROL)
    session_of(carol)
    rule.delete()
    assert people.enforce_rules() == 0
    own.delete()
    assert people.enforce_rules() == 1


@pytest.mark.parametrize("kind", ["bound login", "login", "membership"])
def test_an_expired_rule_is_none(kind: str) -> None:
    """Nor does it let anybody sign in, and the sessions it carried end."""
    carol = person()
    if kind == "membership":
        belongs(carol, organization(expires_at=at(FUTURE)))
    else:
        AllowRule.objects.create(login="carol", github_id=CAROL if kind == "bound login" else None, expires_at=at(FUTURE))
    session_of(carol)
    assert people.is_allowed(carol)
    assert people.enforce_rules() == 0
    AllowRule.objects.update(expires_at=at(PAST))
    assert not people.is_allowed(carol)
    assert people.rule_for(CAROL, "carol") is None
    assert not rules.group_rules(timezone.now()).exists()
    assert people.enforce_rules() == 1
    assert AllowRule.objects.get().github_id == (CAROL if kind == "bound login" else None)


def test_an_account_with_an_expired_rule_takes_no_other_by_its_name() -> None:
    AllowRule.objects.create(login="old-name", github_id=CAROL, expires_at=at(PAST))
    AllowRule.objects.create(login="carol")
    assert people.rule_for(CAROL, "carol") is None
    assert not people.is_allowed(person())
    assert AllowRule.objects.get(login="carol").github_id is None


def test_an_expired_operators_rule_takes_the_right_away() -> None:
    AllowRule.objects.create(login="carol", github_id=CAROL, is_admin=True, expires_at=at(FUTURE))
    people.find_or_create(CAROL, login="carol", name="", is_admin=True)
    people.enforce_rules()
    assert Person.objects.get().is_superuser
    AllowRule.objects.update(expires_at=at(PAST))
    people.enforce_rules()
    assert not Person.objects.get().is_superuser
    assert RevocationEpoch.objects.get().value == 1


def test_a_person_who_is_switched_off_has_no_right_by_membership(settings: Settings) -> None:
    carol = person()
    belongs(carol, organization())
    assert people.is_fresh(carol)
    Person.objects.update(is_active=False)
    carol.refresh_from_db()
    assert not people.is_allowed(carol)
    assert not people.is_fresh(carol)
    settings.ALLOW_EVERYONE = True
    assert not people.is_fresh(carol)


def test_an_old_membership_is_a_right_and_not_a_fresh_one() -> None:
    """Consent goes through GitHub again; what is under way is not cut for an hour's age alone."""
    carol = person()
    belongs(carol, organization(), since=timedelta(seconds=-3601))
    assert people.is_allowed(carol)
    assert not people.is_fresh(carol)
    AllowRule.objects.create(login="carol")
    assert people.is_fresh(carol)


@pytest.mark.parametrize(
    ("fields", "asked"),
    [
        ({}, ()),
        ({"kind": "organization"}, ("read:org",)),
        ({"kind": "team", "team": "platform"}, ("read:org",)),
        ({"kind": "organization", "expires_at": PAST}, ()),
        ({"kind": "organization", "expires_at": FUTURE}, ("read:org",)),
    ],
)
def test_organizations_are_asked_about_only_for_a_live_rule(fields: dict[str, object], asked: tuple[str, ...]) -> None:
    if isinstance(offset := fields.get("expires_at"), timedelta):
        fields = {**fields, "expires_at": at(offset)}
    AllowRule.objects.create(login="acme", **fields)
    assert rules.needed_at_github() == asked


def test_organizations_are_not_asked_about_where_everybody_may_come_in(settings: Settings) -> None:
    organization()
    settings.ALLOW_EVERYONE = True
    assert rules.needed_at_github() == ()


def test_the_same_account_in_two_tabs_is_let_in_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both read the unbound rule, one binds it: the other finds it bound to itself."""
    AllowRule.objects.create(login="carol")
    unbound = AllowRule.objects.get()
    people.rule_for(CAROL, "carol")
    monkeypatch.setattr(rules, "_rule", lambda *_: unbound)
    found = people.rule_for(CAROL, "carol")
    assert found is not None
    assert found.github_id == CAROL
    assert people.rule_for(9999, "carol") is None


def test_binding_is_written_down() -> None:
    AllowRule.objects.create(login="Carol")
    people.rule_for(CAROL, "carol")
    event = AuthEvent.objects.get()
    assert (event.kind, event.login, event.detail) == ("rule_changed", "carol", {"rule": "Carol", "bound_to": CAROL})


def test_an_expired_rule_of_ones_own_does_not_outweigh_a_membership() -> None:
    """Rules are a union, whichever way they are asked: sign-in, consent and the token endpoint must agree."""
    someone = person()
    AllowRule.objects.create(login="carol", github_id=CAROL, expires_at=at(timedelta(days=-1)))
    belongs(someone, organization())
    assert rules.allowed(timezone.now()).filter(pk=someone.pk).exists()
    assert people.is_allowed(someone)


def test_rules_are_removed_with_what_depends_on_them() -> None:
    """Locked before their memberships go, in the order of a sign-in."""
    someone, rule = person(), organization()
    belongs(someone, rule)
    rules.remove(AllowRule.objects.filter(pk=rule.pk))
    assert not AllowRule.objects.exists()
    assert not Membership.objects.exists()
    assert not people.is_allowed(someone)
