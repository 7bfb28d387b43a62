"""The local users of GitHub's accounts."""

from django.contrib.auth.hashers import make_password

from oauth_bridge.models import Person


def find_or_create(github_id: int, *, login: str, name: str, is_admin: bool) -> Person:
    """Return the local user of a GitHub account, brought up to date. Nothing is written where nothing has changed."""
    facts = {"login": login, "name": name, "is_staff": is_admin, "is_superuser": is_admin}
    new = {**facts, "username": f"github:{github_id}", "password": make_password(None)}
    person, created = Person.objects.get_or_create(github_id=github_id, defaults=new)
    if not created and any(getattr(person, field) != value for field, value in facts.items()):
        Person.objects.filter(pk=person.pk).update(**facts)
        person.refresh_from_db()
    return person
