"""The schedule that asks about members: whom it asks, what it ends, and what it costs. And rules that end by themselves."""

from datetime import timedelta

import pytest
from django.utils import timezone

from oauth_bridge import people
from oauth_bridge.models import AllowRule, Session
from oauth_bridge.people import standing
from tests.conftest import Live
from tests.support.members import (
    MEMBERSHIP_PATH,
    acme_rule,
    asked_for_memberships,
    end_of,
    joins,
    leaves,
    let_an_hour_pass,
    member,
)


@pytest.fixture(autouse=True)
def _no_other_rule(live: Live) -> None:
    AllowRule.objects.all().delete()


def test_the_schedule_asks_about_members_and_ends_what_has_to_end(live: Live) -> None:
    acme_rule()
    AllowRule.objects.create(login="alice")
    joins(live, "bob")
    stays, goes, by_login = member(live), member(live, "bob"), member(live, "alice")
    assert people.recheck(timezone.now()) == standing.Round(asked=0, ended=0)
    let_an_hour_pass()
    leaves(live, "bob")
    asked = len(asked_for_memberships(live))
    assert people.recheck(timezone.now()) == standing.Round(asked=2, ended=1)
    assert len(asked_for_memberships(live)) == asked + 2
    assert (stays.mcp().status_code, goes.mcp().status_code, by_login.mcp().status_code) == (200, 401, 200)
    assert people.recheck(timezone.now()) == standing.Round(asked=0, ended=0)


def test_the_schedule_ends_what_depended_on_an_expired_rule(live: Live) -> None:
    AllowRule.objects.create(login="alice", expires_at=timezone.now() + timedelta(hours=1))
    client = member(live, "alice")
    assert people.recheck(timezone.now()).ended == 0
    AllowRule.objects.update(expires_at=timezone.now())
    assert people.recheck(timezone.now()) == standing.Round(asked=0, ended=1)
    assert client.mcp().status_code == 401


def test_the_schedule_asks_about_nobody_who_is_not_here(live: Live) -> None:
    acme_rule()
    client = member(live)
    let_an_hour_pass()
    Session.objects.update(expires_at=timezone.now())
    assert people.recheck(timezone.now()).asked == 0
    Session.objects.update(expires_at=timezone.now() + timedelta(days=1), ended_at=timezone.now())
    assert people.recheck(timezone.now()).asked == 0
    assert client.mcp().status_code == 401


def test_while_github_is_away_the_schedule_stops_and_nobody_loses_anything(live: Live) -> None:
    acme_rule()
    logins = ["carol", "bob", "dave", "alice", "mallory"]
    for login in logins:
        joins(live, login)
        member(live, login)
    let_an_hour_pass()
    live.simulator.fault(MEMBERSHIP_PATH, "status", times=None)
    before = len(asked_for_memberships(live))
    assert people.recheck(timezone.now()) == standing.Round(asked=standing.MAX_FAILURES, ended=0)
    assert len(asked_for_memberships(live)) == before + standing.MAX_FAILURES
    # Those who were not reached come first the next time.
    waiting = [person.login for person in standing._waiting(timezone.now())]
    assert set(waiting[:2]) == {"alice", "mallory"}
    assert Session.objects.filter(ended_at__isnull=False).count() == 0
    live.simulator.state.faults.clear()
    assert people.recheck(timezone.now()) == standing.Round(asked=5, ended=0)


@pytest.mark.parametrize(("name", "value"), [("MAX_PEOPLE", 1), ("MAX_SECONDS", -1.0)])
def test_a_round_of_the_schedule_is_bounded(live: Live, monkeypatch: pytest.MonkeyPatch, name: str, value: float) -> None:
    acme_rule()
    joins(live, "bob")
    member(live), member(live, "bob")
    let_an_hour_pass()
    monkeypatch.setattr(standing, name, value)
    assert people.recheck(timezone.now()).asked == max(value, 0)


def test_a_rule_that_ends_ends_the_session(live: Live) -> None:
    """Expiry, at refresh; nothing is asked of GitHub for a rule that is over."""
    acme_rule()
    client = member(live)
    AllowRule.objects.update(expires_at=timezone.now())
    asked = len(asked_for_memberships(live))
    assert client.refresh().json()["error"] == "invalid_grant"
    assert end_of(client) == Session.EndReason.NOT_ALLOWED
    assert len(asked_for_memberships(live)) == asked
