"""Rules for organizations and teams, and people who came in by them."""

from datetime import timedelta

from django.db.models import F

from oauth_bridge.github.simulator.people import Membership as Belonging
from oauth_bridge.models import AllowRule, GitHubCredential, Membership, Session
from tests.conftest import Live
from tests.support.flow import OAuthClient, signed_in

ACME, PLATFORM = 2001, 3001
CAROL, DAVE = 1003, 1004
MEMBERSHIP_PATH = "/api/v3/user/memberships"


def acme_rule(team: str = "", **fields: object) -> AllowRule:
    """Return a rule for the simulator's organization, or for one of its teams."""
    kind = AllowRule.Kind.TEAM if team else AllowRule.Kind.ORGANIZATION
    return AllowRule.objects.create(kind=kind, login="acme", team=team, **fields)


def member(live: Live, login: str = "carol", *, scope: str | None = None) -> OAuthClient:
    """Return a client through which a member has signed in."""
    return signed_in(live.url, live.simulator, login=login, scope=scope)


def let_an_hour_pass() -> None:
    """Make what GitHub said of members too old to count."""
    hour = timedelta(seconds=3601)
    Membership.objects.update(verified_at=F("verified_at") - hour, tried_at=F("tried_at") - hour)


def leaves(live: Live, login: str = "carol") -> None:
    """Let somebody leave the organization."""
    live.simulator.set_membership(login, "acme", None)


def joins(live: Live, login: str, *teams: str) -> None:
    """Let somebody join the organization, and teams of it."""
    live.simulator.set_membership(login, "acme", Belonging(teams=frozenset(teams)))


def asked_for_memberships(live: Live) -> list[str]:
    """Return the paths of organizations and teams that GitHub was asked for."""
    wanted = ("/api/v3/user/memberships/", "/api/v3/orgs/")
    return [request.path.removeprefix("/api/v3") for request in live.simulator.requests if request.path.startswith(wanted)]


def end_of(client: OAuthClient) -> str:
    """Return why a client's session ended; empty while it has not."""
    return Session.objects.get(client__client_id=client.client_id).end_reason


def credential_of(client: OAuthClient) -> GitHubCredential:
    """Return the credential of a client's session."""
    return GitHubCredential.objects.get(sessions__client__client_id=client.client_id)
