"""Which product a client is, as the pages say it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from oauth_bridge.models import Client
from oauth_bridge.protocol import client_urls, known_clients

KINDS = {
    Client.RegistrationSource.DCR: "registered itself",
    Client.RegistrationSource.CIMD: "known by its document",
    Client.RegistrationSource.MANUAL: "made by an operator",
}


class KindFilter(admin.SimpleListFilter):
    """How a client became known; of clients, and of what has a ``client``."""

    title = "kind of program"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        """Return the choices."""
        return [(kind.value, words.capitalize()) for kind, words in KINDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        """Return the rows of the choice."""
        field = "registration_source" if queryset.model is Client else "client__registration_source"
        return queryset.filter(**{field: self.value()}) if self.value() in set(KINDS) else queryset


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
