"""The page that says why a program's own document gives no client: what happened, whose turn it is, what to do."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from oauth_bridge.documents.requests import BACK_OFF_SECONDS
from oauth_bridge.documents.store import Problem, Unavailable
from oauth_bridge.views.errors import render_error

_START_AGAIN = "Wait a minute, then go back to the program that sent you here and start again from there."


def unavailable(request: HttpRequest, error: Unavailable) -> HttpResponse:
    """Return the page. Nobody is sent anywhere: without the document there is no safe place (RFC 6749 §4.1.2.1)."""
    match error.problem:
        case Problem.BLOCKED:
            return _blocked(request, error.host)
        case Problem.BUSY:
            return _later(request, "Many programs introduced themselves to this server just now, and it has to catch up.")
        case Problem.UNREACHABLE:
            return _later(request, f"The program's description at {error.host} could not be read.")
        case Problem.INVALID:
            return _invalid(request, error)


def _blocked(request: HttpRequest, host: str) -> HttpResponse:
    return render_error(
        request,
        status=HTTPStatus.FORBIDDEN,
        error="unauthorized_client",
        title="This program is blocked here",
        what_happened=f"The operator of this server accepts no programs that are published by {host}.",
        whose_turn="The operator of this server, if you need the program",
        what_to_do="Use another program, or ask the operator, with the reference below.",
    )


def _later(request: HttpRequest, what_happened: str) -> HttpResponse:
    response = render_error(
        request,
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        error="temporarily_unavailable",
        title="Please try again in a minute",
        what_happened=what_happened,
        whose_turn="The site that publishes the program, most likely",
        what_to_do=f"{_START_AGAIN} If it happens again, tell the operator the reference below.",
    )
    response.headers["Retry-After"] = str(BACK_OFF_SECONDS)
    return response


def _invalid(request: HttpRequest, error: Unavailable) -> HttpResponse:
    return render_error(
        request,
        status=HTTPStatus.BAD_REQUEST,
        error="invalid_client",
        title="The program's description cannot be used",
        what_happened=f"The program describes itself at {error.host}, and this server cannot accept it. {error.description}",
        whose_turn="The maker of the program that sent you here",
        what_to_do="Tell the program's maker what this page says. When it is mended, start again from the program.",
    )
