"""Who belongs where, by GitHub's word, number and state (GitHub REST: organization and team membership)."""

from typing import Any

import pytest

from oauth_bridge.github import api, membership
from oauth_bridge.github.simulator import endpoints
from oauth_bridge.github.simulator.messages import Response, json_response
from oauth_bridge.github.simulator.people import Membership as Belonging
from oauth_bridge.github.simulator.people import Organization
from oauth_bridge.github.simulator.server import Simulator
from oauth_bridge.models import AllowRule

CAROL, DAVE, ALICE = 1003, 1004, 1001
IDS = {"carol": CAROL, "dave": DAVE, "alice": ALICE}


def prove(
    simulator: Simulator, login: str = "carol", *, team: str = "", scope: str = "read:org", **fields: Any
) -> membership.Proof:
    rule = AllowRule(kind="team" if team else "organization", login=fields.pop("org", "acme"), team=team, **fields)
    token = simulator.access_token(login, scope=scope)
    return membership.prove(rule, github_id=fields.get("github_id", IDS[login]), token=token, until=api.deadline())


def test_a_member_is_known_by_numbers(simulator: Simulator) -> None:
    assert prove(simulator) == membership.Proof("carol", 2001, None)
    assert prove(simulator, team="platform") == membership.Proof("carol", 2001, 3001)
    assert prove(simulator, org="ACME", team="Platform") == membership.Proof("carol", 2001, 3001)


@pytest.mark.parametrize(
    ("login", "rule"),
    [
        ("alice", {}),
        ("dave", {}),
        ("dave", {"team": "platform"}),
        ("carol", {"team": "design"}),
        ("carol", {"team": "nothing"}),
        ("carol", {"org": "other"}),
        ("carol", {"org": "other", "team": "platform"}),
    ],
)
def test_no_member_and_only_invited_are_a_definite_no(simulator: Simulator, login: str, rule: dict[str, str]) -> None:
    with pytest.raises(membership.NotAMember) as caught:
        prove(simulator, login, **rule)
    assert not isinstance(caught.value, membership.NotApproved)


def test_an_invitation_to_a_team_is_no_membership(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    pending = lambda _call: json_response({"url": "x", "role": "member", "state": "pending"})  # noqa: E731
    _replace(monkeypatch, r"/teams/(?P<slug>[^/]+)/memberships", pending)
    with pytest.raises(membership.NotAMember):
        prove(simulator, team="platform")


def test_another_organization_under_a_bound_name_lets_nobody_in(simulator: Simulator) -> None:
    """The name was given up and taken by strangers: number 2001 is what counts."""
    strangers = Organization(9001, "acme", "Strangers", {"platform": 9101})
    simulator.state.people.organizations["acme"] = strangers
    simulator.set_membership("alice", "acme", Belonging(teams=frozenset({"platform"})))
    assert prove(simulator, "alice").organization_id == 9001
    with pytest.raises(membership.NotAMember):
        prove(simulator, "alice", organization_id=2001)
    with pytest.raises(membership.NotAMember):
        prove(simulator, "alice", team="platform", organization_id=2001, team_id=3001)


def test_another_team_under_a_bound_name_lets_nobody_in(simulator: Simulator) -> None:
    with pytest.raises(membership.NotAMember):
        prove(simulator, team="platform", organization_id=2001, team_id=3999)
    assert prove(simulator, team="platform", organization_id=2001, team_id=3001).team_id == 3001


def test_an_organization_that_has_not_approved_us_is_told_apart(simulator: Simulator) -> None:
    simulator.configure(restricted_org="acme")
    for team in ("", "platform"):
        with pytest.raises(membership.NotApproved):
            prove(simulator, team=team)


def test_a_token_without_the_scope_proves_nothing(simulator: Simulator) -> None:
    with pytest.raises(membership.NotApproved):
        prove(simulator, scope="read:user")


def test_a_token_of_another_account_proves_nothing(simulator: Simulator) -> None:
    rule = AllowRule(kind="organization", login="acme")
    with pytest.raises(membership.WrongAccount):
        membership.prove(rule, github_id=ALICE, token=simulator.access_token("carol", scope="read:org"), until=api.deadline())


def test_the_team_is_asked_for_the_login_of_today(simulator: Simulator) -> None:
    """Not for one that we remember: it may be somebody else's by now."""
    simulator.rename("carol", "caroline")
    token = simulator.access_token("caroline", scope="read:org")
    rule = AllowRule(kind="team", login="acme", team="platform")
    assert membership.prove(rule, github_id=CAROL, token=token, until=api.deadline()).login == "caroline"
    assert any(request.path.endswith("/memberships/caroline") for request in simulator.requests)


GOOD = {"state": "active", "organization": {"id": 2001, "login": "acme"}, "user": {"id": CAROL, "login": "carol"}}


@pytest.mark.parametrize(
    "change",
    [
        {"state": True},
        {"state": None},
        {"organization": None},
        {"organization": {"id": "2001", "login": "acme"}},
        {"organization": {"id": 0, "login": "acme"}},
        {"organization": {"id": 2**63, "login": "acme"}},
        {"organization": {"id": True, "login": "acme"}},
        {"user": {"id": float(CAROL), "login": "carol"}},
        {"user": {"id": CAROL}},
        {"user": [CAROL]},
    ],
)
def test_an_answer_of_another_shape_says_nothing(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    _replace(monkeypatch, r"/user/memberships", lambda _call: json_response({**GOOD, **change}))
    with pytest.raises(api.Unavailable):
        prove(simulator)


@pytest.mark.parametrize(
    "change",
    [
        {"state": "Active"},
        {"state": ""},
        {"organization": {"id": 2001, "login": "acme2"}},
        {"user": {"id": CAROL, "login": "../x"}},
    ],
)
def test_an_answer_that_does_not_say_yes_is_no(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    _replace(monkeypatch, r"/user/memberships", lambda _call: json_response({**GOOD, **change}))
    with pytest.raises(membership.NotAMember):
        prove(simulator)


def _replace(monkeypatch: pytest.MonkeyPatch, pattern: str, answer: Any) -> None:
    """Let GitHub answer otherwise at the one endpoint whose pattern holds the text."""
    from dataclasses import replace

    from oauth_bridge.github.simulator import api as simulated

    def answered(call: Any) -> Response:
        given: Response = answer(call)
        return given

    (found,) = [endpoint for endpoint in endpoints.ENDPOINTS if pattern in endpoint.pattern]
    table = [(compiled, replace(one, answer=answered) if one is found else one) for compiled, one in simulated._TABLE]
    monkeypatch.setattr(simulated, "_TABLE", tuple(table))
