"""Whether an account belongs to an organization or a team, asked with the account's own token.

No list is read, so no page is missed: GitHub has an address for each single membership.
"""

from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from oauth_bridge.github import api
from oauth_bridge.models import AllowRule
from oauth_bridge.protocol import logins

# Asked for at GitHub only while a rule needs it.
SCOPE = "read:org"

_Model = TypeVar("_Model", bound=BaseModel)


class NotAMember(Exception):
    """GitHub says so. A definite no."""


class NotApproved(NotAMember):
    """The organization has not approved this application, or asks for a sign-in of its own: GitHub tells nothing of it."""


class WrongAccount(Exception):
    """The token is another account's than the one whose it was."""


@dataclass(frozen=True, slots=True)
class Proof:
    """GitHub's word for a membership: the account's login of today, and the numbers of organization and team."""

    login: str
    organization_id: int
    team_id: int | None


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, hide_input_in_errors=True)


class _Account(_Strict):
    id: int = Field(gt=0, lt=2**63)
    login: str


class _OfOrganization(_Strict):
    state: str
    organization: _Account
    user: _Account


class _OfTeam(_Strict):
    state: str


class _Team(_Strict):
    id: int = Field(gt=0, lt=2**63)


def prove(rule: AllowRule, *, github_id: int, token: str, until: float) -> Proof:
    """Return the proof that an account belongs to a rule's organization or team.

    Raises:
        NotAMember: it does not, or only by an invitation; or the name belongs to another organization or team by now.
        WrongAccount: the token answers for another account.
        api.TokenRefused, api.Unavailable: nothing is known.
    """
    try:
        held = _organization(rule, github_id, token, until)
        team_id = _team(rule, held.user.login, token, until) if rule.kind == AllowRule.Kind.TEAM else None
    except api.Forbidden:
        raise NotApproved from None
    return Proof(held.user.login, held.organization.id, team_id)


def _organization(rule: AllowRule, github_id: int, token: str, until: float) -> _OfOrganization:
    held = _read(_OfOrganization, api.get(f"/user/memberships/orgs/{rule.login}", token=token, until=until))
    if held.user.id != github_id:
        raise WrongAccount
    # A name that was given up and taken by strangers must not let them in: the number was bound when it was first seen.
    is_bound_to_another = rule.organization_id not in {None, held.organization.id}
    if held.state != "active" or is_bound_to_another or held.organization.login.lower() != rule.login.lower():
        raise NotAMember
    if not logins.is_login(held.user.login):
        raise NotAMember
    return held


def _team(rule: AllowRule, login: str, token: str, until: float) -> int:
    """Return the team's number. The login is the one that GitHub gave for the token just now, not one that we remember."""
    team = f"/orgs/{rule.login}/teams/{rule.team}"
    held = _read(_OfTeam, api.get(f"{team}/memberships/{login}", token=token, until=until))
    if held.state != "active":
        raise NotAMember
    found = _read(_Team, api.get(team, token=token, until=until))
    if rule.team_id not in {None, found.id}:
        raise NotAMember
    return found.id


def _read(model: type[_Model], answer: dict[str, Any] | None) -> _Model:
    if answer is None:
        raise NotAMember
    try:
        return model.model_validate(answer)
    except ValidationError:
        raise api.Unavailable from None
