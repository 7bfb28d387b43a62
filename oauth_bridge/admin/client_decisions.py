"""What an operator decides about clients: on or off, and for those with a document how far their host is trusted."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from oauth_bridge import audit, endings, sessions
from oauth_bridge.admin import known, parts
from oauth_bridge.documents import hosts
from oauth_bridge.models import Client, ClientHost, Grant, Person, Session


class NotPossible(Exception):
    """It cannot be decided of this client. The message is for the operator."""


@transaction.atomic
def switch_off(clients: QuerySet[Client], *, operator: Person) -> tuple[int, int]:
    """Disable clients and end what they have; return how many clients, and how many sessions."""
    chosen = list(Client.objects.select_for_update(no_key=True).filter(pk__in=clients.values("pk")).order_by("pk"))
    Client.objects.filter(pk__in=[client.pk for client in chosen], disabled_at__isnull=True).update(disabled_at=timezone.now())
    for client in chosen:
        audit.record(audit.Kind.CLIENT_CHANGED, client=client, operator=operator, switched="off")
    endings.void_codes(Grant.objects.filter(application__in=chosen))
    ended = sessions.end(Session.objects.filter(client__in=chosen), Session.EndReason.OPERATOR, operator=operator)
    sessions.withdraw_rights()
    return len(chosen), ended


@transaction.atomic
def switch_on(clients: QuerySet[Client], *, operator: Person) -> int:
    """Enable clients; return how many. One that was deleted stays so."""
    off = Client.objects.select_for_update(no_key=True).filter(deleted_at__isnull=True, disabled_at__isnull=False)
    chosen = list(off.filter(pk__in=clients.values("pk")).order_by("pk"))
    for client in chosen:
        audit.record(audit.Kind.CLIENT_CHANGED, client=client, operator=operator, switched="on")
    return Client.objects.filter(pk__in=[client.pk for client in chosen]).update(disabled_at=None)


def decide(client: Client, what: str, *, operator: Person) -> str:
    """Do what a button of the client's page says; return what happened, in words.

    Raises:
        NotPossible: the button is not this client's.
    """
    own = Client.objects.filter(pk=client.pk)
    if what == "switch_off":
        _, ended = switch_off(own, operator=operator)
        return f"Switched off. {parts.count_of(ended, 'session')} ended."
    if what == "switch_on":
        if not switch_on(own, operator=operator):
            raise NotPossible("It is on already, or was deleted.")
        return "Switched on. Its people sign in anew."
    if what in ClientHost.Trust.values:
        return _trust(client, ClientHost.Trust(what), operator=operator)
    raise NotPossible("There is no such decision.")


@transaction.atomic
def _trust(client: Client, trust: ClientHost.Trust, *, operator: Person) -> str:
    host = known.document_host(client)
    if host is None:
        raise NotPossible("Only a client with a document has a host to trust. Switch this one off instead.")
    before = hosts.trust_of(host)
    ClientHost.objects.update_or_create(host=host, defaults={"trust": trust})
    audit.record(audit.Kind.CLIENT_CHANGED, client=client, operator=operator, host=host, trust=trust.value, before=before.value)
    if trust != ClientHost.Trust.BLOCKED:
        return f"{host} is {trust.value} from now on."
    # Also those who stand before the consent page of a client from there.
    ended = sum(
        endings.end(endings.Reach(endings.Whose.CLIENT, other), operator=operator, ask_again=True)
        for other in hosts.clients_of(host)
    )
    sessions.withdraw_rights()
    return f"{host} is blocked, with everything below it. {parts.count_of(ended, 'session')} ended."
