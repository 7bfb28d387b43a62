"""The page before the end: what ends, how many it is, and whether everything is asked anew."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from oauth_bridge import endings, roles
from oauth_bridge.admin import parts
from oauth_bridge.endings import Reach, Whose


def page(model_admin: Any) -> Callable[..., HttpResponse]:
    """Return the view that asks (GET) and ends (POST)."""

    @require_http_methods(["GET", "POST"])
    def end(request: HttpRequest, whose: str, key: str) -> HttpResponse:
        roles.require(request, "operate")
        try:
            what = endings.reach(whose, key)
        except LookupError:
            raise Http404 from None
        if request.method == "POST":
            return _end(request, what)
        context = parts.page_context(
            model_admin, request, _title(what), whose=what.whose.value, of=what.of, count=what.count(), way_back=_way_back(what)
        )
        return render(request, "admin/oauth_bridge/end_sessions.html", context)

    return end


def _end(request: HttpRequest, what: Reach) -> HttpResponse:
    ask_again = request.POST.get("ask_again") == "on"
    ended = endings.end(what, operator=parts.operator_of(request), ask_again=ask_again)
    said = f"{parts.count_of(ended, 'session')} ended."
    return parts.back(request, f"{said} The next sign-in asks for everything anew." if ask_again else said, _way_back(what))


def _title(what: Reach) -> str:
    match what.whose:
        case Whose.SESSION:
            return "End this session?"
        case Whose.PERSON:
            return f"End all sessions of {what.of}?"
        case Whose.CLIENT:
            return f"End all sessions through {what.of}?"
        case Whose.SITE:
            return "End all sessions of this server?"


def _way_back(what: Reach) -> str:
    return parts.path_of(what.of) if what.of is not None else reverse("admin:oauth_bridge_session_changelist")
