"""People who come in as members of an organization or a team, over real HTTP: in, on, and out."""

from datetime import timedelta

import httpx2
import pytest
from django.utils import timezone

from oauth_bridge import people, sealing
from oauth_bridge.github import api
from oauth_bridge.github.simulator.people import Organization
from oauth_bridge.models import AccessToken, AllowRule, AuthEvent, GitHubCredential, Membership, Person, Session
from oauth_bridge.people import standing
from tests.conftest import Live
from tests.support.flow import OAuthClient, query, signed_in
from tests.support.members import (
    ACME,
    CAROL,
    MEMBERSHIP_PATH,
    PLATFORM,
    acme_rule,
    asked_for_memberships,
    credential_of,
    end_of,
    joins,
    leaves,
    let_an_hour_pass,
    member,
)
from tests.support.rows import granted, let_pass
from tests.support.tabs import open_consent


@pytest.fixture(autouse=True)
def _no_other_rule(live: Live) -> None:
    AllowRule.objects.all().delete()


def come_back(live: Live, login: str) -> httpx2.Response:
    """Allow a client and sign in at GitHub; return what the callback answers."""
    browser, consent = open_consent(live, OAuthClient.register(live.url))
    return browser.at_github(browser.press(consent, "allow").headers["location"], login=login)


@pytest.mark.parametrize(("team", "asked"), [("", 1), ("platform", 3)])
def test_a_member_comes_in_and_the_rule_is_bound_to_numbers(live: Live, team: str, asked: int) -> None:
    acme_rule(team)
    client = member(live)
    assert client.call("get_user_info")["structuredContent"]["login"] == "carol"
    rule = AllowRule.objects.get()
    assert (rule.organization_id, rule.team_id, rule.github_id) == (ACME, PLATFORM if team else None, None)
    assert Membership.objects.get().person.github_id == CAROL
    assert not Person.objects.get().is_staff
    assert len(asked_for_memberships(live)) == asked
    assert client.refresh().status_code == 200
    assert len(asked_for_memberships(live)) == asked


@pytest.mark.parametrize(("login", "team"), [("alice", ""), ("dave", ""), ("carol", "design"), ("mallory", "platform")])
def test_who_is_no_member_or_only_invited_stays_out(live: Live, login: str, team: str) -> None:
    acme_rule(team)
    assert come_back(live, login).status_code == 403
    assert granted() == {}
    assert AllowRule.objects.get().organization_id is None


def test_rules_of_all_kinds_are_a_union(live: Live) -> None:
    acme_rule("design")
    acme_rule("platform")
    AllowRule.objects.create(login="dave")
    assert member(live).mcp().status_code == 200
    assert member(live, "dave").mcp().status_code == 200
    assert come_back(live, "alice").status_code == 403


def test_github_is_asked_for_organizations_only_where_a_rule_needs_it(live: Live) -> None:
    """Neither the scope nor the question, without a live rule or for somebody who has a rule of their own."""
    AllowRule.objects.create(login="carol")
    rule = acme_rule(expires_at=timezone.now() - timedelta(seconds=1))
    member(live)
    assert "read:org" not in GitHubCredential.objects.get().scope
    AllowRule.objects.filter(pk=rule.pk).update(expires_at=None)
    browser = live.browser()
    begun = query(browser.http.get("/login/github").headers["location"])
    assert set(begun["scope"].split(",")) == {"read:org", "read:user", "user:email"}
    client = member(live)
    assert credential_of(client).scope == "read:org read:user user:email"
    assert asked_for_memberships(live) == []
    assert client.tokens["scope"] == "read:user user:email"


def test_a_recycled_organization_lets_no_stranger_in(live: Live) -> None:
    acme_rule()
    member(live)
    live.simulator.state.people.organizations["acme"] = Organization(9001, "acme", "Strangers", {})
    joins(live, "mallory")
    assert come_back(live, "mallory").status_code == 403
    assert AllowRule.objects.get().organization_id == ACME
    assert Person.objects.count() == 1


