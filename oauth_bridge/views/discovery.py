"""The discovery documents (RFC 8414, RFC 9728). Anything else under ``/.well-known/`` is a clean JSON 404."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from oauth_bridge.protocol import metadata
from wire import strict_json


# Nothing here changes anything: a POST hears that the method is wrong, not that a cookie is missing.
@csrf_exempt
@require_safe
def authorization_server(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  nothing comes from the request
    """Return the authorization server's metadata."""
    return _document(metadata.authorization_server(settings.PUBLIC_URL, client_documents=settings.CLIENT_DOCUMENTS))


@csrf_exempt
@require_safe
def protected_resource(request: HttpRequest, path: str = "") -> HttpResponse:
    """Return the metadata of one protected resource."""
    document = metadata.protected_resource(settings.PUBLIC_URL, path)
    return nothing_here(request) if document is None else _document(document)


@csrf_exempt
def nothing_here(request: HttpRequest, path: str = "") -> HttpResponse:  # noqa: ARG001
    """Return a 404 that a client reads as "not offered": no page, no redirect."""
    body = {"error": "not_found", "error_description": "There is no such document on this server."}
    return HttpResponse(strict_json.dumps(body), status=404, content_type="application/json")


def _document(document: dict[str, object]) -> HttpResponse:
    return HttpResponse(
        strict_json.dumps(document), content_type="application/json", headers={"Cache-Control": "public, max-age=300"}
    )
