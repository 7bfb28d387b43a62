"""Issuing tokens: one place that writes token rows, always with an audience and never with the token."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from oauth_bridge import statements
from oauth_bridge.models import AccessToken, RefreshToken, Session
from oauth_bridge.protocol import lifetimes, tokens


@dataclass(frozen=True, slots=True)
class IssuedTokens:
    """What goes out once. ``refresh_token`` is None for a client that is not to have one."""

    access_token: str
    refresh_token: str | None
    scope: str
    expires_at: datetime


def wants_refresh_token(session: Session) -> bool:
    """Return whether the client may use one, by its registered grant types (MCP 2026-07-28, Refresh Tokens)."""
    return "refresh_token" in session.client.grant_types


def issue(session: Session, *, scope: str, resource: Sequence[str], now: datetime) -> IssuedTokens:
    """Write and return the first pair of a session."""
    refresh_token = tokens.mint(tokens.REFRESH_TOKEN) if wants_refresh_token(session) else None
    return write(
        session,
        access_token=tokens.mint(tokens.ACCESS_TOKEN),
        refresh_token=refresh_token,
        scope=scope,
        resource=resource,
        now=now,
    )


def write(
    session: Session,
    *,
    access_token: str,
    refresh_token: str | None,
    scope: str,
    resource: Sequence[str],
    now: datetime,
    source: RefreshToken | None = None,
) -> IssuedTokens:
    """Write the rows of a pair; nothing outlives its session."""
    expires_at = min(now + timedelta(seconds=lifetimes.ACCESS_TOKEN), session.expires_at)
    access_row = statements.insert(
        AccessToken(
            user_id=session.person_id,
            application_id=session.client_id,
            session=session,
            token="",
            token_checksum=tokens.checksum(access_token),
            expires=expires_at,
            scope=scope,
            resource=list(resource),
            source_refresh_token=source,
        )
    )
    if refresh_token is not None:
        statements.insert(
            RefreshToken(
                user_id=session.person_id,
                application_id=session.client_id,
                session=session,
                token="",
                token_checksum=tokens.checksum(refresh_token),
                token_family=uuid.UUID(str(session.pk)),
                access_token=access_row,
                resource=session.resource.split(),
                expires_at=min(now + timedelta(seconds=lifetimes.REFRESH_TOKEN_IDLE), session.expires_at),
            )
        )
    return IssuedTokens(access_token, refresh_token, scope, expires_at)
