"""Trips to GitHub, as rows: begun by a browser, finished once by the same browser."""

import secrets
from datetime import timedelta

from django.utils import timezone

from oauth_bridge import sealing, statements
from oauth_bridge.browser import Browser
from oauth_bridge.github.login import Trip
from oauth_bridge.models import PendingAuthorization, SignInAttempt
from oauth_bridge.people import rules
from oauth_bridge.protocol import lifetimes, tokens

_USE = statements.Update(
    lambda: SignInAttempt.objects.filter(
        state_checksum=statements.text("state_checksum"),
        browser_checksum=statements.text("browser_checksum"),
        used_at__isnull=True,
        expires_at__gt=statements.moment("now"),
    ),
    used_at=statements.moment("now"),
)
_ATTEMPT = statements.Select(
    lambda: SignInAttempt.objects.select_related("pending__client").filter(state_checksum=statements.text("state_checksum"))
)


def begin(
    browser: Browser, *, scope: tuple[str, ...], pending: PendingAuthorization | None = None, next_path: str = ""
) -> Trip:
    """Store a new attempt and return its secrets: 256 bits of state, and a PKCE verifier.

    ``scope`` is what the sign-in is for; what the rules need to know comes on top.
    """
    scope = tuple(sorted({*scope, *rules.needed_at_github()}))
    trip = Trip(state=secrets.token_urlsafe(32), code_verifier=secrets.token_urlsafe(48), scope=scope)
    statements.insert(
        SignInAttempt(
            state_checksum=tokens.checksum(trip.state),
            browser_checksum=browser.checksum,
            pending=pending,
            next_path=next_path,
            scope=" ".join(scope),
            sealed_code_verifier=sealing.seal(trip.code_verifier),
            expires_at=timezone.now() + timedelta(seconds=lifetimes.SIGN_IN_ATTEMPT),
        )
    )
    return trip


def finish(state: str, browser: Browser) -> tuple[SignInAttempt, Trip] | None:
    """Return the attempt of that state, used up by this call; None if it is not this browser's, over, or used before."""
    checksum = tokens.checksum(state)
    # One statement decides, so that a callback loaded twice at once is finished once.
    if not _USE.run(state_checksum=checksum, browser_checksum=browser.checksum, now=timezone.now()):
        return None
    attempt = _ATTEMPT.first(state_checksum=checksum)
    if attempt is None:
        # Swept, with a request or a client that was deleted just now.
        return None
    try:
        verifier = sealing.unseal(bytes(attempt.sealed_code_verifier))
    except sealing.Unsealable:
        return None
    return attempt, Trip(state=state, code_verifier=verifier, scope=tuple(attempt.scope.split()))
