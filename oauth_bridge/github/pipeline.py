"""What happens between GitHub's word for who it is and a signed-in person. Steps of social-auth's pipeline."""

from typing import Any

from django.conf import settings
from django.utils import timezone

from oauth_bridge import audit, people
from oauth_bridge.github import credentials
from oauth_bridge.github.login import GitHubOAuth2, SignInRefused
from oauth_bridge.models import Person
from oauth_bridge.people import accounts, members
from oauth_bridge.protocol import logins


def admit(backend: GitHubOAuth2, response: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Let an account pass that a rule allows, before anything is written for it.

    Raises:
        SignInRefused: none does, or the person was switched off.
    """
    github_id, login = response["id"], response["login"]
    if not logins.is_login(login):
        raise SignInRefused(github_id, login, "no login of GitHub's")
    # Who was switched off on purpose does not ask to be let in.
    known = accounts.find(github_id)
    if known is not None and not known.is_active:
        raise SignInRefused(github_id, login, "switched off")
    # Display name and e-mail never count: anyone can set them to anything.
    rule = people.rule_for(github_id, login)
    answer = backend.membership
    if rule is None and not settings.ALLOW_EVERYONE and (answer is None or answer.rule is None):
        raise SignInRefused(github_id, login, "no rule", may_ask=True, answer=answer)
    return {
        "known": known,
        "is_admin": bool(rule and rule.is_admin),
        "is_by_membership": rule is None and not settings.ALLOW_EVERYONE,
    }


def find_or_create_person(
    backend: GitHubOAuth2,
    response: dict[str, Any],
    known: Person | None,
    is_admin: bool,  # noqa: FBT001  social-auth's way to call
    is_by_membership: bool,  # noqa: FBT001
    **_: Any,
) -> dict[str, Any]:
    """Return the local user of the account, whatever it is called today.

    Raises:
        SignInRefused: the rule went away while GitHub was asked.
    """
    github_id, login, name = response["id"], response["login"], response.get("name")
    display_name = name[:255] if isinstance(name, str) else ""
    person = people.find_or_create(github_id, login=login, name=display_name, is_admin=is_admin, known=known)
    if is_by_membership and not members.remember(person, backend.membership or members.Answer(), now=timezone.now()):
        raise SignInRefused(github_id, login, "no rule", may_ask=True, answer=backend.membership)
    return {"user": person}


def seal_credential(backend: GitHubOAuth2, user: Person, response: dict[str, Any], **_: Any) -> None:
    """Keep GitHub's token, and write down who signed in."""
    scope = " ".join(sorted(str(response.get("scope") or "").replace(",", " ").split()))[:200]
    audit.record(audit.Kind.SIGNED_IN, person=user, client=backend.client, github_scope=scope)
    # Late: one person's sign-ins wait here for each other until the end of the transaction.
    backend.credential = credentials.store(user, scope, response)
