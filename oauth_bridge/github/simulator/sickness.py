"""What a sick GitHub sends."""

from typing import Any

from oauth_bridge.github.simulator.faults import Fault
from oauth_bridge.github.simulator.messages import Response, json_response
from wire import strict_json

_UNICORN = b"<!DOCTYPE html><title>Unicorn! &middot; GitHub</title><p>This page is taking too long to load."
_SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
_HUGE_BYTES = 20_000_000
_HTML = {"content-type": "text/html; charset=utf-8"}
_JSON = {"content-type": "application/json; charset=utf-8"}


def sick_response(fault: Fault) -> Response:
    """Return what is sent instead of the right answer; the request itself is not carried out."""
    match fault.kind:
        case "status":
            return _refusal(fault)
        case "invalid_json":
            return Response(200, _JSON, b'{"id": 1001, "login": "ali')
        case "null":
            return json_response(None)
        case "html":
            return Response(200, _HTML, _UNICORN)
        case "huge":
            return Response(200, _JSON, b'{"login": "' + b"a" * _HUGE_BYTES + b'"}')
        case "redirect":
            return Response(302, {"location": fault.location})
        case "sso":
            message = "Resource protected by organization SAML enforcement."
            return json_response({"message": message}, status=403, headers={"x-github-sso": f"required; url={fault.location}"})
        case "scope":
            headers = {"x-oauth-scopes": "read:user", "x-accepted-oauth-scopes": "repo"}
            return json_response({"message": "Resource not accessible by this token"}, status=403, headers=headers)
        case "secondary":
            return json_response({"message": _SECONDARY}, status=403)
        case "slow" | "hang" | "wrong_types":
            raise ValueError(f"{fault.kind} needs the right answer")


def twist(response: Response) -> Response:
    """Return an answer of the same outline with every type wrong, as JSON."""
    try:
        value = strict_json.loads(response.body)
    except strict_json.InvalidJSON:
        value = {"error": None}
    return Response(200, _JSON, strict_json.dumps(_twist(value)))


def _refusal(fault: Fault) -> Response:
    if fault.status not in (403, 429):
        return Response(fault.status, _HTML, _UNICORN)
    body = {
        "message": _SECONDARY,
        "documentation_url": "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits",
        "status": str(fault.status),
    }
    return json_response(body, status=fault.status, headers={"retry-after": str(fault.retry_after)})


def _twist(value: Any) -> Any:
    """Return JSON of the same outline with every type wrong: numbers as text, text as numbers, lists as objects."""
    match value:
        case bool():
            return "maybe"
        case int() | float():
            return str(value)
        case str():
            return len(value)
        case dict():
            return {name: _twist(inner) for name, inner in value.items()}
        case list():
            return {"items": [_twist(inner) for inner in value]}
        case _:
            return [value]
