"""The local users of GitHub's accounts."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from oauth_bridge import signals, statements
from oauth_bridge.models import Person

_TOUCH_AFTER = timedelta(minutes=1)
_ACCOUNT = statements.Select(lambda: Person.objects.filter(github_id=statements.number("github_id")))
_TOUCH = statements.Update(lambda: Person.objects.filter(pk=statements.number("person")), last_login=statements.moment("now"))


def find(github_id: int) -> Person | None:
    """Return the local user of a GitHub account, or None."""
    return _ACCOUNT.first(github_id=github_id)


def find_or_create(github_id: int, *, login: str, name: str, is_admin: bool, known: Person | None = None) -> Person:
    """Return the local user of a GitHub account, brought up to date. Nothing is written where nothing has changed.

    ``known`` is who was found already, in the same transaction.
    """
    facts = {"login": login, "name": name, "is_staff": is_admin, "is_superuser": is_admin}
    created = False
    if (person := known) is None:
        new = {**facts, "username": f"github:{github_id}", "password": make_password(None)}
        person, created = Person.objects.get_or_create(github_id=github_id, defaults=new)
    # Who has a role by an owner's word, and not by a rule, keeps it.
    if not created and person.is_staff and not person.is_superuser:
        facts["is_staff"] = True
    if not created and any(getattr(person, field) != value for field, value in facts.items()):
        former = person.login, person.name
        Person.objects.filter(pk=person.pk).update(**facts)
        person.refresh_from_db()
        if former != (login, name):
            changed = {"github_id": github_id, "logins": {former[0], login}}
            transaction.on_commit(lambda: signals.person_changed.send(sender=None, **changed))
    return person


def note_sign_in(*, user: Person, **_: Any) -> None:
    """Write down when somebody last signed in to the pages, to the minute. A receiver of Django's ``user_logged_in``."""
    now = timezone.now()
    if user.last_login is None or user.last_login < now - _TOUCH_AFTER:
        _TOUCH.run(person=user.pk, now=now)
        user.last_login = now
