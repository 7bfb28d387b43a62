"""Finding records of tool calls, newest first and in pieces; and writing them as files."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from mcpserver.dashboard.figures import FINE
from oauth_bridge import audit_export, newest_first
from oauth_bridge.models import Person
from tools.models import ToolCall

WRONG = "wrong"
COLUMNS = (
    "id", "at", "login", "github_id", "tool", "tool_set", "outcome", "duration_ms", "result_size", "client_name", "client_id",
    "session_id", "request_id", "arguments",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CallSearch:
    """What is looked for; what is empty is not asked. ``outcome`` may be ``wrong``: whatever somebody failed at."""

    tool: str = ""
    outcome: str = ""
    person: str = ""
    client: str = ""
    session: str = ""
    reference: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def calls(self) -> QuerySet[ToolCall]:
        """Return the calls, newest first."""
        conditions = Q()
        if self.tool:
            conditions &= Q(tool=self.tool)
        if self.outcome:
            conditions &= ~Q(outcome__in=FINE) if self.outcome == WRONG else Q(outcome=self.outcome)
        if self.person:
            conditions &= _of(self.person)
        if self.client:
            conditions &= Q(client_id=self.client) | Q(client_name__icontains=self.client)
        if self.session:
            conditions &= Q(session_id=self.session)
        if self.reference:
            conditions &= Q(request_id=self.reference)
        if self.since:
            conditions &= Q(at__gte=self.since)
        if self.until:
            conditions &= Q(at__lt=self.until)
        return ToolCall.objects.filter(conditions).order_by("-pk")

    def page(self, *, before: int | None, size: int) -> list[ToolCall]:
        """Return up to ``size`` calls older than the one with the key ``before``."""
        return newest_first.page(self.calls(), before=before, size=size)

    def every(self) -> Iterator[ToolCall]:
        """Return all of them, read in pieces."""
        return newest_first.every(self.calls())


def _of(login: str) -> Q:
    """Return the calls of whoever has a login now, by number, which is indexed; of somebody unknown, by the login then."""
    numbers = list(Person.objects.filter(login__iexact=login, github_id__isnull=False).values_list("github_id", flat=True))
    return Q(github_id__in=numbers) if numbers else Q(login__iexact=login)


def as_csv(calls: Iterable[ToolCall]) -> Iterator[str]:
    """Yield a line for the names, then one for each call. No cell is a formula."""
    yield audit_export.line(COLUMNS)
    for call in calls:
        yield audit_export.line(_row(call).values())


def as_json_lines(calls: Iterable[ToolCall]) -> Iterator[str]:
    """Yield an object for each call."""
    for call in calls:
        yield json.dumps(_row(call)) + "\n"


FORMATS: dict[str, tuple[str, Callable[[Iterable[ToolCall]], Iterator[str]]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "jsonl": ("application/jsonl", as_json_lines),
}


def _row(call: ToolCall) -> dict[str, str | int | None]:
    return {name: call.at.isoformat() if name == "at" else getattr(call, name) for name in COLUMNS}
