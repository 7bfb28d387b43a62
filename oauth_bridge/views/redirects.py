"""Sending a person back to the client: also to schemes of apps, which Django's redirect refuses."""

from django.conf import settings
from django.http import HttpResponse

from oauth_bridge.models import PendingAuthorization
from oauth_bridge.protocol import authorization


def found(url: str) -> HttpResponse:
    """Return a redirect that a browser follows with GET (303): never 307, which would post the consent form on."""
    return HttpResponse(status=303, headers={"Location": url, "Cache-Control": "no-store"})


def error_url(pending: PendingAuthorization, error: str, description: str) -> str:
    """Return the URL that tells the client of an error (RFC 6749 §4.1.2.1)."""
    return authorization.response_url(
        pending.redirect_uri, issuer=settings.PUBLIC_URL, state=pending.state, error=error, error_description=description
    )


def code_url(pending: PendingAuthorization, code: str) -> str:
    """Return the URL that carries the code to the client (RFC 6749 §4.1.2)."""
    return authorization.response_url(pending.redirect_uri, issuer=settings.PUBLIC_URL, state=pending.state, code=code)
