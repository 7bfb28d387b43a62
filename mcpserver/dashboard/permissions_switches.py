"""The page of switches: a tool, a set or all on or off, and whether anything may be written, for the site or a program."""

from typing import Any
from urllib.parse import quote

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from mcpserver.dashboard import permissions_matrix, permissions_whom, roles
from mcpserver.dashboard.permissions_changes import deciding, note
from mcpserver.dashboard.permissions_whom import UnknownWhom
from oauth_bridge.admin import parts
from tools import policy_rows
from tools.catalog import CATALOG
from tools.models import SITE, ReadOnlyClient, ToolRule, ToolSettings, ToolSwitch

CHANGED_SINCE = "Somebody else decided that meanwhile, so nothing was changed. It is shown as it is now."
_DONE = {"on": "Switched on", "off": "Switched off", "none": "The switch is taken away"}
_LONGEST_MESSAGE = 300


@require_GET
def switches(request: HttpRequest) -> HttpResponse:
    """Show what is on and what is off."""
    roles.require(request, "view")
    set_by_hand = {row.target: row for row in ToolSwitch.objects.all()}
    listed = permissions_matrix.rows(CATALOG, ToolRule.objects.none(), policy_rows.load())
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Switches",
        "rows": [(row, set_by_hand.get(row.target), _shown(set_by_hand.get(row.target))) for row in listed],
        "left_over": [row for target, row in set_by_hand.items() if target not in {row.target for row in listed}],
        "read_only": _is_read_only(),
        "programs": ReadOnlyClient.objects.all(),
        "names": [pair for pair in permissions_whom.suggestions() if pair[1].startswith("Program")],
        "may_operate": roles.may(request, "operate"),
    }
    return render(request, "admin/tools_switches.html", context)


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Switch one target, or take its switch away."""
    roles.require(request, "operate")
    target, to = request.POST.get("target", ""), request.POST.get("to", "")
    said = " ".join(request.POST.get("message", "").split())[:_LONGEST_MESSAGE] if to == "off" else ""
    with deciding():
        row = ToolSwitch.objects.filter(target=target).first()
        if to not in _DONE or (row is None and target not in _targets()):
            return _back(request, "There is no such tool or set. Nothing was changed.", level=messages.ERROR)
        if request.POST.get("shown", "") != _shown(row):
            return _back(request, CHANGED_SINCE, place=target, level=messages.WARNING)
        _switch(row, target, to, said, request)
    return _back(request, f"{_DONE[to]}: {target}.", place=target)


def _switch(row: ToolSwitch | None, target: str, to: str, said: str, request: HttpRequest) -> None:
    before = ["", ""] if row is None else ["on" if row.is_on else "off", row.message]
    operator = parts.operator_of(request)
    if to == "none":
        if row is not None:
            row.delete()
            note(operator, row, "deleted", {"state": [before[0], ""]}, name=target)
        return
    changed = row or ToolSwitch(target=target)
    changed.is_on, changed.message = to == "on", said
    changed.save()
    changes = {"state": [before[0], to]} | ({"message": [before[1], said]} if before[1] != said else {})
    note(operator, changed, "changed" if row else "added", changes, name=target)


@require_POST
def read_only(request: HttpRequest) -> HttpResponse:
    """Let tools only read, or write again, for the whole site."""
    roles.require(request, "operate")
    to = request.POST.get("to", "")
    with deciding():
        row = ToolSettings.objects.first() or ToolSettings(id=SITE)
        before = row.read_only
        if to not in {"on", "off"}:
            return _back(request, "Choose whether tools may write. Nothing was changed.", place="reading", level=messages.ERROR)
        if request.POST.get("shown", "") != ("on" if before else "off"):
            return _back(request, CHANGED_SINCE, place="reading", level=messages.WARNING)
        if before != (to == "on"):
            row.read_only = to == "on"
            row.save()
            changes = {"only reading": ["yes" if before else "no", "yes" if row.read_only else "no"]}
            note(parts.operator_of(request), row, "changed", changes, name="the whole site")
    return _back(
        request, "Tools only read now." if to == "on" else "Tools may write again, where they are on.", place="reading"
    )


@require_POST
def read_only_client(request: HttpRequest) -> HttpResponse:
    """Let tools only read through one program, or write again."""
    roles.require(request, "operate")
    if "remove" in request.POST:
        return _write_again(request, request.POST["remove"])
    try:
        whom = permissions_whom.named(permissions_whom.Who.CLIENT, request.POST.get("name", ""))
    except UnknownWhom as error:
        return _back(request, f"Nothing was changed. {error}", place="programs", level=messages.ERROR)
    remark = " ".join(request.POST.get("note", "").split())[:200]
    with deciding():
        row, is_new = ReadOnlyClient.objects.get_or_create(client=whom.name, defaults={"note": remark})
        if not is_new:
            return _back(request, f"{whom.name} only reads already.", place="programs", level=messages.WARNING)
        note(parts.operator_of(request), row, "added", {"note": ["", remark]} if remark else {})
    return _back(request, f"Through {whom.name} tools only read now.", place="programs")


def _write_again(request: HttpRequest, name: str) -> HttpResponse:
    with deciding():
        row = ReadOnlyClient.objects.filter(client=name).first()
        if row is None:
            return _back(request, CHANGED_SINCE, place="programs", level=messages.WARNING)
        row.delete()
        note(parts.operator_of(request), row, "deleted", {})
    return _back(request, f"Through {name} tools may write again, where they are on.", place="programs")


def _targets() -> set[str]:
    return {row.target for row in permissions_matrix.rows(CATALOG, [], policy_rows.load())}


def _shown(row: ToolSwitch | None) -> str:
    """Return what tells whether a switch is still as it was shown."""
    return row.updated_at.isoformat() if row else ""


def _is_read_only() -> bool:
    decided = ToolSettings.objects.first()
    return decided is not None and decided.read_only


def _back(request: HttpRequest, text: str, *, place: str = "", level: int = messages.SUCCESS) -> HttpResponse:
    return parts.back(request, text, reverse("admin:tools_switches") + (f"#{quote(place)}" if place else ""), level=level)
