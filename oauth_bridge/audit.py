"""Writing audit events: called inside the transaction of what they tell of, so that there is neither without the other."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from oauth_bridge import statements
from oauth_bridge.models import AuthEvent, Client, Person, Session
from wire import caller, request_id

Kind = AuthEvent.Kind
# What JSON has; ``changes`` maps a field to what it was and what it is.
Detail = str | int | bool | list[str] | dict[str, list[str]]


def record(
    kind: AuthEvent.Kind,
    *,
    person: Person | None = None,
    login: str = "",
    client: Client | None = None,
    session: Session | None = None,
    operator: Person | None = None,
    **detail: Detail,
) -> None:
    """Write one event, with the reference that the person's page shows and the address that the request came from.

    ``detail`` is for the operator to read. It never holds a code, a token, a secret, or anything derived from one.
    """
    statements.insert(
        _event(kind, person=person, login=login, client=client, session=session, operator=operator, detail=detail)
    )


def sessions_ended(sessions: Iterable[Session], reason: Session.EndReason, *, operator: Person | None = None) -> None:
    """Write one event for each ended session. Each has its person and client loaded."""
    AuthEvent.objects.bulk_create(
        _event(
            Kind.SESSION_ENDED,
            person=session.person,
            client=session.client,
            session=session,
            operator=operator,
            detail={"reason": str(reason.value)},
        )
        for session in sessions
    )


def forget(person: Person) -> int:
    """Erase what events say of a person: login, address and detail; return of how many.

    That something happened, when, and by which operator stays: the chain holds, since what is erased counts in it as a hash.
    """
    of_them = Q(person=person) | Q(person__isnull=True, login__iexact=person.login)
    return AuthEvent.objects.filter(of_them).exclude(login="").update(login="", address=None, detail={}, salt="")


def _event(
    kind: AuthEvent.Kind,
    *,
    person: Person | None = None,
    login: str = "",
    client: Client | None = None,
    session: Session | None = None,
    operator: Person | None = None,
    detail: dict[str, Detail] | dict[str, str],
) -> AuthEvent:
    return AuthEvent(
        at=timezone.now(),
        kind=kind,
        request_id=request_id.current.get(),
        address=caller.address.get() or None,
        person=person,
        login=(login or (person.login if person else ""))[:150],
        client=client,
        client_name=str(client)[:255] if client else "",
        session=session,
        operator=str(operator) if operator else "",
        detail=detail,
    )
