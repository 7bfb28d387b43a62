"""The page that says why somebody may or may not use a tool, and which tools are on the list that they get."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mcpserver import trying
from mcpserver.dashboard import roles
from mcpserver.dispatch import listing
from oauth_bridge import verification
from oauth_bridge.models import Person, Session
from oauth_bridge.principals import Principal
from tools.catalog import CATALOG
from tools.permissions import Verdict
from tools.registry import Tool

_SUGGESTED = 100
_SESSIONS = 50


@dataclass(frozen=True, slots=True)
class Answer:
    """One tool: whether it is on the list that the person gets, and what is said of a call."""

    tool: Tool
    is_listed: bool
    verdict: Verdict


@require_GET
def why(request: HttpRequest) -> HttpResponse:
    """Ask, and answer in the words that the caller would hear, with the rule or switch behind them."""
    roles.require(request, "view")
    login = request.GET.get("login", "").strip().removeprefix("@")[:150]
    tool = CATALOG.get(request.GET.get("tool", ""))
    sessions = list(_sessions(login)) if login else []
    session = _chosen(sessions, request.GET.get("client", ""))
    answers = _answers(verification.principal_of_session(session)) if session else []
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Why may they, or may not",
        "login": login,
        "tool": tool,
        "tools": list(CATALOG),
        "clients": list({each.client_id: each.client for each in sessions}.values()),
        "session": session,
        "scopes": session.scope.split() if session else [],
        "is_known": bool(login) and Person.objects.filter(login__iexact=login).exists(),
        "answers": answers,
        "answer": next((each for each in answers if each.tool is tool), None),
        "listed_count": sum(each.is_listed for each in answers),
        "logins": Person.objects.filter(github_id__isnull=False)
        .order_by("-last_login")
        .values_list("login", flat=True)[:_SUGGESTED],
    }
    return render(request, "admin/tools_why.html", context)


def _sessions(login: str) -> Any:
    return trying.lasting_sessions().filter(person__login__iexact=login).select_related("person", "client")[:_SESSIONS]


def _chosen(sessions: list[Session], client_id: str) -> Session | None:
    """Return the session used last, through the program that was asked for if there is one."""
    fitting = [each for each in sessions if not client_id or each.client.client_id == client_id]
    return fitting[0] if fitting else None


def _answers(principal: Principal) -> list[Answer]:
    verdicts = trying.why_each(CATALOG, principal)
    listed = {tool.name for tool in listing.tools_of(principal)}
    return [Answer(tool, tool.name in listed, verdict) for tool, verdict in verdicts]
