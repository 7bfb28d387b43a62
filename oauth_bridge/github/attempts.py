"""Trips to GitHub, as rows: begun by a browser, finished once by the same browser."""

import secrets
from datetime import timedelta

from django.utils import timezone

from oauth_bridge import sealing
from oauth_bridge.browser import Browser
from oauth_bridge.github.login import Trip
from oauth_bridge.models import PendingAuthorization, SignInAttempt
from oauth_bridge.people import rules
from oauth_bridge.protocol import lifetimes, tokens


def begin(
    browser: Browser, *, scope: tuple[str, ...], pending: PendingAuthorization | None = None, next_path: str = ""
) -> Trip:
    """Store a new attempt and return its secrets: 256 bits of state, and a PKCE verifier.

    ``scope`` is what the sign-in is for; what the rules need to know comes on top.
    """
    scope = tuple(sorted({*scope, *rules.needed_at_github()}))
    trip = Trip(state=secrets.token_urlsafe(32), code_verifier=secrets.token_urlsafe(48), scope=scope)
    SignInAttempt.objects.create(
        state_checksum=tokens.checksum(trip.state),
        browser_checksum=browser.checksum,
        pending=pending,
        next_path=next_path,
        scope=" ".join(scope),
        sealed_code_verifier=sealing.seal(trip.code_verifier),
        expires_at=timezone.now() + timedelta(seconds=lifetimes.SIGN_IN_ATTEMPT),
    )
    return trip


def finish(state: str, browser: Browser) -> tuple[SignInAttempt, Trip] | None:
    """Return the attempt of that state, used up by this call; None if it is not this browser's, over, or used before."""
    now = timezone.now()
    mine = SignInAttempt.objects.filter(
        state_checksum=tokens.checksum(state),
        browser_checksum=browser.checksum,
        used_at__isnull=True,
        expires_at__gt=now,
    )
    # One statement decides, so that a callback loaded twice at once is finished once.
    if not mine.update(used_at=now):
        return None
    attempt = SignInAttempt.objects.select_related("pending__client").get(state_checksum=tokens.checksum(state))
    try:
        verifier = sealing.unseal(bytes(attempt.sealed_code_verifier))
    except sealing.Unsealable:
        return None
    return attempt, Trip(state=state, code_verifier=verifier, scope=tuple(attempt.scope.split()))
