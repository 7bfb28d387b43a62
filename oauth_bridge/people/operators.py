"""Naming operators, by an owner's word: with a password, or an account of GitHub's. Each change is an event."""

import secrets

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction

from oauth_bridge import audit, roles, sessions
from oauth_bridge.models import AllowRule, Person
from oauth_bridge.people import owners, rules
from oauth_bridge.roles import Role


class NotPossible(Exception):
    """The change cannot be made. The message is for the owner."""


def of_github(login: str) -> Person:
    """Return who has a login at GitHub, as of their last sign-in here.

    Raises:
        NotPossible: nobody has been here by that login.
    """
    people = Person.objects.filter(github_id__isnull=False, login__iexact=login)
    if (person := people.order_by("-last_login").first()) is None:
        raise NotPossible("Nobody of that login has been here: let them sign in once, then name them.")
    return person


def add(username: str, role: Role, *, operator: Person) -> tuple[Person, str]:
    """Create an operator who signs in by password; return them, and the password, which is told once.

    Raises:
        NotPossible: there is an account of that name, or it could be taken for one of GitHub's.
    """
    if ":" in username or Person.objects.filter(username__iexact=username).exists():
        raise NotPossible("There is an account of that name already, or it has a colon in it.")
    password = secrets.token_urlsafe(15)
    with transaction.atomic():
        person = Person(username=username, login=username, is_staff=True)
        person.set_password(password)
        person.save()
        assign(person, role, operator=operator)
    return person, password


def renew_password(person: Person, *, operator: Person) -> str:
    """Give an operator a new password, told once; who is signed in with the old one is out.

    Raises:
        NotPossible: they sign in through GitHub.
    """
    if person.github_id is not None:
        raise NotPossible("They sign in through GitHub, and have no password here.")
    password = secrets.token_urlsafe(15)
    with transaction.atomic():
        person.set_password(password)
        person.save(update_fields=["password"])
        audit.record(audit.Kind.PASSWORD_CHANGED, person=person, operator=operator)
    return password


def assign(person: Person, role: Role | None, *, operator: Person) -> None:
    """Give somebody a role, or none.

    Raises:
        NotPossible: the account is off, nobody lets it in, or the environment names it.
        LastOwner: nobody would be left who may name operators.
    """
    with owners.keep_one():
        person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        before = roles.role_of(person)
        if role is not None and not person.is_active:
            raise NotPossible("The account is switched off: switch it on first.")
        if person.github_id is not None:
            _through_github(person, role)
        is_owner = role is Role.OWNER
        Person.objects.filter(pk=person.pk).update(is_staff=role is not None, is_superuser=is_owner)
        roles.ensure_groups()
        person.groups.remove(*Group.objects.filter(name__in=roles.GROUPS))
        if role in roles.GROUPS:
            person.groups.add(Group.objects.get(name=role))
        changes = {"role": [before.value if before else "none", role.value if role else "none"]}
        audit.record(audit.Kind.OPERATOR_CHANGED, person=person, operator=operator, changes=changes)
        sessions.withdraw_rights()


def _through_github(person: Person, role: Role | None) -> None:
    """Let the person's own rule say whether they are an owner, as it does for ``ADMIN_USERNAMES``: sign-in goes by it."""
    own = AllowRule.objects.filter(github_id=person.github_id)
    if role is Role.OWNER:
        if not own.update(is_admin=True):
            AllowRule.objects.create(login=person.login, github_id=person.github_id, is_admin=True, note="made an owner")
        return
    if person.login.lower() in {login.lower() for login in settings.ADMIN_USERNAMES}:
        raise NotPossible("ADMIN_USERNAMES names this account: take it out there, and start the server again.")
    own.update(is_admin=False)
    if role is not None and not rules.is_allowed(person):
        raise NotPossible("No rule lets this account in: write one first.")
