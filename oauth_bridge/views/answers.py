"""How the endpoints for programs answer: JSON, not to be stored, errors with the standard's code."""

import functools
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from oauth_bridge import browser, throttle
from oauth_bridge.protocol.errors import InvalidClient, InvalidRegistrationToken, OAuthError
from wire import request_id, strict_json

logger = logging.getLogger(__name__)
P = ParamSpec("P")
# What a program waits for, GitHub or its own site, is most likely back by then.
_RETRY_AFTER_SECONDS = 10
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def json_response(body: Mapping[str, object], *, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Return JSON that no cache keeps (RFC 6749 §5.1)."""
    return HttpResponse(
        strict_json.dumps(dict(body)),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store", "Pragma": "no-cache", **(headers or {})},
    )


def error_response(error: OAuthError, request: HttpRequest) -> HttpResponse:
    """Return an error of the standard (RFC 6749 §5.2), with the reference that the operator can look up."""
    logger.info("%s refused: %s (%s)", request.path, error.code, error.description)
    headers = {}
    if isinstance(error, InvalidClient) and "Authorization" in request.headers:
        headers["WWW-Authenticate"] = 'Basic realm="Gatehouse"'
    if error.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(_RETRY_AFTER_SECONDS)
    if isinstance(error, InvalidRegistrationToken):
        headers["WWW-Authenticate"] = 'Bearer realm="Gatehouse", error="invalid_token"'
    return json_response({**error.body(), "reference": request_id.current.get()}, status=error.status, headers=headers)


def for_programs(*, rate: str | None, methods: tuple[str, ...] = ("POST",)) -> Callable[[View[P]], View[P]]:
    """Make a view of an endpoint that programs call: its methods alone, no cookies, errors as JSON.

    ``rate`` names the throttle of the caller's address; None where the view counts the request itself.
    """
    allowed = ", ".join(methods)

    def decorate(view: View[P]) -> View[P]:
        def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.method not in methods:
                body = {"error": "invalid_request", "error_description": f"This address answers {allowed} only."}
                return json_response(body, status=405, headers={"Allow": allowed})
            try:
                if rate is not None:
                    throttle.check(rate, browser.address(request))
                return view(request, *args, **kwargs)
            except throttle.Throttled as error:
                return throttled_response(error)
            except OAuthError as error:
                return error_response(error, request)

        functools.update_wrapper(answer, view)
        return csrf_exempt(answer)

    return decorate


def throttled_response(error: throttle.Throttled) -> HttpResponse:
    """Return 429 with the seconds to wait (RFC 6585 §4)."""
    body = {"error": "temporarily_unavailable", "error_description": f"{error} Try again later."}
    return json_response(body, status=429, headers={"Retry-After": str(error.retry_after)})
