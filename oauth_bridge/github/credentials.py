"""A person's GitHub token, opened at the moment it is needed and for their own sessions alone."""

import hmac
import time
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from oauth_bridge import audit, sealing, sessions, statements, waiting
from oauth_bridge.github import api, leases
from oauth_bridge.models import GitHubCredential, Person, Session
from oauth_bridge.protocol import scopes

# Renewed this long before its end: a call that is under way must not find its token expired.
_RENEW_BEFORE = timedelta(minutes=5)
_LOOK_AGAIN_SECONDS = 0.05


def _mine() -> QuerySet[GitHubCredential]:
    return GitHubCredential.objects.filter(person=statements.number("person"), scope=statements.text("scope"))


_MINE = statements.Select(_mine)
_REPLACE = statements.Update(
    _mine,
    sealed_token=statements.blob("sealed_token"),
    sealed_refresh_token=statements.blob("sealed_refresh_token"),
    expires_at=statements.moment("expires_at"),
    refresh_expires_at=statements.moment("refresh_expires_at"),
    dead_at=statements.moment("dead_at"),
    updated_at=statements.moment("now"),
)
_HOLD = statements.Select(
    lambda: GitHubCredential.objects.select_for_update(no_key=True).filter(
        pk=statements.number("credential"), dead_at__isnull=True
    )
)


class CredentialUnavailable(Exception):
    """There is no token to use, and none will come: the person has to sign in again. The message is safe to show."""


def access_token(session_id: str) -> str:
    """Return the GitHub token of a session's person.

    Raises:
        CredentialUnavailable: the session has ended, or its token is gone, expired or cannot be opened.
        api.Unavailable: the token has expired, and GitHub does not answer for a new one just now.
    """
    session = Session.objects.select_related("credential").filter(pk=session_id, ended_at__isnull=True).first()
    if session is None or session.credential is None:
        raise CredentialUnavailable("The sign-in at GitHub is no longer valid. Sign in again.")
    return token_of(session.credential)


def token_of(credential: GitHubCredential) -> str:
    """Return a credential's token, renewed first if it is about to expire.

    Raises:
        CredentialUnavailable, api.Unavailable: as for ``access_token``.
    """
    if is_usable(credential) and _is_due(credential):
        try:
            credential = _renew(credential.pk)
        except api.Unavailable:
            # It is asked for early, so that a GitHub that does not answer for a moment costs nothing.
            if credential.expires_at is None or credential.expires_at <= timezone.now():
                raise
    if not is_usable(credential):
        raise CredentialUnavailable("The sign-in at GitHub is no longer valid. Sign in again.")
    return _unseal(bytes(credential.sealed_token))


def is_usable(credential: GitHubCredential) -> bool:
    """Return whether GitHub may still accept it, or give a new token for it."""
    if credential.dead_at is not None:
        return False
    return credential.expires_at is None or credential.expires_at > timezone.now() or _is_renewable(credential)


def covering(person: Person, wanted: tuple[str, ...]) -> GitHubCredential | None:
    """Return the person's usable credential with the least rights that is enough for the scopes, or None."""
    enough = [row for row in _usable(person) if not scopes.missing_at_github(wanted, row.scope)]
    return min(enough, key=lambda row: len(row.scope.split()), default=None)


def hold(credential: GitHubCredential) -> bool:
    """Lock a credential until the transaction ends; return whether it is alive still."""
    return _HOLD.first(credential=credential.pk) is not None


def with_scope(person: Person, github_scope: str) -> list[GitHubCredential]:
    """Return the person's usable credentials that hold a scope of GitHub's, newest first.

    One of a GitHub App names no scope, and may hold the right as a permission.
    """
    rows = [row for row in _usable(person) if not row.scope or github_scope in row.scope.split()]
    return sorted(rows, key=lambda row: row.updated_at, reverse=True)


def mark_dead(session_id: str, token: str) -> None:
    """Write down that GitHub refused a session's token, so that the next sign-in goes to GitHub again."""
    if credential := _of(session_id):
        refused(credential, token)


def wrong_account(session_id: str) -> None:
    """Write down that a session's token answered for another account than the session's."""
    if credential := _of(session_id):
        answered_for_another(credential)


def refused(credential: GitHubCredential, token: str) -> None:
    """Mark a credential dead whose token GitHub refused.

    A token that was renewed in the meantime is not the one that was refused, and lives on.
    """
    with transaction.atomic():
        row = GitHubCredential.objects.select_for_update(no_key=True).filter(pk=credential.pk).first()
        # While it is being renewed the old one is refused already, and the new one is on its way.
        if row is not None and _holds(row, token) and not leases.is_held(row):
            _bury(row, "GitHub refused the token")


def answered_for_another(credential: GitHubCredential) -> None:
    """Mark a credential dead that is not its person's any more, and end every session that depends on it."""
    with transaction.atomic():
        _bury(credential, "GitHub answered for another account")
        sessions.end(Session.objects.filter(credential=credential), Session.EndReason.UPSTREAM)


