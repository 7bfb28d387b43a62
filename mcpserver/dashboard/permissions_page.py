"""The page of who may use what: the matrix, looked at by viewers, changed by operators."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from mcpserver.dashboard import permissions_changes, permissions_matrix, permissions_whom, roles
from mcpserver.dashboard.permissions_changes import Change, ChangedSince
from mcpserver.dashboard.permissions_matrix import CHOICES, COLUMNS, STATES, Place
from mcpserver.dashboard.permissions_whom import KINDS, UnknownWhom, Whom
from oauth_bridge.admin import parts
from tools import policy_rows
from tools.catalog import CATALOG
from tools.models import ToolRule, ToolSettings

_MAX_ADDED = 10
_SHOWN_CHANGES = 6
_ALL_TOGETHER = "This form could not be read: open the page again. Nothing was saved."


class NewColumn(forms.Form):
    """Whom a rule is to be about. Its column is in the page's address until it has a rule."""

    kind = forms.ChoiceField(label="Kind", choices=[(who, words) for who, words in KINDS.items() if who != "everyone"])
    name = forms.CharField(
        label="Name",
        max_length=255,
        widget=forms.TextInput({"autocomplete": "off", "list": "known-names", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        """Return the values, with ``whom``.

        Raises:
            ValidationError: there is nobody of that name.
        """
        data: dict[str, Any] = super().clean() or {}
        if {"kind", "name"} <= data.keys():
            try:
                data["whom"] = permissions_whom.named(data["kind"], data["name"])
            except UnknownWhom as error:
                self.add_error("name", str(error))
        return data


@require_http_methods(["GET", "POST"])
def matrix(request: HttpRequest) -> HttpResponse:
    """Show the matrix, or save what was changed in it."""
    roles.require(request, "view" if request.method == "GET" else "operate")
    if request.method == "POST":
        return _save(request)
    if "kind" not in request.GET:
        return _page(request)
    form = NewColumn(request.GET)
    if not form.is_valid():
        return _page(request, form=form)
    return HttpResponseRedirect(_address(request, add=form.cleaned_data["whom"]))


def _save(request: HttpRequest) -> HttpResponse:
    changes = _changes(request.POST)
    if changes is None:
        return _back(request, _ALL_TOGETHER, level=messages.ERROR)
    if not changes:
        return _back(request, "Nothing was changed: choose in a cell first.", level=messages.WARNING)
    remark = " ".join(request.POST.get("note", "").split())[:200]
    try:
        done = permissions_changes.save(changes, remark, operator=parts.operator_of(request))
    except ChangedSince as error:
        chosen = {(each.place.target, each.place.token): each.to for each in changes}
        return _page(request, stale=error, chosen=chosen, status=409)
    except UnknownWhom as error:
        return _back(request, f"Nothing was saved. {error}", level=messages.ERROR)
    if not done:
        return _back(request, "Nothing was changed: it is so already.", level=messages.WARNING)
    more = f" and {len(done) - _SHOWN_CHANGES} more" if len(done) > _SHOWN_CHANGES else ""
    return _back(request, f"{parts.count_of(len(done), 'cell')} saved: {'; '.join(done[:_SHOWN_CHANGES])}{more}.")


def _changes(data: QueryDict) -> list[Change] | None:
    """Return the cells that were touched; None where a field is none of ours."""
    known = {row.target for row in permissions_matrix.rows(CATALOG, ToolRule.objects.all(), policy_rows.load())}
    found = []
    for name, to in data.items():
        if not name.startswith("cell/"):
            continue
        place = Place.parse(name)
        if place is None or place.target not in known or to not in CHOICES:
            return None
        found.append(Change(place, str(to)))
    return found


def _page(
    request: HttpRequest,
    *,
    form: NewColumn | None = None,
    stale: ChangedSince | None = None,
    chosen: dict[tuple[str, str], str] | None = None,
    status: int = 200,
) -> HttpResponse:
    rules = list(ToolRule.objects.select_related("group"))
    sought = request.GET.get("find", "").strip()[:100]
    # Somebody may have deleted the last rule of a column in which something is chosen here: it is shown all the same.
    lost = {token for _, token in chosen or {}} - {permissions_whom.of_rule(rule).token for rule in rules}
    added, unknown = _added([*request.GET.getlist("column")[:_MAX_ADDED], *sorted(lost)])
    columns = permissions_matrix.columns(rules, added, permissions_whom.unreachable(), sought)
    pages = max(1, -(-len(columns) // COLUMNS))
    number = _number(request.GET.get("page", ""), pages)
    shown = columns[(number - 1) * COLUMNS : number * COLUMNS]
    listed = permissions_matrix.rows(CATALOG, rules, policy_rows.load())
    decided = ToolSettings.objects.first()
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Who may use what",
        "rows": permissions_matrix.filled(listed, shown, permissions_matrix.by_place(rules), chosen),
        "columns": shown,
        "column_count": len(columns),
        "choices": [(value, STATES[value]) for value in CHOICES],
        "pages": [(each, _address(request, page=each), each == number) for each in range(1, pages + 1)] if pages > 1 else [],
        "form": form or NewColumn(),
        "names": permissions_whom.suggestions() if roles.may(request, "operate") else [],
        "added": [whom.token for whom in added],
        "unknown": unknown,
        "sought": sought,
        "stale": stale,
        "rule_count": len(rules),
        "read_only": decided is not None and decided.read_only,
        "may_operate": roles.may(request, "operate"),
        "here": _address(request, page=number),
    }
    return render(request, "admin/tools.html", context, status=status)


def _added(tokens: list[str]) -> tuple[list[Whom], list[str]]:
    """Return whom a column is added for, and what is named that there is not."""
    found: dict[str, Whom] = {}
    unknown = []
    for token in tokens:
        try:
            whom = permissions_whom.by_token(token[:300])
        except UnknownWhom as error:
            unknown.append(str(error))
        else:
            found[whom.token] = whom
    return list(found.values()), unknown


def _address(request: HttpRequest, *, add: Whom | None = None, page: int = 1) -> str:
    """Return the address of this page: its added columns, its filter, the page of columns."""
    tokens = ([add.token] if add else []) + request.GET.getlist("column")[:_MAX_ADDED]
    asked = [("column", token) for token in dict.fromkeys(tokens)][:_MAX_ADDED]
    if (sought := request.GET.get("find", "")) and add is None:
        asked.append(("find", sought[:100]))
    if page > 1:
        asked.append(("page", str(page)))
    return reverse("admin:tools") + (f"?{urlencode(asked)}" if asked else "")


def _number(text: str, most: int) -> int:
    return min(int(text), most) if text.isascii() and text.isdigit() and 0 < len(text) < 6 and int(text) else 1


def _back(request: HttpRequest, text: str, *, level: int = messages.SUCCESS) -> HttpResponse:
    page = _number(request.GET.get("page", ""), 1_000)
    return parts.back(request, text, _address(request, page=page), level=level)
