"""The pages for people that need no sign-in: the start page, the error pages, and what browsers and robots fetch unasked."""

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from mcpserver.connect import connect
from mcpserver.context_processors import current_site
from oauth_bridge.views.errors import render_error

# The start page is for everyone to find; its style and icon come along. Every other path is for one person or one program.
ROBOTS = "User-agent: *\nAllow: /$\nAllow: /static/\nAllow: /favicon.ico\nDisallow: /\n"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Return the page that says what this server is and how to connect each known client."""
    site = current_site()
    # Plain http is configured for this machine alone: nobody on the internet reaches it.
    local = site.public_url.startswith("http://")
    return render(request, "home.html", {"connect": connect(site.mcp_url), "local": local})


@require_safe
def robots(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 -- a view's signature
    """Return ``robots.txt`` (RFC 9309)."""
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")


@require_safe
def favicon(request: HttpRequest) -> HttpResponseRedirect | HttpResponsePermanentRedirect:  # noqa: ARG001 -- a view's signature
    """Send ``/favicon.ico`` to the static file: hosted clients show a connector's icon by this path."""
    return HttpResponseRedirect(static("gatehouse/favicon.ico"))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 -- never shown: it may quote the input
    """Answer 400 for what Django itself refuses."""
    return render_error(
        request,
        status=400,
        title="That request did not make sense",
        what_happened="The server could not read the request.",
        whose_turn="Yours",
        what_to_do="Go back to the program that sent you here and start again from there.",
        error="invalid_request",
    )


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 -- never shown
    """Answer 403 for what this person may not see."""
    if _is_at_dashboard(request):
        return render_error(
            request,
            status=403,
            title="This page is not open to you",
            what_happened="Your role at the dashboard does not allow this. Nothing was changed.",
            whose_turn="An owner's of this server",
            what_to_do="Ask an owner to decide it, or to give you another role.",
            error="access_denied",
        )
    return render_error(
        request,
        status=403,
        title="This page is not open to you",
        what_happened="The account you are signed in with may not see this page.",
        whose_turn="Yours, or the operator's",
        what_to_do="Sign in with another account, or ask the operator of this server for access.",
        error="access_denied",
    )


# It changes nothing, so a program that posts to a wrong path hears 404, not a lecture on cookies.
@csrf_exempt
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 -- never shown
    """Answer 404."""
    start = "the dashboard's overview." if _is_at_dashboard(request) else "the front page. It shows how to connect."
    return render_error(
        request,
        status=404,
        title="There is nothing at this address",
        what_happened="No page lives at the address you opened.",
        whose_turn="Yours",
        what_to_do=f"Check the address for a typing mistake, or start from {start}",
        error="not_found",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500: a fault of ours. The reference leads the operator to the traceback in the log."""
    then = (
        "look for the reference below in the server's log."
        if _is_at_dashboard(request)
        else "send the operator the reference below."
    )
    return render_error(
        request,
        status=500,
        title="Something broke on our side",
        what_happened="The server met a fault it did not expect. Nothing you did caused it.",
        whose_turn="The operator's",
        what_to_do=f"Try again in a minute. If it happens again, {then}",
        error="server_error",
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 -- the reason is for the log
    """Answer 403 when a form does not come from a page that this browser was given."""
    again = "go back to the program that sent you here and start again"
    if _is_at_dashboard(request):
        again = "open the page of the dashboard anew and press the button there"
    return render_error(
        request,
        status=403,
        title="We could not check that form",
        what_happened="The form was not sent from a page that this server gave to this browser, or the page was too old.",
        whose_turn="Yours",
        what_to_do=(
            f"Allow cookies for this site, then {again}. "
            "If you pressed a button on another website, close it: it tried to act in your name."
        ),
        error="access_denied",
    )


def unavailable(request: HttpRequest) -> HttpResponse:
    """Answer 503 while the database is away."""
    return render_error(
        request,
        status=503,
        title="The server is not ready",
        what_happened="The server's database did not answer. Nothing was changed.",
        whose_turn="The operator's, if it lasts",
        what_to_do="Wait a minute and try again. If it happens again, send the operator the reference below.",
        error="temporarily_unavailable",
    )


def _is_at_dashboard(request: HttpRequest) -> bool:
    return request.path.startswith("/admin/")
