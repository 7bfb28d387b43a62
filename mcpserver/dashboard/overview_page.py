"""The first page: is it well, who uses it, what waits."""

from datetime import date
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from mcpserver.dashboard import doctor, figures, health, waiting
from mcpserver.dashboard.roles import require
from oauth_bridge.models import AuthEvent

PERIODS = {"1": "Today", "7": "7 days", "30": "30 days", "90": "90 days"}
_DEFAULT = "30"
RECENT = 8
# Whoever reloads the page does not make this server ask GitHub each time.
_KEEP_SECONDS = 30
_NUMBERS_SECONDS = 15


def overview(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Return the page. A viewer may see it."""
    require(request, "view")
    asked = request.GET.get("days", _DEFAULT)
    chosen = asked if asked in PERIODS else _DEFAULT
    period = figures.Period(int(chosen), timezone.now().date())
    page = {
        "title": "Overview",
        "waiting": waiting.everything(),
        "parts": health.near(),
        "periods": [(days, label, days == chosen) for days, label in PERIODS.items()],
        "period": PERIODS[chosen].lower(),
        "recent": AuthEvent.objects.exclude(kind=AuthEvent.Kind.TOOL_CALLS)[:RECENT],
        **_recent_numbers(period),
    }
    return render(request, "admin/index.html", {**context, **page})


def outside(request: HttpRequest) -> HttpResponse:
    """Return how GitHub and our own public address look from here: a piece of the overview, fetched when it stands."""
    require(request, "view")
    parts = cache.get("dashboard:outside")
    if parts is None:
        parts = [health.github(), doctor.summary(doctor.examine())]
        cache.set("dashboard:outside", parts, _KEEP_SECONDS)
    response = render(request, "admin/parts/health.html", {"parts": parts})
    response.headers["Cache-Control"] = "no-store"
    return response


def _recent_numbers(period: figures.Period) -> dict[str, Any]:
    """Return the numbers, at most fifteen seconds old: who watches the page does not make the database count all the time."""
    key = f"dashboard:numbers:{period.days}:{period.today}"
    numbers: dict[str, Any] | None = cache.get(key)
    if numbers is None:
        numbers = _numbers(period)
        cache.set(key, numbers, _NUMBERS_SECONDS)
    return numbers


def _numbers(period: figures.Period) -> dict[str, Any]:
    tools = figures.tools(period)
    calls = sum(tool.calls for tool in tools)
    errors = sum(tool.errors for tool in tools)
    by_day = figures.calls_by_day(period)
    events = figures.events_by_day(period)
    sessions = figures.sessions_by_day(period)
    return {
        "live": figures.live_sessions(timezone.now()),
        "tools": tools,
        "calls": calls,
        "errors": errors,
        "error_percent": 100 * errors / calls if calls else 0,
        "signed_in": sum(events["signed_in"]),
        "refused": sum(events["refused"]),
        "busiest": figures.busiest(period),
        "charts": _charts(period.dates, by_day, events, sessions) if period.days > 1 else [],
    }


def _charts(
    dates: list[date], by_day: dict[str, list[int]], events: dict[str, list[int]], sessions: list[int]
) -> list[dict[str, Any]]:
    """Return each chart as its page and ``dashboard.js`` read it: a series is a label, a colour's name and numbers."""
    days = [day.isoformat() for day in dates]

    def chart(key: str, title: str, kind: str, *series: tuple[str, str, list[int]]) -> dict[str, Any]:
        named = [{"label": label, "colour": colour, "values": values} for label, colour, values in series]
        rows = list(zip(days, *(values for _, _, values in series), strict=True))
        data = {"kind": kind, "days": days, "series": named}
        is_empty = not any(any(values) for _, _, values in series)
        labels = [label for label, _, _ in series]
        return {
            "key": key,
            "script": f"chart-{key}",
            "title": title,
            "data": data,
            "labels": labels,
            "rows": rows,
            "is_empty": is_empty,
        }

    return [
        chart("calls", "Tool calls", "bar", ("Done", "accent", by_day["calls"]), ("Failed", "bad", by_day["errors"])),
        chart("people", "People who used a tool", "line", ("People", "accent", by_day["people"])),
        chart("sessions", "Sessions alive at the end of the day", "line", ("Sessions", "accent", sessions)),
        chart(
            "sign-ins",
            "Sign-ins and refusals",
            "bar",
            ("Signed in", "accent", events["signed_in"]),
            ("Refused", "bad", events["refused"]),
        ),
    ]