def test_an_organization_that_has_not_approved_this_server_is_named_to_the_operator_alone(live: Live) -> None:
    acme_rule("platform")
    live.simulator.configure(restricted_org="acme")
    answer = come_back(live, "carol")
    assert answer.status_code == 403
    assert "has not approved this server at GitHub" in answer.text
    assert "acme" not in answer.text
    event = AuthEvent.objects.get(kind="sign_in_refused")
    assert (event.login, event.detail["organizations_not_approved"]) == ("carol", ["acme"])
    assert granted() == {}


@pytest.mark.parametrize(
    ("kind", "details"),
    [("status", {"status": 500}), ("status", {"status": 403}), ("html", {}), ("wrong_types", {}), ("null", {})],
)
def test_a_github_that_does_not_say_lets_nobody_in(live: Live, kind: str, details: dict[str, int]) -> None:
    acme_rule()
    live.simulator.fault(MEMBERSHIP_PATH, kind, **details)  # type: ignore[arg-type]
    answer = come_back(live, "carol")
    assert answer.status_code == 502
    assert "GitHub did not answer" in answer.text
    assert granted() == {}
    assert AuthEvent.objects.filter(kind="sign_in_failed").count() == 1
    assert come_back(live, "carol").status_code == 303


def test_a_silent_github_costs_five_seconds_at_most(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "SECONDS", 0.2)
    acme_rule()
    live.simulator.fault(MEMBERSHIP_PATH, "hang", times=None)
    answer = come_back(live, "carol")
    assert answer.status_code == 502
    assert answer.elapsed.total_seconds() < 4


def test_at_refresh_a_member_is_asked_about_once_an_hour(live: Live) -> None:
    acme_rule()
    client = member(live)
    let_an_hour_pass()
    asked = len(asked_for_memberships(live))
    assert client.refresh().status_code == 200
    assert len(asked_for_memberships(live)) == asked + 1
    assert client.refresh().status_code == 200
    assert len(asked_for_memberships(live)) == asked + 1


@pytest.mark.parametrize("team", ["", "platform"])
def test_who_has_left_is_out_at_the_next_refresh_everywhere(live: Live, team: str) -> None:
    acme_rule(team)
    client, other = member(live), member(live)
    if team:
        joins(live, "carol", "design")
    else:
        leaves(live)
    assert client.refresh().status_code == 200  # an hour has not passed
    let_an_hour_pass()
    answer = client.refresh()
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert end_of(client) == end_of(other) == Session.EndReason.NOT_ALLOWED
    assert client.mcp().status_code == other.mcp().status_code == 401
    assert not Membership.objects.exists()
    assert AuthEvent.objects.filter(kind="session_ended").count() == 2


def test_who_belongs_to_another_allowed_group_goes_on(live: Live) -> None:
    acme_rule("platform")
    acme_rule("design")
    client = member(live)
    joins(live, "carol", "design")
    let_an_hour_pass()
    assert client.refresh().status_code == 200
    assert Membership.objects.get().rule.team == "design"


@pytest.mark.parametrize("kind", ["status", "html", "wrong_types", "invalid_json"])
def test_a_refresh_waits_for_github_and_loses_nothing(live: Live, kind: str) -> None:
    """RFC 6749 §5.2's body with 503: the same refresh token works when GitHub is back, and the session stays."""
    acme_rule()
    client = member(live)
    let_an_hour_pass()
    live.simulator.fault(MEMBERSHIP_PATH, kind)  # type: ignore[arg-type]
    answer = client.refresh()
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert "no-store" in answer.headers["cache-control"]
    assert (end_of(client), Membership.objects.count()) == ("", 1)
    assert client.mcp().status_code == 200
    assert client.refresh().status_code == 200


def test_an_old_refresh_token_ends_the_session_also_while_github_is_away(live: Live) -> None:
    acme_rule()
    client = member(live)
    old = client.tokens["refresh_token"]
    client.refresh()
    let_pass(61)
    let_an_hour_pass()
    live.simulator.fault(MEMBERSHIP_PATH, "status", times=None)
    assert client.refresh(old).json()["error"] == "invalid_grant"
    assert end_of(client) == Session.EndReason.REFRESH_REUSE


