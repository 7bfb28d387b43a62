"""``/account``: a person's own sessions, and the buttons that end them."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.timesince import timesince
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from oauth_bridge import sessions, throttle, user_agents
from oauth_bridge.models import Person, Session
from oauth_bridge.protocol import client_urls, redirect_uris, scopes
from oauth_bridge.views import pages
from oauth_bridge.views.authorization import signed_in_person
from oauth_bridge.views.redirects import found

MAX_SHOWN = 100
MAX_ENDED_SHOWN = 20
_ENDED_SHOWN_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Row:
    """A session as its person sees it. ``hosts`` are where its program's answers go, ``state`` says why it is over,
    and ``over_since`` when that was or will be."""

    id: str
    client_name: str
    published_by: str | None
    hosts: tuple[str, ...]
    device: str
    address: str | None
    created_at: datetime
    last_used_at: datetime
    last_used: str
    over_since: datetime | None
    state: str
    scopes: tuple[scopes.Scope, ...]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Show the signed-in person's sessions (GET), or end some (POST). Anyone else is sent to sign in."""
    person = signed_in_person(request)
    if person is None:
        return found("/login?next=/account")
    if request.method == "POST":
        try:
            throttle.check_person("END_SESSIONS", person.pk)
        except throttle.Throttled as error:
            return pages.throttled(request, error)
        return _end(request, person)
    return render(request, "account.html", _page(person))


def _end(request: HttpRequest, person: Person) -> HttpResponse:
    ended = sessions.end(_asked_for(request.POST.get("end", ""), person), Session.EndReason.PERSON)
    if ended:
        messages.success(request, "The session has ended." if ended == 1 else f"{ended} sessions have ended.")
    else:
        messages.info(request, "That session had ended already.")
    return found("/account")


def _asked_for(what: str, person: Person) -> QuerySet[Session]:
    """Return the sessions to end: the person's own, whatever id the form names."""
    own = Session.objects.filter(person=person)
    if what == "all":
        return own
    try:
        return own.filter(pk=uuid.UUID(what))
    except ValueError:
        return own.none()


def _page(person: Person) -> dict[str, object]:
    now = timezone.now()
    own = Session.objects.filter(person=person).select_related("client")
    alive = own.filter(ended_at__isnull=True, expires_at__gt=now, client__disabled_at__isnull=True)
    over = own.exclude(pk__in=alive.values("pk")).filter(
        Q(ended_at__gt=now - _ENDED_SHOWN_FOR) | Q(ended_at__isnull=True, expires_at__gt=now - _ENDED_SHOWN_FOR)
    )
    return {
        "person": person,
        "alive": [_row(session) for session in alive.order_by("-last_used_at")[:MAX_SHOWN]],
        "alive_count": alive.count(),
        "over": [_row(session) for session in over.order_by("-last_used_at")[:MAX_ENDED_SHOWN]],
    }


def _state(session: Session) -> str:
    if session.ended_at is None:
        return "expired" if session.client.disabled_at is None else "stopped: the program is switched off"
    return "ended by you" if session.end_reason == Session.EndReason.PERSON else f"ended: {session.get_end_reason_display()}"


def _ago(moment: datetime) -> str:
    return "just now" if timezone.now() - moment < timedelta(minutes=1) else f"{timesince(moment)} ago"


def _row(session: Session) -> Row:
    client = session.client
    is_document = client.registration_source == client.RegistrationSource.CIMD
    hosts = (redirect_uris.parse(uri).display_host for uri in client.registered_redirect_uris)
    return Row(
        id=str(session.pk),
        client_name=client.name or "A program without a name",
        published_by=client_urls.host_of(client.client_id) if is_document else None,
        hosts=tuple(dict.fromkeys(hosts)),
        device=user_agents.describe(session.user_agent),
        address=session.address,
        created_at=session.created_at,
        last_used_at=session.last_used_at,
        last_used=_ago(session.last_used_at),
        over_since=session.ended_at or session.client.disabled_at or session.expires_at,
        state=_state(session),
        scopes=tuple(scopes.SCOPES[name] for name in session.scope.split() if name in scopes.SCOPES),
    )
