"""The overview's numbers, counted by the database. A fixed number of queries, however many rows there are."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, DateTimeField, F, Func, Q, QuerySet, When
from django.db.models.functions import Least
from django.utils import timezone

from oauth_bridge.models import AuthEvent, Session
from tools.models import ToolCall

Kind = AuthEvent.Kind
# What a call may come to without anybody having failed.
FINE = ("ok", "cancelled")
_LONG_DAYS = 30
REFUSALS = (Kind.SIGN_IN_REFUSED, Kind.SIGN_IN_FAILED, Kind.CONSENT_REFUSED, Kind.CLIENT_REFUSED)


class Day(Func):
    """The day (UTC) of a time, as ``2026-11-24``. Django's own function is Python on SQLite, for each row."""

    output_field = CharField()
    function = "to_char"
    template = "%(function)s(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD')"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Return the beginning of the text that a time is kept as."""
        return super().as_sql(compiler, connection, template="substr(%(expressions)s, 1, 10)", **context)


class Scanned(Func):
    """A column as it is, for which SQLite uses no index: where most rows are read, a scan is four times as fast."""

    arity = 1
    template = "%(expressions)s"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Return the column behind a plus, which SQLite documents for this."""
        return super().as_sql(compiler, connection, template="+%(expressions)s", **context)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days (UTC) up to today, oldest first."""

    days: int
    today: date

    @property
    def dates(self) -> list[date]:
        """The days."""
        return [self.today - timedelta(days=back) for back in range(self.days - 1, -1, -1)]

    @property
    def days_written(self) -> list[str]:
        """The days as the database writes them."""
        return [day.isoformat() for day in self.dates]

    @property
    def begin(self) -> datetime:
        """When the first day began."""
        return datetime.combine(self.dates[0], datetime.min.time(), tzinfo=timezone.get_current_timezone())


@dataclass(slots=True)
class ToolFigures:
    """The calls of one tool. ``p50`` and ``p95`` are in ms, to two digits that count."""

    name: str
    calls: int = 0
    errors: int = 0
    durations: Counter[int] = field(default_factory=Counter)

    @property
    def p50(self) -> int:
        """What half of the calls did not exceed."""
        return percentile(self.durations, 50)

    @property
    def p95(self) -> int:
        """What 95 of 100 calls did not exceed."""
        return percentile(self.durations, 95)


def percentile(durations: Counter[int], percent: int) -> int:
    """Return the smallest duration that ``percent`` of 100 calls did not exceed; 0 for no calls. Pure."""
    wanted = -(-durations.total() * percent // 100)
    passed = 0
    for duration in sorted(durations):
        passed += durations[duration]
        if passed >= wanted:
            return duration
    return 0


def tools(period: Period) -> list[ToolFigures]:
    """Return the tools that were called, the busiest first. One query, of at most 400 rows for a tool and an outcome."""
    figures: dict[str, ToolFigures] = {}
    rows = (
        _calls(period)
        .annotate(rounded=_rounded("duration_ms"))
        .values_list("tool", "outcome", "rounded")
        .annotate(number=Count("pk"))
        .order_by()
    )
    for name, outcome, rounded, number in rows:
        tool = figures.setdefault(name, ToolFigures(name))
        tool.calls += number
        tool.errors += 0 if outcome in FINE else number
        tool.durations[int(rounded)] += number
    return sorted(figures.values(), key=lambda tool: (-tool.calls, tool.name))


def calls_by_day(period: Period) -> dict[str, list[int]]:
    """Return ``calls`` that went well, ``errors`` and ``people`` (how many different ones called) for each day. One query."""
    rows = (
        _calls(period)
        .annotate(day=Day("at"))
        .values_list("day")
        .annotate(calls=Count("pk"), errors=Count("pk", filter=~Q(outcome__in=FINE)), people=Count("github_id", distinct=True))
        .order_by()
    )
    found = {day: (calls - errors, errors, people) for day, calls, errors, people in rows}
    columns = zip(*(found.get(day, (0, 0, 0)) for day in period.days_written), strict=True)
    return dict(zip(("calls", "errors", "people"), map(list, columns), strict=True))


def events_by_day(period: Period) -> dict[str, list[int]]:
    """Return ``signed_in`` and ``refused`` for each day. One query."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    rows = (
        AuthEvent.objects.filter(at__gte=period.begin, kind__in=(Kind.SIGNED_IN, *REFUSALS))
        .annotate(day=Day("at"))
        .values_list("day", "kind")
        .annotate(number=Count("pk"))
        .order_by()
    )
    for day, kind, number in rows:
        counted[day]["signed_in" if kind == Kind.SIGNED_IN else "refused"] += number
    return {name: [counted[day][name] for day in period.days_written] for name in ("signed_in", "refused")}


def sessions_by_day(period: Period) -> list[int]:
    """Return how many sessions were alive at the end of each day. Three queries."""
    # A session that was ended after it had expired had been over before.
    over = Case(When(ended_at__isnull=True, then=F("expires_at")), default=Least("ended_at", "expires_at"))
    sessions = Session.objects.annotate(over_at=over)
    alive = sessions.filter(created_at__lt=period.begin, over_at__gte=period.begin).count()
    begun = _per_day(sessions.filter(created_at__gte=period.begin).annotate(day=Day("created_at")).values_list("day"))
    # Up to tomorrow: what expires later is alive today.
    end = period.begin + timedelta(days=period.days)
    ended = _per_day(
        sessions.filter(over_at__gte=period.begin, over_at__lt=end).annotate(day=Day("over_at")).values_list("day")
    )
    now = timezone.now()
    levels = []
    for day in period.days_written:
        alive += begun[day] - ended[day]
        levels.append(alive)
    # Today is not over: what ends later today is alive still.
    if levels:
        levels[-1] = live_sessions(now)["sessions"]
    return levels


def live_sessions(now: datetime) -> dict[str, int]:
    """Return how many ``sessions`` are alive, of how many ``people``, through how many ``clients``. One query."""
    return Session.objects.filter(ended_at__isnull=True, expires_at__gt=now).aggregate(
        sessions=Count("pk"), people=Count("person", distinct=True), clients=Count("client", distinct=True)
    )


def busiest(period: Period) -> dict[str, list[tuple[str, int]]]:
    """Return the five ``people`` and ``clients`` with most calls, and how many. One query, of a row for each pair that met."""
    people: Counter[str] = Counter()
    clients: Counter[str] = Counter()
    rows = _calls(period).values_list("login", "client_name").annotate(number=Count("pk"))
    for login, client, number in rows.order_by():
        people[login] += number
        clients[client or "unknown"] += number
    return {"people": people.most_common(5), "clients": clients.most_common(5)}


def _calls(period: Period) -> QuerySet[ToolCall]:
    if period.days < _LONG_DAYS:
        return ToolCall.objects.filter(at__gte=period.begin)
    return ToolCall.objects.alias(scanned=Scanned("at", output_field=DateTimeField())).filter(scanned__gte=period.begin)


def _per_day(rows: Iterable[tuple[str]]) -> Counter[str]:
    counted = rows.annotate(number=Count("pk")).order_by()  # type: ignore[attr-defined]  # a queryset of one column
    return Counter(dict(counted))


def _rounded(column: str) -> Case:
    """Return an expression that leaves two digits of a duration that count: few values, near enough to be read."""
    steps = [(100, 1), (1_000, 10), (10_000, 100), (100_000, 1_000)]
    return Case(
        *(When(**{f"{column}__lt": below}, then=F(column) - F(column) % step) for below, step in steps),
        default=F(column) - F(column) % 10_000,
    )
