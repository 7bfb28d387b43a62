"""Deleting what has had its time. Nothing here takes a right away: every reader checks the time itself."""

from datetime import datetime, timedelta

from oauth_bridge.models import AccessToken, Grant, PendingAuthorization, RefreshToken, SignInAttempt

# Kept a little longer than it lives, so that a replay is still recognised, and a question of yesterday can be answered.
_KEPT = timedelta(days=1)


def sweep(now: datetime) -> dict[str, int]:
    """Delete rows that ended more than a day before ``now``; return how many of each table.

    Sessions stay: they are the record of who was here. A refresh token stays until its own expiry, exchanged or not,
    since presenting it again is how a theft shows.
    """
    before = now - _KEPT
    stale = {
        "sign-in attempts": SignInAttempt.objects.filter(expires_at__lt=before),
        "authorization requests": PendingAuthorization.objects.filter(expires_at__lt=before),
        "authorization codes": Grant.objects.filter(expires__lt=before),
        "refresh tokens": RefreshToken.objects.filter(expires_at__lt=before),
        # One that a refresh token still points to stays with it.
        "access tokens": AccessToken.objects.filter(expires__lt=before, refresh_token__isnull=True),
    }
    return {name: rows.delete()[0] for name, rows in stale.items()}
