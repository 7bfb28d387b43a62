"""What the endpoints share to which a client comes with its own credentials: reading, counting, slowing what fails."""

from django.http import HttpRequest

from oauth_bridge import browser, clients, failed_attempts, throttle
from oauth_bridge.models import Client
from oauth_bridge.protocol import parameters, token_requests
from oauth_bridge.protocol.errors import InvalidClient, OAuthError
from oauth_bridge.protocol.parameters import Parameters
from oauth_bridge.protocol.token_requests import ClientCredentials


def authenticated(request: HttpRequest) -> tuple[Parameters, Client]:
    """Return what a client sent, and the client that it proves to be.

    Raises:
        OAuthError: the request is malformed, or proves nothing.
        Throttled: too many requests, or too many that failed.
    """
    form, credentials = presented(request)
    try:
        return form, clients.authenticate(credentials)
    except InvalidClient:
        failed_attempts.note(browser.address(request), credentials.client_id)
        raise


def presented(request: HttpRequest) -> tuple[Parameters, ClientCredentials]:
    """Return what was sent, and the credentials in it; nothing is proved yet.

    Raises:
        OAuthError: the request is malformed, or names no client.
        Throttled: the client, or its address, sends too much.
    """
    client_id = ""
    try:
        form, credentials = read(request)
        client_id = credentials.client_id
    finally:
        # Also what cannot be read: all that names no client counts as one.
        throttle.check_client(browser.address(request), client_id)
    return form, credentials


def read(request: HttpRequest) -> tuple[Parameters, ClientCredentials]:
    """Return what was sent, and the credentials in it. Nothing is proved and nothing counted yet.

    Raises:
        OAuthError: the request is malformed, or names no client.
    """
    form = _form(request)
    return form, token_requests.client_credentials(request.headers.get("Authorization"), form)


def _form(request: HttpRequest) -> Parameters:
    """Return the body's parameters; those of the URL do not count (OAuth 2.1 §3.2: credentials stay out of it)."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise OAuthError("invalid_request", "Send the parameters as application/x-www-form-urlencoded.")
    return parameters.parse(request.body)
