"""What waits for the operator: requests for access, programs from hosts nobody vouched for, secrets under an old key."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from oauth_bridge import sealing
from oauth_bridge.documents.hosts import KNOWN_HOSTS
from oauth_bridge.models import AccessRequest, ClientDocument, ClientHost, GitHubCredential, Session

# What is looked at to tell whether an older key is still in use: the newest and the oldest hint at all the others.
_SAMPLE = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """One kind of thing that waits. ``count`` is at least 1."""

    count: int
    what: str
    url: str
    action: str


def counts() -> dict[str, int]:
    """Return how many wait, as the navigation shows it beside its entries. One query."""
    return {"requests": AccessRequest.objects.filter(state=AccessRequest.State.OPEN).count()}


def everything() -> list[Waiting]:
    """Return all that waits, most urgent first. A fixed number of queries, whatever there is."""
    hosts = unknown_hosts()
    found = [
        Waiting(
            counts()["requests"],
            "asked for access",
            reverse("admin:oauth_bridge_accessrequest_changelist") + "?state__exact=open",
            "Decide",
        ),
        Waiting(
            hosts,
            "hosts of clients in use that nobody has vouched for"
            if hosts > 1
            else "host of a client in use that nobody has vouched for",
            reverse("admin:oauth_bridge_clientdocument_changelist"),
            "Look at them",
        ),
        Waiting(
            old_seals(),
            "secrets are sealed with an older key: run `manage.py reseal`, then take the old key away",
            reverse("admin:setup") + "#keys",
            "See how",
        ),
    ]
    return [each for each in found if each.count]


def unknown_hosts() -> int:
    """Return from how many hosts clients come that have a live session and that nobody vouched for."""
    now = timezone.now()
    live = Session.objects.filter(client=OuterRef("client"), ended_at__isnull=True, expires_at__gt=now)
    judged = ClientHost.objects.filter(host=OuterRef("host"))
    documents = ClientDocument.objects.filter(Exists(live), ~Exists(judged)).exclude(host__in=KNOWN_HOSTS)
    return documents.values("host").distinct().count()


def old_seals() -> int:
    """Return how many of the oldest stored secrets are under another key than the first: 50 at most are looked at."""
    rows = GitHubCredential.objects.filter(dead_at__isnull=True).order_by("updated_at").values_list("sealed_token", flat=True)
    return sum(not sealing.is_current(bytes(sealed)) for sealed in rows[:_SAMPLE])
