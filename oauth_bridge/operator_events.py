"""Operators at the password form, for the record. Receivers of Django's signals."""

from typing import Any

from oauth_bridge import anonymous_events, audit
from oauth_bridge.models import Person

_BY_PASSWORD = "django.contrib.auth.backends.ModelBackend"  # noqa: S105  a name


def note_sign_in(*, user: Person, **_: Any) -> None:
    """Write down who signed in by password; those who come through GitHub have an event already."""
    if getattr(user, "backend", "") == _BY_PASSWORD:
        audit.record(audit.Kind.OPERATOR_SIGNED_IN, person=user, operator=user)


def note_refusal(*, credentials: dict[str, Any], **_: Any) -> None:
    """Write down a refusal, and for which account. What was typed is not kept: a password may be in the wrong field."""
    if username := credentials.get("username"):
        known = Person.objects.filter(username=username).first()
        anonymous_events.record(audit.Kind.OPERATOR_REFUSED, client=None, account=known.username if known else "unknown")
