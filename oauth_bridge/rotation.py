"""Refresh tokens: exchanged once, with a short grace in which the same token gets the same successor again.

Within the grace a client that lost the answer, or runs in two windows, is not signed out; outside it an old token is a
stolen one until shown otherwise, and ends the session (OAuth 2.1 §4.3.1).
"""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Least
from django.utils import timezone

from oauth_bridge import audit, database_clock, people, sealing, sessions, statements
from oauth_bridge.issuing import IssuedTokens, write
from oauth_bridge.models import AccessToken, AuthEvent, Client, RefreshToken, Session
from oauth_bridge.protocol import lifetimes, resources, tokens
from oauth_bridge.protocol.errors import OAuthError
from oauth_bridge.protocol.token_requests import RefreshRequest

_GRACE = timedelta(seconds=lifetimes.REFRESH_GRACE)

_KNOWN = statements.Select(
    lambda: RefreshToken.objects.select_related("session__person", "session__client").filter(
        token_checksum=statements.text("token_checksum"), application=statements.number("client")
    )
)
_SESSION = statements.Select(
    lambda: Session.objects.select_for_update(no_key=True).filter(pk=statements.uuid("session"), ended_at__isnull=True)
)
# The one judge: whoever changes the row makes the successor.
_EXCHANGE = statements.Update(
    lambda: RefreshToken.objects.filter(pk=statements.number("token"), revoked__isnull=True),
    revoked=database_clock.stamp("now"),
    successor_salt=statements.blob("salt"),
)
_LIVE_ON = statements.Update(
    lambda: AccessToken.objects.filter(refresh_token=statements.number("token")),
    expires=Least("expires", statements.moment("grace_ends_at")),
)
_TOUCH = statements.Update(lambda: Session.objects.filter(pk=statements.uuid("session")), last_used_at=statements.moment("now"))


def refresh(request: RefreshRequest, client: Client) -> IssuedTokens:
    """Exchange a refresh token for its successor pair.

    Raises:
        OAuthError: ``invalid_grant`` (the one answer to which clients sign in again), ``invalid_scope``, ``invalid_target``,
            ``temporarily_unavailable`` where GitHub has to confirm the person and does not answer.
    """
    row = _row_of(request, client)
    scope, resource = _scope(request, row), resources.narrowed(request.resource, row.resource, settings.PUBLIC_URL)
    if row.revoked is None:
        issued = _rotate(row, request.refresh_token, scope=scope, resource=resource, now=timezone.now())
        if issued is not None:
            return issued
        row.refresh_from_db()
    return _again(row, request.refresh_token)


def _row_of(request: RefreshRequest, client: Client) -> RefreshToken:
    row = None
    if tokens.is_well_formed(request.refresh_token, tokens.REFRESH_TOKEN):
        row = _KNOWN.first(token_checksum=tokens.checksum(request.refresh_token), client=client.pk)
    now = timezone.now()
    if row is None or row.session.ended_at is not None or min(row.expires_at, row.session.expires_at) <= now:
        raise _invalid_grant("The refresh token is not valid any more. Sign in again.")
    # Not of a token that was exchanged before: whether it is a repeat or a theft must not depend on GitHub.
    if row.revoked is None:
        people.at_refresh(row.session)
    return row


def _rotate(row: RefreshToken, presented: str, *, scope: str, resource: tuple[str, ...], now: datetime) -> IssuedTokens | None:
    """Return the successor pair, or None if another request exchanged the token first."""
    salt = secrets.token_bytes(32)
    access_token, refresh_token = _successors(presented, salt, key=sealing.derivation_keys("refresh")[0])
    with transaction.atomic():
        # The session's row is locked first: it cannot be ended between the judgement and the new pair.
        if _SESSION.first(session=row.session_id) is None:
            raise _invalid_grant("The session has ended. Sign in again.")
        if not _EXCHANGE.run(token=row.pk, now=timezone.now(), salt=salt):
            return None
        # A call in flight elsewhere still holds the old access token: it lives on for the grace.
        _LIVE_ON.run(token=row.pk, grace_ends_at=now + _GRACE)
        _TOUCH.run(session=row.session_id, now=now)
        _record(audit.Kind.TOKENS_REFRESHED, row)
        return write(
            row.session,
            access_token=access_token,
            refresh_token=refresh_token,
            scope=scope,
            resource=resource,
            now=now,
            source=row,
        )


def _again(row: RefreshToken, presented: str) -> IssuedTokens:
    """Answer a token that was exchanged before: the same pair within the grace, the end of the session after it."""
    now = timezone.now()
    if row.revoked is None or row.successor_salt is None or database_clock.now() - row.revoked > _GRACE:
        with transaction.atomic():
            _record(audit.Kind.REFRESH_REUSED, row)
            sessions.end(Session.objects.filter(pk=row.session_id), Session.EndReason.REFRESH_REUSE)
        raise _invalid_grant("The refresh token was used before. The session was ended; sign in again.")
    for key in sealing.derivation_keys("refresh"):
        access_token, refresh_token = _successors(presented, bytes(row.successor_salt), key=key)
        successor = RefreshToken.objects.filter(token_checksum=tokens.checksum(refresh_token), revoked__isnull=True).first()
        issued = AccessToken.objects.filter(token_checksum=tokens.checksum(access_token), expires__gt=now).first()
        if successor is not None and issued is not None:
            _record(audit.Kind.REFRESH_REPEATED, row)
            return IssuedTokens(access_token, refresh_token, issued.scope, issued.expires)
    # The successor was exchanged in its turn: this is a straggler of an older generation, not a thief.
    raise _invalid_grant("The refresh token was used before; a newer one is in use.")


def _record(kind: AuthEvent.Kind, row: RefreshToken) -> None:
    audit.record(kind, person=row.session.person, client=row.session.client, session=row.session)


def _successors(presented: str, salt: bytes, *, key: bytes) -> tuple[str, str]:
    parts = (presented.encode(), salt)
    return (
        tokens.derive(tokens.ACCESS_TOKEN, key=key, parts=parts),
        tokens.derive(tokens.REFRESH_TOKEN, key=key, parts=parts),
    )


def _scope(request: RefreshRequest, row: RefreshToken) -> str:
    """Return the scope of the new access token: kept or narrowed, never widened (RFC 6749 §6)."""
    if request.scope is None:
        return row.session.scope
    kept = [name for name in row.session.scope.split() if name in request.scope.split()]
    if not kept:
        raise OAuthError("invalid_scope", "None of the scopes was granted before.")
    return " ".join(kept)


def _invalid_grant(description: str) -> OAuthError:
    return OAuthError("invalid_grant", description)
