"""``POST /introspect`` (RFC 7662), for the resource servers that an operator registered."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from oauth_bridge import browser, failed_attempts, resource_servers, throttle, verification
from oauth_bridge.protocol import introspection, parameters, tokens
from oauth_bridge.protocol.errors import InvalidClient, OAuthError
from oauth_bridge.protocol.parameters import Parameters
from oauth_bridge.views import client_requests
from oauth_bridge.views.answers import for_programs, json_response


@for_programs(rate=None)
def introspect(request: HttpRequest) -> HttpResponse:
    """Say whether a token is a good access token for this server; of anything else, only that it is not."""
    form = _from_resource_server(request)
    return json_response(_answer(parameters.required(form, "token")))


def _from_resource_server(request: HttpRequest) -> Parameters:
    """Return what a resource server sent that proved itself. It is counted by its name, and all else by its address.

    One that shares an address with a stranger must not be stopped by what the stranger sends in its name.
    """
    name = ""
    try:
        form, credentials = client_requests.read(request)
        name = credentials.client_id
        server = resource_servers.authenticate(credentials)
    except OAuthError as error:
        throttle.check_client(browser.address(request), name)
        if isinstance(error, InvalidClient) and name:
            failed_attempts.note(browser.address(request), name)
        raise
    throttle.check_resource_server(server.name)
    return form


def _answer(token: str) -> dict[str, object]:
    if not tokens.is_well_formed(token, tokens.ACCESS_TOKEN):
        return introspection.INACTIVE
    good = verification.good_tokens(tokens.checksum(token), timezone.now())
    found = good.select_related("session__person", "session__client").first()
    person = found.session.person if found else None
    if found is None or person is None or person.github_id is None or not verification.is_for_us(found.resource):
        return introspection.INACTIVE
    return introspection.active(
        issuer=settings.PUBLIC_URL,
        client_id=found.session.client.client_id,
        subject=person.github_id,
        login=person.login,
        scope=found.scope,
        resource=found.resource,
        issued_at=int(found.created.timestamp()),
        expires_at=int(found.expires.timestamp()),
    )
