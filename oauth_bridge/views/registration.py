"""``POST /register`` (RFC 7591)."""

from django.http import HttpRequest, HttpResponse

from oauth_bridge import browser, clients
from oauth_bridge.protocol import registration
from oauth_bridge.protocol.errors import RegistrationError
from oauth_bridge.views.answers import for_programs, json_response
from wire import strict_json


@for_programs(rate="REGISTER")
def register(request: HttpRequest) -> HttpResponse:
    """Register a client and return it as it is now known here."""
    if request.content_type != "application/json":
        raise RegistrationError("invalid_client_metadata", "Send the metadata as application/json.")
    try:
        document = strict_json.loads(request.body, max_bytes=registration.MAX_BYTES)
    except strict_json.InvalidJSON as error:
        raise RegistrationError("invalid_client_metadata", f"The body cannot be read: {error}.") from None
    metadata = registration.parse(document)
    client, secret = clients.register(metadata, address=browser.address(request))
    body = registration.client_information(
        metadata, client_id=client.client_id, secret=secret, issued_at=int(client.created.timestamp())
    )
    return json_response(body, status=201)
