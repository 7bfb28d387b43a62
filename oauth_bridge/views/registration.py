"""``POST /register`` (RFC 7591), and ``/register/<client_id>`` by which a client looks after its registration (RFC 7592)."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from oauth_bridge import browser, failed_attempts, registrations
from oauth_bridge.models import Client
from oauth_bridge.protocol import client_management, registration
from oauth_bridge.protocol.errors import InvalidRegistrationToken, RegistrationError
from oauth_bridge.registrations import Registered
from oauth_bridge.views.answers import for_programs, json_response
from wire import strict_json


@for_programs(rate="REGISTER")
def register(request: HttpRequest) -> HttpResponse:
    """Register a client and return it as it is now known here."""
    metadata = registration.parse(_document(request))
    registered = registrations.register(metadata, address=browser.address(request))
    return json_response(_information(registered, registered.management_token), status=201)


@for_programs(rate="TOKEN", methods=("GET", "PUT", "DELETE"))
def manage(request: HttpRequest, client_id: str) -> HttpResponse:
    """Show, replace or delete a registration, for whoever has its registration access token."""
    token = client_management.access_token(request.headers.get("Authorization"))
    try:
        client = registrations.find_managed(client_id, token)
    except InvalidRegistrationToken:
        failed_attempts.note(browser.address(request), client_id)
        raise
    match request.method:
        case "PUT":
            update = client_management.parse_update(_document(request), client_id=client.client_id)
            return json_response(_information(registrations.replace(client, update), token))
        case "DELETE":
            registrations.delete(client)
            return HttpResponse(status=204, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})
        case _:
            return json_response(_information(Registered(client, None, None), token))


def _document(request: HttpRequest) -> Any:
    if request.content_type != "application/json":
        raise RegistrationError("invalid_client_metadata", "Send the metadata as application/json.")
    try:
        return strict_json.loads(request.body, max_bytes=registration.MAX_BYTES)
    except strict_json.InvalidJSON as error:
        raise RegistrationError("invalid_client_metadata", f"The body cannot be read: {error}.") from None


def _information(registered: Registered, token: str | None) -> dict[str, object]:
    """Return the client information response (RFC 7591 §3.2.1, RFC 7592 §3). A secret is in it only when it is new."""
    client: Client = registered.client
    body = registration.client_information(
        registrations.metadata_of(client),
        client_id=client.client_id,
        secret=registered.secret,
        issued_at=int(client.created.timestamp()),
    )
    if token is not None:
        body |= client_management.management(settings.PUBLIC_URL, client_id=client.client_id, token=token)
    return body
