"""How far the hosts of clients' documents are trusted."""

from django.db.models import Q, QuerySet

from oauth_bridge import sessions
from oauth_bridge.models import Client, ClientHost, Session
from oauth_bridge.protocol import client_urls

Trust = ClientHost.Trust

# Makers of widely used clients. An operator's row for a host overrules it.
KNOWN_HOSTS = frozenset(
    {
        "chatgpt.com",
        "claude.ai",
        "claude.com",
        "cursor.com",
        "goose-docs.ai",
        "grok.com",
        "insiders.vscode.dev",
        "opencode.ai",
        "vscode.dev",
        "www.cursor.com",
        "zed.dev",
    }
)


def trust_of(host: str) -> ClientHost.Trust:
    """Return the trust in a host: blocked if it or a domain above it is, else what is said of the very host."""
    rows = dict(ClientHost.objects.filter(host__in=client_urls.parents(host)).values_list("host", "trust"))
    if Trust.BLOCKED in rows.values():
        return Trust.BLOCKED
    if host in rows:
        return Trust(rows[host])
    return Trust.KNOWN if host in KNOWN_HOSTS else Trust.UNKNOWN


def is_blocked(client: Client) -> bool:
    """Return whether the client is known by a document of a blocked host."""
    if client.registration_source != Client.RegistrationSource.CIMD:
        return False
    return trust_of(client_urls.host_of(client.client_id)) == Trust.BLOCKED


def clients_of(host: str) -> QuerySet[Client]:
    """Return the clients whose documents come from a host or from below it."""
    return Client.objects.filter(Q(document__host=host) | Q(document__host__endswith=f".{host}"))


def end_sessions(host: str) -> int:
    """End the sessions of a host that was blocked; return how many. Call it in the transaction that blocks the host."""
    return sessions.end(Session.objects.filter(client__in=clients_of(host)), Session.EndReason.OPERATOR)