def test_consent_goes_through_github_again_after_an_hour(live: Live) -> None:
    acme_rule()
    browser = live.browser()
    browser.sign_in(OAuthClient.register(live.url).authorize_url(), login="carol")
    client = OAuthClient.register(live.url)
    assert browser.press(browser.consent(client.authorize_url()), "allow").headers["location"].startswith(client.redirect_uri)
    let_an_hour_pass()
    leaves(live)
    sent = browser.press(browser.consent(client.authorize_url()), "allow").headers["location"]
    assert sent.startswith(live.simulator.url)
    assert browser.at_github(sent, login="carol").status_code == 403
    assert not people.is_allowed(Person.objects.get())


def test_somebody_turned_away_at_sign_in_is_out_of_their_sessions_too(live: Live) -> None:
    """A definite no counts everywhere, not only where it was heard."""
    acme_rule()
    client = member(live)
    leaves(live)
    assert client.mcp().status_code == 200
    assert come_back(live, "carol").status_code == 403
    assert client.mcp().status_code == 401
    assert end_of(client) == Session.EndReason.NOT_ALLOWED


def test_a_renamed_member_stays_the_same_person(live: Live) -> None:
    acme_rule("platform")
    client = member(live)
    live.simulator.rename("carol", "caroline")
    live.simulator.add_person("carol", person_id=9999)
    let_an_hour_pass()
    assert client.refresh().status_code == 200
    assert Person.objects.get().login == "caroline"
    assert come_back(live, "carol").status_code == 403


def test_a_member_whose_token_github_refuses_has_to_sign_in_again(live: Live) -> None:
    """Who cannot be asked about is not let go on; on the schedule as at refresh."""
    acme_rule()
    first, second = member(live), member(live)
    let_an_hour_pass()
    live.simulator.revoke("carol")
    answer = first.refresh()
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert "GitHub no longer accepts" in answer.json()["error_description"]
    assert end_of(first) == Session.EndReason.UPSTREAM
    assert GitHubCredential.objects.get().dead_at is not None
    assert people.recheck(timezone.now()) == standing.Round(asked=1, ended=1)
    assert end_of(second) == Session.EndReason.UPSTREAM
    assert not AccessToken.objects.filter(session__ended_at__isnull=True).exists()


def test_another_usable_token_of_the_member_answers_as_well(live: Live) -> None:
    acme_rule()
    client = member(live)
    old = credential_of(client)
    live.simulator.revoke("carol")
    newer = member(live, scope="read:user user:email repo")
    let_an_hour_pass()
    GitHubCredential.objects.filter(pk=old.pk).update(updated_at=timezone.now() + timedelta(hours=1))
    assert client.refresh().status_code == 200
    assert credential_of(client).pk == credential_of(newer).pk != old.pk


def test_a_token_that_answers_for_another_account_ends_the_session(live: Live) -> None:
    """A recycled token: the number that GitHub names is not the session's."""
    acme_rule()
    client = member(live)
    joins(live, "mallory")
    stranger = live.simulator.access_token("mallory", scope="read:org read:user user:email")
    GitHubCredential.objects.update(sealed_token=sealing.seal(stranger))
    let_an_hour_pass()
    assert client.refresh().json()["error"] == "invalid_grant"
    assert end_of(client) == Session.EndReason.UPSTREAM
    assert client.mcp().status_code == 401


def test_everything_that_happens_is_written_down(live: Live) -> None:
    acme_rule()
    client = signed_in(live.url, live.simulator, login="carol")
    come_back(live, "alice")
    kinds = list(AuthEvent.objects.order_by("pk").values_list("kind", flat=True))
    for kind in ("rule_changed", "signed_in", "sign_in_refused"):
        assert kind in kinds
    signed, refused = AuthEvent.objects.get(kind="signed_in"), AuthEvent.objects.get(kind="sign_in_refused")
    assert (signed.login, signed.client and signed.client.client_id) == ("carol", client.client_id)
    assert (refused.login, refused.detail["reason"], refused.person) == ("alice", "no rule", None)
    assert refused.request_id not in {"", "-"}
