"""What changed in a client's document or keys, written down for the operator."""

from collections.abc import Mapping
from datetime import datetime

from oauth_bridge import audit
from oauth_bridge.models import Client, ClientDocumentChange
from oauth_bridge.protocol import key_sets

Facts = Mapping[str, str]


def facts(client: Client) -> Facts:
    """Return what an operator would want to know of, by name."""
    return {
        "client_name": client.name,
        "redirect_uris": "\n".join(client.registered_redirect_uris),
        "token_endpoint_auth_method": client.token_endpoint_auth_method,
        "grant_types": " ".join(client.grant_types),
        "jwks": "\n".join(key_sets.thumbprints(client.jwks)),
        "jwks_uri": client.jwks_uri,
    }


def record(client: Client, before: Facts, after: Facts, now: datetime) -> None:
    """Write down each difference. Call it in the transaction that makes it."""
    changed = [name for name in after if before[name] != after[name]]
    if not changed:
        return
    ClientDocumentChange.objects.bulk_create(
        ClientDocumentChange(client=client, field=name, before=before[name], after=after[name], at=now) for name in changed
    )
    audit.record(audit.Kind.DOCUMENT_CHANGED, client=client, fields=changed)
