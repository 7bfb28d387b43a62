"""Which product a client is, as the pages say it."""

from oauth_bridge.models import Client
from oauth_bridge.protocol import client_urls, known_clients

KINDS = {
    Client.RegistrationSource.DCR: "registered itself",
    Client.RegistrationSource.CIMD: "known by its document",
    Client.RegistrationSource.MANUAL: "made by an operator",
}


def of(client: Client) -> known_clients.Known | None:
    """Return the product that a client is, by its hosts."""
    return known_clients.recognise(document_host(client), client.registered_redirect_uris)


def document_host(client: Client) -> str | None:
    """Return who published a client's document, if it has one."""
    is_document = client.registration_source == Client.RegistrationSource.CIMD
    return client_urls.host_of(client.client_id) if is_document else None


def words(client: Client) -> str:
    """Return the product in few words; empty where nothing but the client's own word says what it is."""
    if (product := of(client)) is None:
        return ""
    return f"recognised: {product.name}" if product.is_proven else f"looks like {product.name}"
