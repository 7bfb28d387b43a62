"""Authorization requests that wait for an answer. Each belongs to one browser and is answered once."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from oauth_bridge import anonymous_events, audit, pending_bounds, statements, throttle
from oauth_bridge.browser import Browser
from oauth_bridge.models import AuthEvent, Client, PendingAuthorization, Person
from oauth_bridge.protocol import lifetimes, scopes, tokens
from oauth_bridge.protocol.authorization import AuthorizationRequest
from oauth_bridge.protocol.redirect_uris import RedirectUri

_LIVE = statements.Select(
    lambda: PendingAuthorization.objects.select_related("client").filter(
        id_checksum=statements.text("id_checksum"),
        browser_checksum=statements.text("browser_checksum"),
        expires_at__gt=statements.moment("now"),
        client__disabled_at__isnull=True,
    )
)
_ALLOW = statements.Update(
    lambda: PendingAuthorization.objects.filter(
        pk=statements.number("pending"), denied_at__isnull=True, allowed_at__isnull=True
    ),
    allowed_at=statements.moment("now"),
    expires_at=statements.moment("expires_at"),
)


def create(
    request: AuthorizationRequest,
    *,
    client: Client,
    redirect_uri: RedirectUri,
    redirect_uri_was_sent: bool,
    state: str | None,
    browser: Browser,
) -> tuple[PendingAuthorization, str]:
    """Store a request; return it with its id, which only the consent form carries."""
    raw_id, now = secrets.token_urlsafe(32), timezone.now()
    pending = statements.insert(
        PendingAuthorization(
            id_checksum=tokens.checksum(raw_id),
            browser_checksum=browser.checksum,
            network=throttle.network(browser.address),
            client=client,
            redirect_uri=redirect_uri.uri,
            redirect_uri_was_sent=redirect_uri_was_sent,
            state=state,
            scope=" ".join(scopes.usable(request.scope, client.grant_types)),
            resource=" ".join(request.resource),
            code_challenge=request.code_challenge,
            created_at=now,
            expires_at=now + timedelta(seconds=lifetimes.PENDING_AUTHORIZATION),
        )
    )
    pending_bounds.keep(pending)
    return pending, raw_id


def find(raw_id: str, browser: Browser) -> PendingAuthorization | None:
    """Return the live request of that id if it belongs to this browser, else None."""
    return _LIVE.first(id_checksum=tokens.checksum(raw_id), browser_checksum=browser.checksum, now=timezone.now())


def allow(pending: PendingAuthorization, *, person: Person | None) -> bool:
    """Write down that Allow was pressed; return False if the request was denied before. Twice is once.

    ``person`` is who is signed in already in that browser.
    """
    now = timezone.now()
    # The way through GitHub may take a while: it has its own ten minutes, counted from here.
    with transaction.atomic(savepoint=False):
        if _ALLOW.run(pending=pending.pk, now=now, expires_at=_expiry(now)):
            _record(audit.Kind.CONSENT_GIVEN, pending, person)
            return True
    return PendingAuthorization.objects.filter(pk=pending.pk, denied_at__isnull=True).exists()


def deny(pending: PendingAuthorization, *, person: Person | None) -> bool:
    """Write down that Deny was pressed; return False if a code was given already. Twice is once."""
    unanswered = PendingAuthorization.objects.filter(pk=pending.pk, person__isnull=True)
    with transaction.atomic():
        if unanswered.filter(denied_at__isnull=True).update(denied_at=timezone.now()):
            _record(audit.Kind.CONSENT_REFUSED, pending, person)
            return True
    return unanswered.exists()


def _record(kind: AuthEvent.Kind, pending: PendingAuthorization, person: Person | None) -> None:
    client, scope, redirect_uri = pending.client, pending.scope, pending.redirect_uri
    if person is None:
        anonymous_events.record(kind, client=client, scope=scope, redirect_uri=redirect_uri)
    else:
        audit.record(kind, person=person, client=client, scope=scope, redirect_uri=redirect_uri)


def _expiry(now: datetime) -> datetime:
    return now + timedelta(seconds=lifetimes.SIGN_IN_ATTEMPT)
