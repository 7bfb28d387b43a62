"""The REST API's frame: who calls, how often, which endpoint, and the headers that GitHub puts around each answer."""

import hashlib
import re
import secrets

from oauth_bridge.github.simulator.calls import Call, Endpoint, not_found, refusal
from oauth_bridge.github.simulator.endpoints import ENDPOINTS
from oauth_bridge.github.simulator.issue_endpoints import ISSUE_ENDPOINTS
from oauth_bridge.github.simulator.messages import Request, Response, json_response
from oauth_bridge.github.simulator.project_endpoints import PROJECT_ENDPOINTS
from oauth_bridge.github.simulator.state import State
from oauth_bridge.github.simulator.tokens import Token

_ANONYMOUS_RATE_LIMIT = 60
_HOUR_SECONDS = 3_600
_TABLE = tuple((re.compile(endpoint.pattern), endpoint) for endpoint in (*ENDPOINTS, *PROJECT_ENDPOINTS, *ISSUE_ENDPOINTS))


class BadCredentials(Exception):
    """The Authorization header holds no token that lives."""


def respond(state: State, request: Request, *, path: str) -> Response:
    """Return the answer to a request for ``path`` below the API's root."""
    if not request.headers.get("user-agent"):
        # GitHub turns these away before anything else.
        text = b"Request forbidden by administrative rules. Please make sure your request has a User-Agent header."
        return Response(403, {"content-type": "text/plain; charset=utf-8"}, text)
    try:
        token = _authenticate(state, request)
    except BadCredentials:
        return refusal(401, "Bad credentials").with_headers(_general())
    endpoint, parts = _route(request.method, path)
    call = Call(state, request, path, parts, token)
    response = _conditional(request, _answer(call, endpoint))
    if response.status != 304 and path != "/rate_limit":
        _count(call)
    accepted = endpoint.accepted_scopes if endpoint else ()
    return response.with_headers({**_general(), **_rate_headers(call), **_scope_headers(token, accepted)})


def _authenticate(state: State, request: Request) -> Token | None:
    """Return the caller's token; None without one, and for the Basic scheme, which belongs to applications."""
    header = request.headers.get("authorization")
    scheme, _, text = (header or "").partition(" ")
    if header is None or scheme.lower() == "basic":
        return None
    token = state.live_token(text.strip()) if scheme.lower() in ("bearer", "token") else None
    if token is None:
        raise BadCredentials
    return token


def _route(method: str, path: str) -> tuple[Endpoint | None, dict[str, str]]:
    asked = "GET" if method == "HEAD" else method
    for pattern, endpoint in _TABLE:
        match = pattern.fullmatch(path)
        if match and endpoint.method == asked:
            return endpoint, match.groupdict()
    return None, {}


def _answer(call: Call, endpoint: Endpoint | None) -> Response:
    if call.path == "/rate_limit":
        return json_response({"resources": {"core": _rate(call)}, "rate": _rate(call)})
    if _rate(call)["remaining"] == 0:
        who = f"user ID {call.token.person_id}" if call.token else "127.0.0.1"
        return refusal(403, f"API rate limit exceeded for {who}.", page="overview/rate-limits-for-the-rest-api")
    if endpoint is None:
        return not_found()
    if call.token is None and not endpoint.anonymous:
        return refusal(401, "Requires authentication")
    return endpoint.answer(call)


def _conditional(request: Request, response: Response) -> Response:
    """Return 304 when the caller has this answer already (RFC 9110 §13.1.2)."""
    if response.status != 200 or request.method not in ("GET", "HEAD"):
        return response
    etag = f'W/"{hashlib.sha256(response.body).hexdigest()}"'
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if etag.removeprefix("W/") in known or "*" in known:
        return Response(304, {"etag": etag})
    return response.with_headers({"etag": etag})


def _window(call: Call) -> tuple[str, int]:
    hour = int(call.state.now()) // _HOUR_SECONDS
    return (str(call.token.person_id) if call.token else "anonymous", hour)


def _count(call: Call) -> None:
    window = _window(call)
    call.state.calls[window] = min(call.state.calls.get(window, 0) + 1, _limit(call))


def _limit(call: Call) -> int:
    return call.state.settings.rate_limit if call.token else _ANONYMOUS_RATE_LIMIT


def _rate(call: Call) -> dict[str, int | str]:
    window = _window(call)
    limit, used = _limit(call), min(call.state.calls.get(window, 0), _limit(call))
    reset = (window[1] + 1) * _HOUR_SECONDS
    return {"limit": limit, "used": used, "remaining": limit - used, "reset": reset, "resource": "core"}


def _rate_headers(call: Call) -> dict[str, str]:
    return {f"x-ratelimit-{name}": str(value) for name, value in _rate(call).items()}


def _scope_headers(token: Token | None, accepted: tuple[str, ...]) -> dict[str, str]:
    if token is None:
        return {}
    return {
        "x-oauth-scopes": ", ".join(sorted(token.scopes)),
        "x-accepted-oauth-scopes": ", ".join(accepted),
        "x-oauth-client-id": token.client_id,
    }


def _general() -> dict[str, str]:
    return {
        "cache-control": "private, max-age=60, s-maxage=60",
        "vary": "Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding, Accept, X-Requested-With",
        "x-github-api-version-selected": "2022-11-28",
        "x-github-enterprise-version": "3.17.0",
        "x-github-media-type": "github.v3; format=json",
        "x-github-request-id": ":".join(secrets.token_hex(2).upper() for _ in range(5)),
        "x-content-type-options": "nosniff",
    }
