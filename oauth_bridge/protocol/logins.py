"""What GitHub takes for a name: of an account, of an organization, of a team. Pure: text in, answers out."""

import re

# GitHub's own form, with `_` for accounts managed by an enterprise. ASCII alone: no look-alikes.
_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})")
_TEAM = re.compile(r"[A-Za-z0-9_-]{1,100}")


def is_login(text: str) -> bool:
    """Return whether the text can be the login of an account, a person's or an organization's."""
    return _LOGIN.fullmatch(text) is not None


def is_team(text: str) -> bool:
    """Return whether the text can be a team's slug: the last part of its address at GitHub."""
    return _TEAM.fullmatch(text) is not None


def parse_organization(text: str) -> tuple[str, str] | None:
    """Return ``(organization, team)`` of ``org`` or ``org/team``, the team empty if none is named; None for anything else."""
    organization, slash, team = text.partition("/")
    if not is_login(organization) or (bool(slash) and not is_team(team)):
        return None
    return organization, team
