"""The one page for everything that went wrong in a browser, and its JSON form for programs that ask in a browser's place."""

from http import HTTPStatus
from typing import TypedDict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from wire import request_id, strict_json


class Action(TypedDict):
    """Where the page's one button leads. The URL is made or checked by us, never copied from a request."""

    label: str
    url: str


def render_error(
    request: HttpRequest,
    *,
    status: int,
    title: str,
    what_happened: str,
    whose_turn: str,
    what_to_do: str,
    action: Action | None = None,
    error: str = "invalid_request",
) -> HttpResponse:
    """Return the error page, or its JSON form when ``Accept`` prefers JSON (mcp-remote asks ``/auth`` that way first).

    Every text is shown as it is, so it is written for people and holds nothing secret. ``error`` is the code for programs
    (RFC 6749 §4.1.2.1):

        {"error": "invalid_client", "error_description": "…", "reference": "the request id, for the operator to look up"}
    """
    if prefers_json(request):
        body = {"error": error, "error_description": what_happened, "reference": request_id.current.get()}
        response = HttpResponse(strict_json.dumps(body), content_type="application/json", status=status)
    else:
        page: dict[str, object] = {
            "status": status,
            "title": title,
            "what_happened": what_happened,
            "whose_turn": whose_turn,
            "what_to_do": what_to_do,
            "action": action,
        }
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            # Who is signed in is in the database, which may be what failed: nobody waits for it once more.
            page["signed_in_as"] = ""
        response = render(request, "error.html", page, status=status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept"
    return response


def prefers_json(request: HttpRequest) -> bool:
    """Return whether ``Accept`` puts JSON before HTML (RFC 9110 §12.5.1). A tie, ``*/*`` and no header mean a person."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"
