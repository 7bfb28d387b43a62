"""The page for somebody whom no rule lets in, and its one form: ask the operator for access."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from oauth_bridge import access_requests, throttle
from oauth_bridge import browser as browsers
from oauth_bridge.access_requests import Ticket
from oauth_bridge.github.login import SignInRefused
from oauth_bridge.models import PendingAuthorization
from oauth_bridge.protocol import lifetimes
from oauth_bridge.views import pages
from oauth_bridge.views.redirects import error_url


def not_allowed(request: HttpRequest, refused: SignInRefused, waiting: PendingAuthorization | None) -> HttpResponse:
    """Say that nothing lets the account in. One button asks for access, the other takes ``access_denied`` to the client."""
    browser = browsers.of(request)
    has_asked = refused.may_ask and access_requests.is_waiting(refused.github_id)
    ticket = Ticket(refused.github_id, refused.login, waiting.pk if waiting else None)
    page: dict[str, object] = {
        "is_not_approved": bool(refused.answer.not_approved),
        "has_asked": has_asked,
        "ticket": access_requests.ticket_for(ticket, browser) if refused.may_ask and not has_asked else None,
    }
    return _page(request, refused.login, waiting, page, status=403)


@never_cache
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Take the form: by its ticket alone, in the browser that it was given to."""
    browser = browsers.of(request)
    ticket = access_requests.read_ticket(request.POST.get("ticket", ""), browser)
    try:
        throttle.check("LOGIN", browser.address)
        if ticket is not None:
            throttle.check_person("ACCESS_REQUEST", ticket.github_id)
    except throttle.Throttled as error:
        return pages.throttled(request, error)
    if ticket is None:
        return pages.start_again(request)
    access_requests.ask(ticket, request.POST.get("message", ""), browser)
    waiting = access_requests.request_of(ticket)
    return _page(request, ticket.login, waiting, {"has_asked": True}, status=200)


def _page(
    request: HttpRequest, login: str, waiting: PendingAuthorization | None, page: dict[str, object], *, status: int
) -> HttpResponse:
    denied = "The account is not allowed to use this server."
    around = {
        "login": login,
        "client_name": waiting.client.name if waiting else None,
        "return_url": error_url(waiting, "access_denied", denied) if waiting else None,
        "max_message": access_requests.MAX_MESSAGE,
        "minutes": lifetimes.ACCESS_TICKET // 60,
    }
    response = render(request, "not_allowed.html", {**around, **page}, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response
