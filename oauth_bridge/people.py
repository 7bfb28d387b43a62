"""Who may sign in: rules by login until an account is seen, by its numeric id from then on."""

import re

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from oauth_bridge import sessions
from oauth_bridge.models import AllowRule, Person, Session

# GitHub's own form, with `_` for accounts managed by an enterprise. ASCII alone: no look-alikes.
_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})")


def is_login(text: str) -> bool:
    """Return whether the text can be a GitHub login."""
    return _LOGIN.fullmatch(text) is not None


def rule_for(github_id: int, login: str) -> AllowRule | None:
    """Return the rule that lets a signing-in account in, bound to its id from now on; else None.

    A rule bound to another id does not count, whatever the login says: logins are renamed and recycled.
    """
    if bound := AllowRule.objects.filter(github_id=github_id).first():
        return bound
    rule = AllowRule.objects.filter(login__iexact=login, github_id__isnull=True).first()
    # One statement decides: of two accounts that claim a freed login at once, one gets it.
    if rule is None or not AllowRule.objects.filter(pk=rule.pk, github_id__isnull=True).update(github_id=github_id):
        return None
    rule.github_id = github_id
    return rule


def is_allowed(person: Person) -> bool:
    """Return whether a known person may go on: at consent, refresh and whenever rules change."""
    if not person.is_active or person.github_id is None:
        return False
    if settings.ALLOW_EVERYONE:
        return True
    unseen = Q(github_id__isnull=True, login__iexact=person.login)
    return AllowRule.objects.filter(Q(github_id=person.github_id) | unseen).exists()


def find_or_create(github_id: int, *, login: str, name: str, is_admin: bool) -> Person:
    """Return the local user of a GitHub account, brought up to date."""
    person, _ = Person.objects.update_or_create(
        github_id=github_id,
        defaults={"login": login, "name": name, "is_staff": is_admin, "is_superuser": is_admin},
        create_defaults={
            "username": f"github:{github_id}",
            "login": login,
            "name": name,
            "is_staff": is_admin,
            "is_superuser": is_admin,
            "last_login": timezone.now(),
        },
    )
    if not person.password:
        person.set_unusable_password()
        person.save(update_fields=["password"])
    return person


@transaction.atomic
def enforce_rules() -> int:
    """End the sessions of everyone whom no rule allows any more, and take operators' rights back; return how many ended."""
    ended = 0
    for person in Person.objects.filter(github_id__isnull=False, sessions__ended_at__isnull=True).distinct():
        if not is_allowed(person):
            ended += sessions.end(Session.objects.filter(person=person), Session.EndReason.NOT_ALLOWED)
    admins = AllowRule.objects.filter(is_admin=True, github_id__isnull=False).values("github_id")
    demoted = Person.objects.filter(github_id__isnull=False, is_staff=True).exclude(github_id__in=admins)
    if demoted.update(is_staff=False, is_superuser=False):
        sessions.withdraw_rights()
    return ended


@transaction.atomic
def sync_rules_from_settings() -> None:
    """Bring the rows of the environment in line with ``ALLOWED_USERNAMES`` and ``ADMIN_USERNAMES``.

    Rows an operator wrote in the dashboard stay as they are, but for the operator's right that the environment adds.
    """
    admins = {login.lower() for login in settings.ADMIN_USERNAMES}
    wanted = {login.lower(): login for login in (*settings.ALLOWED_USERNAMES, *settings.ADMIN_USERNAMES)}
    for rule in AllowRule.objects.filter(source=AllowRule.Source.ENVIRONMENT):
        if rule.login.lower() not in wanted:
            rule.delete()
    for key, login in wanted.items():
        rule, created = AllowRule.objects.get_or_create(
            login__iexact=login,
            defaults={"login": login, "is_admin": key in admins, "source": AllowRule.Source.ENVIRONMENT},
        )
        if not created and rule.is_admin != (key in admins) and (key in admins or rule.source == rule.Source.ENVIRONMENT):
            rule.is_admin = key in admins
            rule.save(update_fields=["is_admin"])
    enforce_rules()
