"""Those who may do everything here: whatever is changed, one of them has to be left who can change it back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from oauth_bridge import roles
from oauth_bridge.models import AllowRule, Person
from oauth_bridge.people import rules


class LastOwner(Exception):
    """The change would leave nobody who may do everything. The message is for the operator."""

    def __init__(self) -> None:
        super().__init__("That would leave this server without an owner. Make somebody else an owner first.")


def owners() -> QuerySet[Person]:
    """Return the people who may do everything."""
    by_role = Q(is_superuser=True) | Q(groups__name=roles.Role.OWNER)
    return Person.objects.filter(by_role, is_active=True, is_staff=True).distinct()


@contextmanager
def keep_one() -> Iterator[None]:
    """Do a change in a transaction that is undone if it leaves no owner.

    Raises:
        LastOwner: it would.
    """
    with transaction.atomic():
        # Two owners who take each other's right away at once: the second sees what the first did.
        list(
            Person.objects.select_for_update(no_key=True)
            .filter(pk__in=owners().values("pk"))
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        before = _counted()
        yield
        after = _counted()
        if (before.now and not after.now) or (before.lasting and not after.lasting):
            raise LastOwner


class _Count(NamedTuple):
    """How many there are, and how many of them whose right has no end."""

    now: int
    lasting: int


def _counted() -> _Count:
    now = timezone.now()
    own = AllowRule.objects.filter(rules.live(now), github_id=OuterRef("github_id"), is_admin=True)
    # By password, or by an owner's word: nothing that expires takes it away.
    by_themselves = Q(github_id__isnull=True) | Q(is_superuser=False)
    lasting = owners().filter(by_themselves | Exists(own.filter(expires_at__isnull=True)))
    return _Count(owners().filter(by_themselves | Exists(own)).count(), lasting.count())
