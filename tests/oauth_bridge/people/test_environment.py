"""``ALLOWED_ORGS`` at each start, beside the logins."""

import pytest
from pytest_django import Settings

from oauth_bridge import people
from oauth_bridge.models import AllowRule, AuthEvent

pytestmark = pytest.mark.django_db


def names() -> set[tuple[str, str, str]]:
    return {(rule.kind, str(rule), rule.source) for rule in AllowRule.objects.all()}


def test_organizations_and_teams_become_rules_and_follow_the_environment(settings: Settings) -> None:
    settings.ALLOWED_USERNAMES, settings.ALLOWED_ORGS = ["acme"], ["acme", "Acme/Platform", "ACME"]
    people.sync_rules_from_settings()
    assert names() == {
        ("login", "acme", "environment"),
        ("organization", "ACME", "environment"),
        ("team", "Acme/Platform", "environment"),
    }
    people.sync_rules_from_settings()
    assert AllowRule.objects.count() == 3
    settings.ALLOWED_USERNAMES, settings.ALLOWED_ORGS = [], ["acme/platform"]
    people.sync_rules_from_settings()
    assert names() == {("team", "Acme/Platform", "environment")}


def test_an_organization_of_an_operators_name_makes_no_operator(settings: Settings) -> None:
    settings.ADMIN_USERNAMES, settings.ALLOWED_ORGS = ["acme"], ["acme"]
    people.sync_rules_from_settings()
    assert {(rule.kind, rule.is_admin) for rule in AllowRule.objects.all()} == {("login", True), ("organization", False)}


def test_a_start_does_not_unbind_an_organization(settings: Settings) -> None:
    settings.ALLOWED_ORGS = ["acme"]
    people.sync_rules_from_settings()
    AllowRule.objects.update(organization_id=2001)
    people.sync_rules_from_settings()
    assert AllowRule.objects.get().organization_id == 2001


def test_a_row_of_the_dashboard_stays_as_it_is(settings: Settings) -> None:
    AllowRule.objects.create(kind="organization", login="acme", note="ours")
    settings.ALLOWED_ORGS = ["ACME"]
    people.sync_rules_from_settings()
    settings.ALLOWED_ORGS = []
    people.sync_rules_from_settings()
    assert AllowRule.objects.get().note == "ours"


def test_a_login_that_two_accounts_had_is_one_rule_of_the_environment(settings: Settings) -> None:
    """The operator let the newcomer in by number: the environment's row is found among the two, and none is added."""
    settings.ALLOWED_USERNAMES = ["alice"]
    people.sync_rules_from_settings()
    AllowRule.objects.update(github_id=1001)
    AllowRule.objects.create(login="alice", github_id=9999)
    settings.ADMIN_USERNAMES = ["alice"]
    people.sync_rules_from_settings()
    assert {(rule.github_id, rule.is_admin) for rule in AllowRule.objects.all()} == {(1001, True), (9999, False)}


def test_each_change_is_written_down(settings: Settings) -> None:
    settings.ALLOWED_ORGS = ["acme/platform"]
    people.sync_rules_from_settings()
    people.sync_rules_from_settings()
    settings.ALLOWED_ORGS, settings.ADMIN_USERNAMES = [], ["alice"]
    people.sync_rules_from_settings()
    told = [(event.kind, event.detail["rule"]) for event in AuthEvent.objects.order_by("pk")]
    assert told == [
        ("rule_added", "acme/platform"),
        ("rule_removed", "acme/platform"),
        ("rule_added", "alice"),
        ("rule_changed", "alice"),
    ]
