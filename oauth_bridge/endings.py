"""Ending what a person, a client or the whole site has: sessions, and sign-ins that are about to become some."""

import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from oauth_bridge import sessions
from oauth_bridge.models import Client, GitHubCredential, Grant, PendingAuthorization, Person, Session


class Whose(StrEnum):
    """What an operator may end at once."""

    SESSION = "session"
    PERSON = "person"
    CLIENT = "client"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class Reach:
    """What an ending reaches. ``of`` is the session, the person or the client; None for the site."""

    whose: Whose
    of: Session | Person | Client | None

    @property
    def sessions(self) -> QuerySet[Session]:
        """The sessions that are not ended yet."""
        rows = Session.objects.filter(ended_at__isnull=True)
        match self.of:
            case Session() as session:
                return rows.filter(pk=session.pk)
            case Person() as person:
                return rows.filter(person=person)
            case Client() as client:
                return rows.filter(client=client)
            case _:
                return rows

    def count(self) -> int:
        """Return how many sessions somebody can still use; one that has expired is nobody's loss."""
        return self.sessions.filter(expires_at__gt=timezone.now()).count()


def reach(whose: str, key: str) -> Reach:
    """Return what the words of an address mean.

    Raises:
        LookupError: there is no such thing.
    """
    try:
        match Whose(whose):
            case Whose.SESSION:
                return Reach(Whose.SESSION, Session.objects.select_related("person", "client").get(pk=uuid.UUID(key)))
            case Whose.PERSON:
                return Reach(Whose.PERSON, Person.objects.get(pk=int(key)))
            case Whose.CLIENT:
                return Reach(Whose.CLIENT, Client.objects.get(pk=int(key)))
            case Whose.SITE:
                return Reach(Whose.SITE, None)
    except (ValueError, OverflowError, Session.DoesNotExist, Person.DoesNotExist, Client.DoesNotExist):
        raise LookupError(whose) from None


@transaction.atomic
def end(what: Reach, *, operator: Person, ask_again: bool) -> int:
    """End it; return how many sessions ended.

    ``ask_again`` makes the next sign-in ask for everything anew: open consent pages are void, and a person goes through GitHub,
    whose tokens are forgotten here. Without it a program that is connected again may need no more than *Allow*.
    """
    if ask_again:
        # Before the codes: one that a sign-in is giving just now is there after that.
        _forget_consents(what)
    if what.whose is not Whose.SESSION:
        void_codes(_narrow(Grant.objects.all(), what, person="user", client="application"))
    return sessions.end(what.sessions, Session.EndReason.OPERATOR, operator=operator)


def void_codes(grants: QuerySet[Grant]) -> None:
    """Let codes that are not redeemed yet be worth nothing.

    Before sessions are ended: a code that is being redeemed just now has its row locked, and its session is seen after that.
    """
    grants.filter(used_at__isnull=True).update(expires=timezone.now())


def _forget_consents(what: Reach) -> None:
    waiting = PendingAuthorization.objects.filter(denied_at__isnull=True)
    match what.of:
        case Session() as session:
            waiting = waiting.filter(person=session.person, client=session.client)
            forgotten = GitHubCredential.objects.filter(sessions=session)
        case Client() as client:
            # Their people's tokens at GitHub serve other programs as well.
            waiting, forgotten = waiting.filter(client=client), GitHubCredential.objects.none()
        case Person() as person:
            waiting, forgotten = waiting.filter(person=person), GitHubCredential.objects.filter(person=person)
        case _:
            forgotten = GitHubCredential.objects.all()
    # In the order of a sign-in, which locks its credential first, or each would wait for the other.
    forgotten.update(dead_at=timezone.now())
    waiting.update(denied_at=timezone.now())


def _narrow(rows: QuerySet[Any], what: Reach, *, person: str, client: str) -> QuerySet[Any]:
    match what.of:
        case Person():
            return rows.filter(**{person: what.of})
        case Client():
            return rows.filter(**{client: what.of})
        case _:
            return rows
