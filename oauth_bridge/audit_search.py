"""Finding audit events, newest first and in pieces: no list of them is ever counted or held as a whole."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from oauth_bridge import newest_first
from oauth_bridge.models import AuthEvent


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; what is empty is not asked. ``person`` and ``operator`` are logins, ``client`` a name or an id.

    ``without_calls`` leaves out the events of batches of tool calls, of which a busy server has one a second.
    """

    kind: str = ""
    person: str = ""
    client: str = ""
    session: str = ""
    operator: str = ""
    address: str = ""
    reference: str = ""
    since: datetime | None = None
    until: datetime | None = None
    without_calls: bool = False

    def events(self) -> QuerySet[AuthEvent]:
        """Return the events, newest first."""
        conditions = Q()
        if self.kind:
            conditions &= Q(kind=self.kind)
        if self.without_calls:
            conditions &= ~Q(kind=AuthEvent.Kind.TOOL_CALLS)
        if self.person:
            conditions &= Q(login__iexact=self.person)
        if self.client:
            conditions &= Q(client__client_id=self.client) | Q(client_name__icontains=self.client)
        if self.session:
            conditions &= Q(session=_key(self.session))
        if self.operator:
            conditions &= Q(operator__iexact=self.operator)
        if self.address:
            conditions &= Q(address=self.address)
        if self.reference:
            conditions &= Q(request_id=self.reference)
        if self.since:
            conditions &= Q(at__gte=self.since)
        if self.until:
            conditions &= Q(at__lt=self.until)
        return AuthEvent.objects.filter(conditions).order_by("-pk")

    def page(self, *, before: int | None, size: int) -> list[AuthEvent]:
        """Return up to ``size`` events older than the one with the key ``before``."""
        return newest_first.page(self.events(), before=before, size=size)

    def every(self) -> Iterator[AuthEvent]:
        """Return all of them, read in pieces."""
        return newest_first.every(self.events())


def _key(text: str) -> uuid.UUID:
    """Return a session's key; one that is none finds nothing."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)
