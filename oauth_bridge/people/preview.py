"""Who gains and who loses by a change of the rules, before it is made: it is made, looked at, and undone."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from oauth_bridge.models import AllowRule, Person
from oauth_bridge.people import rules

MAX_NAMED = 20


@dataclass(frozen=True, slots=True)
class Loss:
    """Somebody who may not go on. ``sessions`` end."""

    login: str
    sessions: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change does. Names are the first twenty; the numbers count everybody.

    ``demoted`` are operators who are none any more. ``everybody`` says that the server lets all of GitHub in, whatever
    its rules.
    """

    gains: tuple[str, ...]
    gain_count: int
    loses: tuple[Loss, ...]
    loss_count: int
    session_count: int
    demoted: tuple[str, ...]
    everybody: bool

    @property
    def changes_nothing(self) -> bool:
        """Whether nobody who has been here gains or loses."""
        return not (self.gain_count or self.loss_count or self.demoted)


def of(change: Callable[[], object]) -> Preview:
    """Return what a change of rules would do to those who have been here."""
    with transaction.atomic():
        now = timezone.now()
        allowed, operators = _keys(rules.allowed(now)), _keys(_operators(now))
        change()
        then = _keys(rules.allowed(now))
        found = _compare(then - allowed, allowed - then, operators - _keys(_operators(now)))
        transaction.set_rollback(True)
    return found


def _compare(gains: set[int], losses: set[int], demoted: set[int]) -> Preview:
    now = timezone.now()
    alive = Count("sessions", filter=Q(sessions__ended_at__isnull=True, sessions__expires_at__gt=now))
    losing = _of(losses).annotate(alive=alive).order_by("-alive", "login")
    total = _of(losses).aggregate(alive=alive)["alive"] if losses else 0
    return Preview(
        gains=_names(gains),
        gain_count=len(gains),
        loses=tuple(Loss(str(person), person.alive) for person in losing[:MAX_NAMED]),
        loss_count=len(losses),
        session_count=total,
        demoted=_names(demoted),
        everybody=settings.ALLOW_EVERYONE,
    )


def _operators(now: datetime) -> QuerySet[Person]:
    """Return the people of GitHub who would still be operators after ``rules.enforce_rules``."""
    admins = AllowRule.objects.filter(rules.live(now), is_admin=True, github_id__isnull=False).values("github_id")
    by_rule, by_word = Q(is_superuser=True, github_id__in=admins), Q(is_superuser=False, pk__in=rules.allowed(now).values("pk"))
    return Person.objects.filter(by_rule | by_word, is_staff=True, github_id__isnull=False)


def _names(keys: set[int]) -> tuple[str, ...]:
    return tuple(str(person) for person in _of(keys).order_by("login")[:MAX_NAMED])


def _of(keys: Iterable[int]) -> QuerySet[Person]:
    return Person.objects.filter(pk__in=keys)


def _keys(people: QuerySet[Person]) -> set[int]:
    return set(people.values_list("pk", flat=True))
