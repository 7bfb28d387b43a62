"""What Django's side of the house needs around every view."""

import logging
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.http.multipartparser import MultiPartParserError

from mcpserver import pages
from oauth_bridge.views.answers import json_response
from wire import request_id

logger = logging.getLogger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponseBase]

_FOR_PROGRAMS = ("/token", "/register", "/revoke", "/introspect", "/.well-known/")
_FOR_BROWSERS = ("/auth", "/login", "/callback", "/admin", "/account")


class FriendlyErrors:
    """Answers what a view did not expect: a reference for the operator, never a traceback, also in development."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return 503 where the database is away or busy, 500 for a fault of ours, nothing for what Django answers itself."""
        if isinstance(exception, Http404 | PermissionDenied | BadRequest | SuspiciousOperation | MultiPartParserError):
            return None
        if isinstance(exception, OperationalError | InterfaceError):
            logger.error("the database does not answer: %s", type(exception).__name__)
            return self._unavailable(request)
        logger.error("unexpected fault at %s", request.path, exc_info=exception)
        if request.path.startswith(_FOR_PROGRAMS):
            return _program_error(500, "server_error", "The server met a fault it did not expect.")
        return pages.server_error(request)

    def _unavailable(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_FOR_PROGRAMS):
            response = _program_error(
                503, "temporarily_unavailable", "The server's database does not answer. Try again shortly."
            )
        else:
            response = pages.unavailable(request)
        response.headers["Retry-After"] = "2"
        return response


class CanonicalHost:
    """Sends a browser that came by another name of this machine to ``PUBLIC_URL``: its cookies are kept there alone."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.host = urlsplit(settings.PUBLIC_URL).netloc

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Redirect a page's GET; everything else stays as it is."""
        is_page = request.path == "/" or request.path.startswith(_FOR_BROWSERS)
        if request.method == "GET" and is_page and request.META.get("HTTP_HOST", self.host).lower() != self.host:
            return HttpResponse(status=302, headers={"Location": settings.PUBLIC_URL + request.get_full_path()})
        return self.get_response(request)


def _program_error(status: int, error: str, description: str) -> HttpResponse:
    body = {"error": error, "error_description": description, "reference": request_id.current.get()}
    return json_response(body, status=status)
