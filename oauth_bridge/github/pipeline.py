"""What happens between GitHub's word for who it is and a signed-in person. Steps of social-auth's pipeline."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from oauth_bridge import people, sealing
from oauth_bridge.github.login import GitHubOAuth2, SignInRefused
from oauth_bridge.models import GitHubCredential, Person


def admit(response: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Let an account pass that a rule allows, before anything is written for it.

    Raises:
        SignInRefused: none does, or the person was switched off.
    """
    github_id, login = response["id"], response["login"]
    # Display name and e-mail never count: anyone can set them to anything.
    rule = people.rule_for(github_id, login) if people.is_login(login) else None
    known = Person.objects.filter(github_id=github_id).first()
    if (rule is None and not settings.ALLOW_EVERYONE) or not people.is_login(login) or (known and not known.is_active):
        raise SignInRefused(login)
    return {"is_admin": bool(rule and rule.is_admin)}


def find_or_create_person(response: dict[str, Any], is_admin: bool, **_: Any) -> dict[str, Any]:  # noqa: FBT001  social-auth's way to call
    """Return the local user of the account, whatever it is called today."""
    name = response.get("name")
    person = people.find_or_create(
        response["id"], login=response["login"], name=name[:255] if isinstance(name, str) else "", is_admin=is_admin
    )
    return {"user": person}


def seal_credential(backend: GitHubOAuth2, user: Person, response: dict[str, Any], **_: Any) -> None:
    """Keep GitHub's token, sealed, in a row of its own: one for each set of scopes that the person granted."""
    now = timezone.now()
    scope = " ".join(sorted(str(response.get("scope") or "").replace(",", " ").split()))[:200]
    refresh_token = response.get("refresh_token")
    backend.credential, _created = GitHubCredential.objects.update_or_create(
        person=user,
        scope=scope,
        defaults={
            "sealed_token": sealing.seal(response["access_token"]),
            "sealed_refresh_token": sealing.seal(refresh_token) if isinstance(refresh_token, str) else None,
            "expires_at": _after(now, response.get("expires_in")),
            "refresh_expires_at": _after(now, response.get("refresh_token_expires_in")),
            "dead_at": None,
        },
    )


def _after(now: datetime, seconds: Any) -> datetime | None:
    """Return the time of expiry, or None where GitHub names none (an OAuth app's tokens do not expire)."""
    if isinstance(seconds, str) and seconds.isascii() and seconds.isdigit():
        seconds = int(seconds)
    if type(seconds) is not int or not 0 < seconds < 10**9:
        return None
    return now + timedelta(seconds=seconds)
