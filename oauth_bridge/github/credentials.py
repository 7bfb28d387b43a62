"""A person's GitHub token, opened at the moment it is needed and for their own sessions alone."""

from django.utils import timezone

from oauth_bridge import sealing
from oauth_bridge.models import GitHubCredential, Person, Session
from oauth_bridge.protocol import scopes


class CredentialUnavailable(Exception):
    """There is no token to use. The message is safe to show to the person."""


def access_token(session_id: str) -> str:
    """Return the GitHub token of a session's person.

    Raises:
        CredentialUnavailable: the session has ended, or its token is gone, expired or cannot be opened.
    """
    session = Session.objects.select_related("credential").filter(pk=session_id, ended_at__isnull=True).first()
    credential = session.credential if session else None
    if credential is None or not is_usable(credential):
        raise CredentialUnavailable("The sign-in at GitHub is no longer valid. Sign in again.")
    try:
        return sealing.unseal(bytes(credential.sealed_token))
    except sealing.Unsealable:
        raise CredentialUnavailable("The stored sign-in at GitHub cannot be opened. Sign in again.") from None


def is_usable(credential: GitHubCredential) -> bool:
    """Return whether GitHub may still accept it."""
    return credential.dead_at is None and (credential.expires_at is None or credential.expires_at > timezone.now())


def covering(person: Person, wanted: tuple[str, ...]) -> GitHubCredential | None:
    """Return the person's usable credential with the least rights that is enough for the scopes, or None."""
    usable = [row for row in GitHubCredential.objects.filter(person=person) if is_usable(row)]
    enough = [row for row in usable if not scopes.missing_at_github(wanted, row.scope)]
    return min(enough, key=lambda row: len(row.scope.split()), default=None)


def mark_dead(session_id: str) -> None:
    """Write down that GitHub refused a session's token, so that the next sign-in goes to GitHub again."""
    GitHubCredential.objects.filter(sessions__pk=session_id, dead_at__isnull=True).update(dead_at=timezone.now())