def store(person: Person, scope: str, answer: dict[str, Any]) -> GitHubCredential:
    """Keep the tokens of an answer of GitHub's, sealed: one row for each set of scopes that the person granted."""
    now = timezone.now()
    mine: dict[str, Any] = {"person": person.pk, "scope": scope}
    sealed = _sealed(answer, now)
    # Not `update_or_create`: it locks the row against those that point to it, which is a deadlock when one person signs in
    # in two places at once.
    row = _MINE.first(**mine)
    if row is None or not _REPLACE.run(**mine, **sealed, now=now):
        row, created = GitHubCredential.objects.get_or_create(person=person, scope=scope, defaults=sealed)
        if not created:
            _REPLACE.run(**mine, **sealed, now=now)
    for field, value in {**sealed, "updated_at": now}.items():
        setattr(row, field, value)
    return row


def _renew(pk: int) -> GitHubCredential:
    """Return a credential with a new pair, stored before it is used.

    Of several processes one asks, and the others wait for the new pair: GitHub ends the old one with the exchange. Nobody
    holds a row or a connection meanwhile.

    Raises:
        CredentialUnavailable: GitHub does not give one any more. api.Unavailable: not now.
    """
    until = api.deadline()
    while True:
        row = GitHubCredential.objects.get(pk=pk)
        if row.dead_at is not None or not _is_due(row):
            return row
        if (lease := leases.take(row)) is not None:
            return _exchange(row, lease)
        if time.monotonic() >= until:
            raise api.Unavailable
        waiting.give_back_connection()
        time.sleep(_LOOK_AGAIN_SECONDS)


def _exchange(row: GitHubCredential, lease: datetime) -> GitHubCredential:
    """Ask GitHub, and store what it says, unless a sign-in has stored another pair meanwhile."""
    try:
        # All of its time, however long was waited before: an answer that nobody hears is a refresh token that is lost.
        answer = api.refresh(_unseal(bytes(row.sealed_refresh_token or b"")), until=api.deadline())
    except api.TokenRefused:
        with transaction.atomic():
            # With the lease lost, another one may have used the token, and its answer counts.
            if leases.give_back(row, lease) and leases.as_read(row).exists():
                _bury(row, "GitHub refused the refresh token")
    else:
        leases.as_read(row).update(**_sealed(answer, timezone.now()), updated_at=timezone.now())
    finally:
        leases.give_back(row, lease)
    row.refresh_from_db()
    return row


def _of(session_id: str) -> GitHubCredential | None:
    return GitHubCredential.objects.filter(sessions__pk=session_id).first()


def _bury(credential: GitHubCredential, reason: str) -> None:
    if GitHubCredential.objects.filter(pk=credential.pk, dead_at__isnull=True).update(dead_at=timezone.now()):
        audit.record(audit.Kind.CREDENTIAL_DIED, person=credential.person, reason=reason)


def _sealed(answer: dict[str, Any], now: datetime) -> dict[str, Any]:
    refresh_token = answer.get("refresh_token")
    return {
        "sealed_token": sealing.seal(answer["access_token"]),
        "sealed_refresh_token": sealing.seal(str(refresh_token)) if api.is_token(refresh_token) else None,
        "expires_at": _after(now, answer.get("expires_in")),
        "refresh_expires_at": _after(now, answer.get("refresh_token_expires_in")),
        "dead_at": None,
    }


def _after(now: datetime, seconds: Any) -> datetime | None:
    """Return the time of expiry, or None where GitHub names none (an OAuth app's tokens do not expire)."""
    if isinstance(seconds, str) and seconds.isascii() and seconds.isdigit() and len(seconds) < 12:
        seconds = int(seconds)
    if type(seconds) is not int or not 0 < seconds < 10**9:
        return None
    return now + timedelta(seconds=seconds)


def _usable(person: Person) -> list[GitHubCredential]:
    return [row for row in GitHubCredential.objects.filter(person=person) if is_usable(row)]


def _is_due(credential: GitHubCredential) -> bool:
    is_near_its_end = credential.expires_at is not None and credential.expires_at <= timezone.now() + _RENEW_BEFORE
    return is_near_its_end and _is_renewable(credential)


def _is_renewable(credential: GitHubCredential) -> bool:
    ends = credential.refresh_expires_at
    return credential.sealed_refresh_token is not None and (ends is None or ends > timezone.now())


def _holds(credential: GitHubCredential, token: str) -> bool:
    try:
        return hmac.compare_digest(sealing.unseal(bytes(credential.sealed_token)).encode(), token.encode())
    except sealing.Unsealable:
        return False


def _unseal(sealed: bytes) -> str:
    try:
        return sealing.unseal(sealed)
    except sealing.Unsealable:
        raise CredentialUnavailable("The stored sign-in at GitHub cannot be opened. Sign in again.") from None
