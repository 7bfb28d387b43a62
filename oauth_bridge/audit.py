"""Writing audit events: called inside the transaction of what they tell of, so that there is neither without the other."""

from collections.abc import Iterable

from django.utils import timezone

from oauth_bridge import statements
from oauth_bridge.models import AuthEvent, Client, Person, Session
from wire import caller, request_id

Kind = AuthEvent.Kind


def record(
    kind: AuthEvent.Kind,
    *,
    person: Person | None = None,
    login: str = "",
    client: Client | None = None,
    session: Session | None = None,
    operator: Person | None = None,
    **detail: str | int | bool | list[str],
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


def _event(
    kind: AuthEvent.Kind,
    *,
    person: Person | None = None,
    login: str = "",
    client: Client | None = None,
    session: Session | None = None,
    operator: Person | None = None,
    detail: dict[str, str | int | bool | list[str]] | dict[str, str],
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
