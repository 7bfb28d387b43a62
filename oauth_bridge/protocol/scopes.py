"""The scopes: what each opens here, and what it asks for at GitHub."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """One scope. ``github`` is the scope that GitHub calls the same right, if it takes part."""

    name: str
    title: str
    text: str
    github: str | None


SCOPES = {
    scope.name: scope
    for scope in (
        Scope("read:user", "Know who you are", "Your GitHub login, name, picture and public repositories.", "read:user"),
        Scope("user:email", "See your e-mail address", "The primary address of your GitHub account.", "user:email"),
        Scope(
            "repo",
            "Use your private repositories",
            "Details, files, issues and pull requests of private repositories; and writing, such as a new issue, "
            "with tools that the operator of this server has allowed.",
            "repo",
        ),
        Scope(
            "offline_access", "Stay connected", "Renew its access without asking again, until you or the operator end it.", None
        ),
    )
}

# In `scopes_supported` of the resource, and in its challenge: the least that is useful (MCP 2026-07-28, scope minimization).
BASE_SCOPES = ("read:user", "user:email")
# What the authorization server lists. Not `repo`: old clients ask for all that is listed.
LISTED_SCOPES = (*BASE_SCOPES, "offline_access")


def parse(text: str | None) -> tuple[str, ...]:
    """Return the known scopes of a ``scope`` parameter, in its order; without any, the base scopes.

    Unknown ones are ignored, not fatal (RFC 6749 §3.3 lets the server narrow): clients ask for what other servers have.
    """
    asked = (text or "").split(" ")
    known = tuple(dict.fromkeys(name for name in asked if name in SCOPES))
    return known if any(SCOPES[name].github for name in known) else (*BASE_SCOPES, *known)


def usable(asked: Iterable[str], grant_types: Iterable[str]) -> tuple[str, ...]:
    """Return the scopes that mean something to a client: one that never refreshes has no use for ``offline_access``."""
    return tuple(name for name in asked if name != "offline_access" or "refresh_token" in grant_types)


def at_github(scopes: Iterable[str]) -> tuple[str, ...]:
    """Return what has to be asked for at GitHub, sorted."""
    return tuple(sorted({github for name in scopes if (github := SCOPES[name].github)}))


def granted(asked: Iterable[str], github_scope: str) -> tuple[str, ...]:
    """Return the scopes of a session, given the ``scope`` that GitHub answered with.

    An empty answer is a GitHub App's, whose rights are permissions and not scopes: nothing can be told from it.
    """
    at_hand = set(github_scope.replace(",", " ").split())
    return tuple(name for name in asked if not at_hand or SCOPES[name].github is None or covers(at_hand, SCOPES[name].github))


def covers(at_hand: Iterable[str], needed: str | None) -> bool:
    """Return whether GitHub's scopes include one, also by way of a broader one (``user`` holds ``user:email``)."""
    held = set(at_hand)
    return needed is None or needed in held or (needed in {"read:user", "user:email"} and "user" in held)


def missing_at_github(scopes: Iterable[str], github_scope: str) -> tuple[str, ...]:
    """Return what a credential of ``github_scope`` lacks for ``scopes``."""
    held = github_scope.split()
    return tuple(name for name in at_github(scopes) if held and not covers(held, name))
