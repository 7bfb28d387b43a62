"""Registrations that came to nothing: clients registered at each connect, and most never get a token.

They go in two steps. First such a client is retired, by one statement that looks at everything that could keep it: nobody
can use it from then on. Minutes later, when no request that found it can still be under way, its row is deleted.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from oauth_bridge.models import AuthEvent, Client, Grant, PendingAuthorization, Session
from oauth_bridge.protocol import lifetimes

MAX_UNUSED = 20_000
# Looked at once in so many registrations, and then more than so many are taken away: the number cannot grow.
LOOK_EVERY = 50
BITE = 200

WITHOUT_SESSIONS = ~Exists(Session.objects.filter(client=OuterRef("pk")))
_ITS_OWN_EVENTS = (AuthEvent.Kind.CLIENT_REGISTERED, AuthEvent.Kind.CLIENT_CHANGED, AuthEvent.Kind.CLIENT_DELETED)


def keep_bounded(client: Client) -> None:
    """After a registration, now and then: where there are too many unused clients, take the oldest away."""
    if client.pk % LOOK_EVERY:
        return
    delete_retired(timezone.now(), limit=BITE)
    unused = Client.objects.filter(WITHOUT_SESSIONS, registration_source=Client.RegistrationSource.DCR, deleted_at__isnull=True)
    if unused.count() > MAX_UNUSED:
        retire(timezone.now(), limit=BITE, older_than=timedelta())


def retire(now: datetime, *, limit: int, older_than: timedelta = timedelta(seconds=lifetimes.REGISTRATION_UNUSED)) -> int:
    """Take the oldest clients out of use that never got a token and that nobody is signing in through; return how many."""
    useless = untouched(now).filter(created__lt=now - older_than)
    oldest = list(useless.order_by("created").values_list("pk", flat=True)[:limit])
    # The conditions once more, in the statement that decides: somebody may have begun to use it.
    return useless.filter(pk__in=oldest).update(disabled_at=now, deleted_at=now, registration_token_checksum="", fingerprint="")


@transaction.atomic
def delete_retired(now: datetime, *, limit: int) -> int:
    """Delete the rows of retired and deleted clients that no session remembers; return how many."""
    before = now - timedelta(seconds=lifetimes.REGISTRATION_RETIRED)
    gone = Client.objects.filter(WITHOUT_SESSIONS, deleted_at__lt=before)
    # Locked before their rows elsewhere: that is the order of whoever writes to a client.
    keys = list(gone.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:limit])
    # They tell of nothing else: a flood of registrations must not live on as a flood of events.
    AuthEvent.objects.filter(client__in=keys, kind__in=_ITS_OWN_EVENTS).delete()
    Client.objects.filter(pk__in=keys).delete()
    return len(keys)


def unattended(now: datetime) -> Q:
    """Return the condition that nobody has signed in through a client, or is about to."""
    asked = PendingAuthorization.objects.filter(client=OuterRef("pk"), expires_at__gt=now)
    answered = Grant.objects.filter(application=OuterRef("pk"), expires__gt=now)
    return Q(WITHOUT_SESSIONS) & Q(~Exists(asked)) & Q(~Exists(answered))


def untouched(now: datetime) -> QuerySet[Client]:
    """Return the clients that registered, and through which nobody has signed in or is about to."""
    return Client.objects.filter(
        unattended(now),
        registration_source=Client.RegistrationSource.DCR,
        deleted_at__isnull=True,
    )
