"""The page of tool calls: filters, the newest first, and files to take away. The audit proves each of them."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotFound
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mcpserver.dashboard import roles
from mcpserver.dashboard.audit import PAGE, asked, attachment, place, with_moments
from mcpserver.dashboard.call_search import FORMATS, WRONG, CallSearch
from mcpserver.dashboard.figures import FINE
from oauth_bridge import audit
from oauth_bridge.models import Person
from tools.catalog import CATALOG
from tools.models import ToolCall

_LONGEST = 255


class Filters(forms.Form):
    """What the operator looks for."""

    tool = forms.CharField(
        label="Tool",
        required=False,
        max_length=_LONGEST,
        widget=forms.TextInput(attrs={"list": "tools", "spellcheck": "false"}),
    )
    outcome = forms.ChoiceField(
        label="Outcome",
        required=False,
        choices=[("", "Any"), ("ok", "Went well"), (WRONG, "Went wrong"), ("cancelled", "Cancelled")],
    )
    person = forms.CharField(label="Person", required=False, max_length=_LONGEST)
    client = forms.CharField(label="Client", required=False, max_length=_LONGEST)
    since = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="Until", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    reference = forms.CharField(label="Reference", required=False, max_length=_LONGEST)
    session = forms.CharField(label="Session", required=False, max_length=_LONGEST)

    def search(self) -> CallSearch:
        """Return what was asked for. ``until`` is a whole day."""
        return CallSearch(**with_moments(self.cleaned_data))


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Show the calls that fit, newest first. Nothing is counted: there may be millions."""
    roles.require(request, "view")
    filters, key = Filters(request.GET), place(request)
    rows = filters.search().page(before=key, size=PAGE + 1) if filters.is_valid() else []
    shown = rows[:PAGE]
    pairs = [pair for pair in asked(request, Filters).split("&") if pair]
    older = urlencode({"before": shown[-1].pk}) if len(rows) > PAGE else ""
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Tool calls",
        "filters": filters,
        "is_filtered": bool(pairs),
        "more_filters": any(filters.data.get(name) for name in ("reference", "session")),
        "tools": [tool.name for tool in CATALOG],
        "calls": [(call, _tone(call), call.outcome.replace("_", " ")) for call in shown],
        "asked": "&".join(pairs),
        "older": "&".join((*pairs, older)) if older else "",
        "is_later_page": key is not None,
        "retention_days": settings.AUDIT_RETENTION_DAYS,
        "may_export": roles.may(request, "operate"),
    }
    return render(request, "admin/calls.html", context)


@require_GET
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """Send the calls that fit as a file, a piece at a time; that they were taken is an event."""
    roles.require(request, "operate")
    filters = Filters(request.GET)
    if form not in FORMATS or not filters.is_valid():
        return HttpResponseNotFound("There is no such file.", content_type="text/plain")
    content_type, write = FORMATS[form]
    operator = request.user if isinstance(request.user, Person) else None
    audit.record(audit.Kind.AUDIT_EXPORTED, operator=operator, what="tool calls", format=form, asked=asked(request, Filters))
    return attachment("calls", form, write(filters.search().every()), content_type)


def _tone(call: ToolCall) -> str:
    if call.outcome == "ok":
        return "good"
    return "quiet" if call.outcome in FINE else "bad"
