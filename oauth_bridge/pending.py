"""Authorization requests that wait for an answer. Each belongs to one browser and is answered once."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from oauth_bridge import audit, statements
from oauth_bridge.browser import Browser
from oauth_bridge.models import AuthEvent, Client, PendingAuthorization
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
    return pending, raw_id


def find(raw_id: str, browser: Browser) -> PendingAuthorization | None:
    """Return the live request of that id if it belongs to this browser, else None."""
    return _LIVE.first(id_checksum=tokens.checksum(raw_id), browser_checksum=browser.checksum, now=timezone.now())


def allow(pending: PendingAuthorization) -> bool:
    """Write down that the person pressed Allow; return False if the request was denied before. Twice is once."""
    now = timezone.now()
    # The way through GitHub may take a while: it has its own ten minutes, counted from here.
    with transaction.atomic():
        if _ALLOW.run(pending=pending.pk, now=now, expires_at=_expiry(now)):
            _record(audit.Kind.CONSENT_GIVEN, pending)
            return True
    return PendingAuthorization.objects.filter(pk=pending.pk, denied_at__isnull=True).exists()


def deny(pending: PendingAuthorization) -> bool:
    """Write down that the person pressed Deny; return False if a code was given already."""
    unanswered = PendingAuthorization.objects.filter(pk=pending.pk, person__isnull=True)
    with transaction.atomic():
        denied = bool(unanswered.update(denied_at=timezone.now()))
        if denied:
            _record(audit.Kind.CONSENT_REFUSED, pending)
    return denied


def _record(kind: AuthEvent.Kind, pending: PendingAuthorization) -> None:
    audit.record(kind, client=pending.client, scope=pending.scope, redirect_uri=pending.redirect_uri)


def _expiry(now: datetime) -> datetime:
    return now + timedelta(seconds=lifetimes.SIGN_IN_ATTEMPT)
