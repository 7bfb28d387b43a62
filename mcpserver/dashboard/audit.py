"""The page of what happened: filters, the newest first, files to take away, and whether the chain is whole."""

import contextlib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotFound, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from mcpserver.dashboard import roles
from oauth_bridge import audit, audit_export
from oauth_bridge.audit_search import Search
from oauth_bridge.chain import marks, sealing, verification
from oauth_bridge.models import AuthEvent, Person

PAGE = 50
# What a page may take a second for; `manage.py audit verify` looks at all.
CHECKED = 20_000
_LONGEST = 200
EVERYTHING = "all"
# For `manage.py audit verify`, and no reader.
_HASHES = ("digest", "prints")


class Filters(forms.Form):
    """What the operator looks for."""

    kind = forms.ChoiceField(
        label="What",
        required=False,
        choices=[("", "Everything but batches of tool calls"), (EVERYTHING, "Everything"), *AuthEvent.Kind.choices],
    )
    person = forms.CharField(label="Person", required=False, max_length=_LONGEST)
    client = forms.CharField(label="Client", required=False, max_length=_LONGEST)
    operator = forms.CharField(label="Operator", required=False, max_length=_LONGEST)
    since = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="Until", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    reference = forms.CharField(label="Reference", required=False, max_length=_LONGEST)
    session = forms.CharField(label="Session", required=False, max_length=_LONGEST)
    address = forms.GenericIPAddressField(label="Address", required=False)

    def search(self) -> Search:
        """Return what was asked for. ``until`` is a whole day."""
        asked = {name: value for name, value in with_moments(self.cleaned_data).items() if value != EVERYTHING}
        return Search(**asked, without_calls=not self.cleaned_data["kind"])


@require_GET
def events(request: HttpRequest) -> HttpResponse:
    """Show the events that fit, newest first."""
    roles.require(request, "view")
    return _page(request)


@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Walk the newest part of the chain, and say what was found."""
    roles.require(request, "view")
    # The walk says so as well.
    with contextlib.suppress(marks.BrokenChain):
        sealing.seal(timezone.now())
    return _page(request, report=verification.verify(newest=CHECKED))


@require_GET
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """Send the events that fit as a file, a piece at a time; that they were taken is an event itself."""
    roles.require(request, "operate")
    filters = Filters(request.GET)
    if form not in audit_export.FORMATS or not filters.is_valid():
        return HttpResponseNotFound("There is no such file.", content_type="text/plain")
    content_type, write = audit_export.FORMATS[form]
    operator = request.user if isinstance(request.user, Person) else None
    search = filters.search()
    audit.record(audit.Kind.AUDIT_EXPORTED, operator=operator, format=form, asked=asked(request, Filters))
    return attachment("audit", form, write(search.every()), content_type)


def attachment(what: str, form: str, pieces: Iterable[str], content_type: str) -> StreamingHttpResponse:
    """Return a file to keep, sent a piece at a time."""
    name = f"gatehouse-{what}-{timezone.now():%Y%m%d-%H%M%S}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(pieces, content_type=content_type, headers=headers)


def _page(request: HttpRequest, report: verification.Report | None = None) -> HttpResponse:
    filters = Filters(request.GET)
    key = place(request)
    rows = filters.search().page(before=key, size=PAGE + 1) if filters.is_valid() else []
    shown = rows[:PAGE]
    pairs = [pair for pair in asked(request, Filters).split("&") if pair]
    older = urlencode({"before": shown[-1].pk}) if len(rows) > PAGE else ""
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Audit",
        "filters": filters,
        "is_filtered": bool(pairs),
        "more_filters": any(filters.data.get(name) for name in ("reference", "session", "address")),
        "events": [_shown(event) for event in shown],
        "asked": "&".join(pairs),
        "older": "&".join((*pairs, older)) if older else "",
        "is_later_page": key is not None,
        "head": marks.read(marks.HEAD),
        "retention_days": settings.AUDIT_RETENTION_DAYS,
        "report": report,
        "checked_at_most": CHECKED,
        "may_export": roles.may(request, "operate"),
    }
    return render(request, "admin/audit.html", context)


def asked(request: HttpRequest, filters: type[forms.Form]) -> str:
    """Return the filters of an address, without the place in the list."""
    return urlencode([(name, value[:_LONGEST]) for name in filters.base_fields if (value := request.GET.get(name, ""))])


def with_moments(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a form found and is not empty; of days, when ``since`` begins and ``until`` ends."""
    asked = {name: value for name, value in found.items() if value}
    for name in asked.keys() & {"since", "until"}:
        asked[name] = datetime.combine(asked[name], time(), UTC)
    if until := asked.pop("until", None):
        # After the last day that Python knows there is none.
        asked |= {"until": until + timedelta(days=1)} if until.date() != date.max else {}
    return asked


def place(request: HttpRequest) -> int | None:
    """Return the key that the rows of the page come before; None for the first page."""
    before = request.GET.get("before", "")
    return int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None


def _shown(event: AuthEvent) -> dict[str, Any]:
    told = [(name, value) for name, value in event.detail.items() if name not in _HASHES]
    return {"row": event, "facts": [(name.replace("_", " "), _words(value)) for name, value in told]}


def _words(value: object) -> str:
    match value:
        case dict():
            return "; ".join(f"{name}: {_words(part)}" for name, part in value.items())
        case list():
            return ", ".join(str(part) for part in value) or "nothing"
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)
