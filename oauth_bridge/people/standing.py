"""Whether people who are signed in may still be: asked at refresh and on a schedule, and never taken for granted.

A right by organization or team is GitHub's word, and an hour old at most. A definite no ends the sessions. Where GitHub does
not answer nobody gets anything new, and nobody loses what they have.
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from django.db import transaction
from django.db.models import Exists, Min, OuterRef, QuerySet
from django.utils import timezone

from oauth_bridge import sessions
from oauth_bridge.github import api, credentials, membership
from oauth_bridge.models import AllowRule, GitHubCredential, Membership, Person, Session
from oauth_bridge.people import members, rules
from oauth_bridge.protocol import lifetimes
from oauth_bridge.protocol.errors import OAuthError, TemporarilyUnavailable

logger = logging.getLogger(__name__)
_FRESH = timedelta(seconds=lifetimes.MEMBERSHIP_FRESH)

# What one round of the schedule may cost. With several failures in a row GitHub is away: the others would only wait as well.
MAX_PEOPLE = 200
MAX_SECONDS = 60.0
MAX_FAILURES = 3


class Standing(Enum):
    """What holds for a person."""

    ALLOWED = auto()
    NOT_ALLOWED = auto()
    NO_CREDENTIAL = auto()


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of the schedule did: people asked about, sessions ended."""

    asked: int
    ended: int


def at_refresh(session: Session) -> None:
    """Let a session pass whose person may go on, and whose tie to GitHub holds; end it otherwise.

    Raises:
        OAuthError: ``invalid_grant``, and the session has ended; or ``temporarily_unavailable``, and nothing has changed.
    """
    try:
        standing = confirm(session.person, now=timezone.now())
    except api.Unavailable:
        raise TemporarilyUnavailable("GitHub did not answer whether the person is still a member. Try again.") from None
    if standing is Standing.NOT_ALLOWED:
        sessions.end(Session.objects.filter(person=session.person), Session.EndReason.NOT_ALLOWED)
        raise OAuthError("invalid_grant", "The person is no longer allowed to use this server.")
    if standing is Standing.NO_CREDENTIAL or not _linked(session):
        sessions.end(Session.objects.filter(pk=session.pk), Session.EndReason.UPSTREAM)
        raise OAuthError("invalid_grant", "GitHub no longer accepts the sign-in. Sign in again.")


def is_fresh(person: Person) -> bool:
    """Return whether the person may go on without GitHub being asked again."""
    return _is_fresh(person, timezone.now())


def confirm(person: Person, *, now: datetime) -> Standing:
    """Return whether a person may go on, from GitHub itself where the right is by membership and older than an hour.

    Raises:
        api.Unavailable: GitHub did not answer.
    """
    if not Person.objects.filter(pk=person.pk, is_active=True, github_id__isnull=False).exists():
        return Standing.NOT_ALLOWED
    if _is_fresh(person, now):
        return Standing.ALLOWED
    held = set(Membership.objects.filter(person=person).values_list("rule", flat=True))
    # The rules that let the person in before come first: the answer is most likely the same.
    asked = sorted(rules.group_rules(now), key=lambda rule: (rule.pk not in held, rule.pk))
    if not asked:
        return Standing.NOT_ALLOWED
    Membership.objects.filter(person=person).update(tried_at=now)
    for credential in credentials.with_scope(person, membership.SCOPE):
        answer = _ask(person, asked, credential)
        if answer is not None:
            return Standing.ALLOWED if members.remember(person, answer, now=now) else Standing.NOT_ALLOWED
    # Somebody who was never a member lost another right; a member who cannot be asked about has to sign in again.
    return Standing.NO_CREDENTIAL if held else Standing.NOT_ALLOWED


def recheck(now: datetime) -> Round:
    """Ask about signed-in people whose only right is a membership, those who wait longest first, and end what has to end.

    Safe to run anywhere at any time. It is bounded in people and seconds, and stops while GitHub is away.
    """
    ended, asked, failures, until = rules.enforce_rules(), 0, 0, time.monotonic() + MAX_SECONDS
    for person in _waiting(now)[:MAX_PEOPLE]:
        if failures == MAX_FAILURES or time.monotonic() > until:
            break
        asked += 1
        try:
            standing = confirm(person, now=now)
        except api.Unavailable:
            failures += 1
            continue
        failures = 0
        if standing is not Standing.ALLOWED:
            is_upstream = standing is Standing.NO_CREDENTIAL
            reason = Session.EndReason.UPSTREAM if is_upstream else Session.EndReason.NOT_ALLOWED
            ended += sessions.end(Session.objects.filter(person=person), reason)
    if failures:
        logger.warning("GitHub did not answer for memberships: they are asked again at the next round")
    return Round(asked, ended)


def turned_away(github_id: int, denied: list[AllowRule]) -> None:
    """Take back what an account had that was turned away at sign-in: a definite no counts everywhere."""
    with transaction.atomic():
        for person in Person.objects.filter(github_id=github_id):
            Membership.objects.filter(person=person, rule__in=denied).delete()
            if not rules.is_allowed(person):
                sessions.end(Session.objects.filter(person=person), Session.EndReason.NOT_ALLOWED)


def _is_fresh(person: Person, now: datetime) -> bool:
    by_login = rules.allowed_by_login(now).filter(pk=person.pk)
    return by_login.exists() or _fresh(now).filter(person=person).exists()


def _fresh(now: datetime) -> QuerySet[Membership]:
    return Membership.objects.filter(rules.live(now, "rule__"), person__is_active=True, verified_at__gt=now - _FRESH)


def _waiting(now: datetime) -> QuerySet[Person]:
    alive = Session.objects.filter(person=OuterRef("pk"), ended_at__isnull=True, expires_at__gt=now)
    people = Person.objects.filter(Exists(alive), memberships__isnull=False)
    fresh = _fresh(now).filter(person=OuterRef("pk"))
    stale = people.exclude(pk__in=rules.allowed_by_login(now).values("pk")).filter(~Exists(fresh))
    return stale.annotate(waits_since=Min("memberships__tried_at")).order_by("waits_since", "pk")


def _ask(person: Person, asked: list[AllowRule], credential: GitHubCredential) -> members.Answer | None:
    """Return GitHub's answer by one credential, or None if that is none any more."""
    try:
        token = credentials.token_of(credential)
    except credentials.CredentialUnavailable:
        return None
    try:
        return members.ask(asked, github_id=person.github_id or 0, token=token)
    except api.TokenRefused:
        credentials.refused(credential, token)
    except membership.WrongAccount:
        credentials.answered_for_another(credential)
    return None


def _linked(session: Session) -> bool:
    """Return whether the session has a usable credential, after tying it to another that covers its scopes if need be."""
    credential = Session.objects.select_related("credential").get(pk=session.pk).credential
    if credential is not None and credentials.is_usable(credential):
        return True
    other = credentials.covering(session.person, tuple(session.scope.split()))
    if other is None:
        return False
    Session.objects.filter(pk=session.pk, ended_at__isnull=True).update(credential=other)
    return True
