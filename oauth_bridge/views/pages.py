"""The pages that say what went wrong on the way to a sign-in: what happened, whose turn it is, what to do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from oauth_bridge.models import PendingAuthorization
from oauth_bridge.protocol.errors import UntrustedRequest
from oauth_bridge.throttle import Throttled
from oauth_bridge.views.errors import Action, render_error
from oauth_bridge.views.redirects import error_url

_START_AGAIN = "Go back to the program that sent you here, and start again from there."


def unknown_client(request: HttpRequest) -> HttpResponse:
    """The client id is nobody's here: programs that ask for JSON register again on this answer."""
    return render_error(
        request,
        status=400,
        error="invalid_client",
        title="This server does not know the program",
        what_happened="The program that sent you here is not registered at this server, or its registration was removed.",
        whose_turn="Yours",
        what_to_do="Remove the connection in the program and add it again: it registers anew.",
    )


def untrusted_request(request: HttpRequest, error: UntrustedRequest) -> HttpResponse:
    """Client or redirect URI are wrong: nobody is sent anywhere."""
    return render_error(
        request,
        status=400,
        error=error.code,
        title="This request cannot be trusted",
        what_happened=f"{error.description} For your safety nothing was sent anywhere.",
        whose_turn="The maker of the program that sent you here",
        what_to_do="Start again from the program. If the page comes back, tell the program's maker, with the reference below.",
    )


def start_again(request: HttpRequest) -> HttpResponse:
    """The form or the way back from GitHub belongs to no live request of this browser."""
    return render_error(
        request,
        status=400,
        error="invalid_request",
        title="Please start again",
        what_happened="This sign-in is not known in this browser any more: it took longer than ten minutes, "
        "was finished before, or was begun in another browser.",
        whose_turn="Yours",
        what_to_do=_START_AGAIN,
    )


def already_answered(request: HttpRequest) -> HttpResponse:
    """The person answered this request before."""
    response = render(request, "already_answered.html", status=409)
    response.headers["Cache-Control"] = "no-store"
    return response


def github_failed(request: HttpRequest, waiting: PendingAuthorization | None) -> HttpResponse:
    """GitHub did not answer, or not in a way that can be used."""
    action: Action | None = None
    if waiting is not None:
        url = error_url(waiting, "temporarily_unavailable", "GitHub did not answer.")
        action = {"label": "Back to the program", "url": url}
    return render_error(
        request,
        status=502,
        error="temporarily_unavailable",
        title="GitHub did not answer",
        what_happened="GitHub was asked who you are, and did not answer in a way that this server could use.",
        whose_turn="GitHub's, most likely",
        what_to_do="Wait a minute, then start again. If it happens again, tell the operator the reference below.",
        action=action,
    )


def throttled(request: HttpRequest, error: Throttled) -> HttpResponse:
    """Too many sign-ins from one address."""
    response = render_error(
        request,
        status=429,
        error="temporarily_unavailable",
        title="Too many tries",
        what_happened="Too many sign-ins were begun from your network address in a short time.",
        whose_turn="Yours",
        what_to_do=f"Wait {error.retry_after} seconds, then start again.",
    )
    response.headers["Retry-After"] = str(error.retry_after)
    return response
