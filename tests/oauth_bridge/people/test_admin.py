"""The operator's page for rules: every kind checked as GitHub would, enforced at once, and written down."""

from datetime import timedelta

import pytest
from django.utils import timezone

from oauth_bridge.models import AllowRule, AuthEvent, Person, Session
from tests.conftest import Live
from tests.support.dashboard import Operator
from tests.support.flow import signed_in
from tests.support.members import acme_rule, end_of, joins, member

ADD = "oauth_bridge/allowrule/add/"


def change(rule: AllowRule) -> str:
    return f"oauth_bridge/allowrule/{rule.pk}/change/"


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"kind": "organization", "login": "acme"}, ""),
        ({"kind": "team", "login": "@Acme", "team": "Platform"}, ""),
        ({"kind": "login", "login": "carol"}, ""),
        ({"login": "carol"}, ""),
        ({"kind": "team", "login": "acme"}, "names one"),
        ({"kind": "team", "login": "acme", "team": "a b"}, "last part of its address"),
        ({"kind": "team", "login": "acme", "team": "../x"}, "last part of its address"),
        ({"kind": "organization", "login": "acme", "team": "platform"}, "names one"),
        ({"kind": "login", "login": "carol", "team": "platform"}, "names one"),
        ({"kind": "organization", "login": "ac me"}, "A GitHub login has"),
        ({"kind": "organization", "login": "acme", "is_admin": "on"}, "named one by one"),
        ({"kind": "everybody", "login": "acme"}, "Select a valid choice"),
        ({"kind": "login", "login": "ALICE"}, "There is a rule of that name"),
        ({"kind": "login", "login": "carol", "expires_at_0": "soon", "expires_at_1": ""}, "Enter a valid date"),
    ],
)
def test_a_rule_is_checked_before_it_is_taken(live: Live, form: dict[str, str], said: str) -> None:
    answer = Operator(live).post(ADD, **form)
    assert answer.status_code == (200 if said else 302), answer.text[:500]
    assert said in answer.text
    assert AllowRule.objects.count() == (1 if said else 2)


def test_an_organization_may_have_the_name_of_a_person_and_several_teams(live: Live) -> None:
    operator = Operator(live)
    for form in ({"kind": "organization"}, {"kind": "team", "team": "a"}, {"kind": "team", "team": "b"}):
        assert operator.post(ADD, login="alice", **form).status_code == 302
    assert operator.post(ADD, login="ALICE", kind="team", team="B").status_code == 200
    assert AllowRule.objects.count() == 4


def test_a_name_that_is_bound_is_not_changed_by_hand(live: Live) -> None:
    """Nor added a second time: whoever has the name today is not who was meant."""
    acme_rule("platform")
    member(live)
    rule = AllowRule.objects.get(kind="team")
    operator = Operator(live)
    forged = {"kind": "login", "login": "mallory", "team": "", "organization_id": "9", "team_id": "9", "github_id": "6666"}
    assert operator.post(change(rule), note="kept", **forged).status_code == 302
    rule.refresh_from_db()
    assert (str(rule), rule.kind, rule.team_id, rule.github_id, rule.note) == ("acme/platform", "team", 3001, None, "kept")
    signed_in(live.url, live.simulator)
    assert "There is a rule of that name" in operator.post(ADD, login="alice").text


@pytest.mark.parametrize("way", ["delete", "expire"])
def test_taking_a_group_away_takes_its_people_along(live: Live, way: str) -> None:
    rule = acme_rule()
    joins(live, "alice")
    carol, alice = member(live), signed_in(live.url, live.simulator)
    operator = Operator(live)
    if way == "delete":
        assert operator.post(f"oauth_bridge/allowrule/{rule.pk}/delete/", post="yes").status_code == 302
    else:
        past = timezone.now() - timedelta(minutes=1)
        form = {"expires_at_0": past.strftime("%Y-%m-%d"), "expires_at_1": past.strftime("%H:%M:%S")}
        assert operator.post(change(rule), **form).status_code == 302
    assert (carol.mcp().status_code, alice.mcp().status_code) == (401, 200)
    assert end_of(carol) == Session.EndReason.NOT_ALLOWED
    assert carol.refresh().json()["error"] == "invalid_grant"


def test_every_change_is_written_down_with_the_operators_name(live: Live) -> None:
    operator = Operator(live)
    operator.post(ADD, kind="team", login="acme", team="platform")
    rule = AllowRule.objects.get(kind="team")
    operator.post(change(rule), kind="team", login="acme", team="design", note="n")
    operator.post(f"oauth_bridge/allowrule/{rule.pk}/delete/", post="yes")
    key = str(AllowRule.objects.get().pk)
    operator.post("oauth_bridge/allowrule/", action="delete_selected", _selected_action=key, post="yes")
    told = [
        (event.kind, event.detail["rule"], event.detail["changed"])
        for event in AuthEvent.objects.filter(kind__startswith="rule_").order_by("pk")
    ]
    assert told == [
        ("rule_added", "acme/platform", ["kind", "login", "team"]),
        ("rule_changed", "acme/design", ["note", "team"]),
        ("rule_removed", "acme/design", []),
        ("rule_removed", "alice", []),
    ]
    assert set(AuthEvent.objects.values_list("operator", flat=True)) == {"root"}


def test_switching_a_person_off_and_on_is_written_down(live: Live) -> None:
    signed_in(live.url, live.simulator)
    operator = Operator(live)
    key = Person.objects.get(github_id=1001).pk
    operator.act("person", "switch_off", key)
    operator.act("person", "switch_on", key)
    told = AuthEvent.objects.filter(kind="person_switched").order_by("pk")
    assert [(event.login, event.operator, event.detail) for event in told] == [
        ("alice", "root", {"switched": "off"}),
        ("alice", "root", {"switched": "on"}),
    ]
