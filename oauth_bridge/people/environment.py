"""The rules that the environment names: ``ALLOWED_USERNAMES``, ``ALLOWED_ORGS``, ``ADMIN_USERNAMES``."""

from django.conf import settings
from django.db import transaction

from oauth_bridge import audit
from oauth_bridge.models import AllowRule
from oauth_bridge.people.rules import enforce_rules, remove
from oauth_bridge.protocol import logins

# (kind, login, team), the names in lower case: GitHub makes no difference.
_Key = tuple[str, str, str]


@transaction.atomic
def sync_rules_from_settings() -> None:
    """Bring the rows of the environment in line with its variables.

    Rows an operator wrote in the dashboard stay as they are, but for the operator's right that the environment adds.
    """
    wanted = _wanted()
    for rule in AllowRule.objects.filter(source=AllowRule.Source.ENVIRONMENT):
        if _key(rule.kind, rule.login, rule.team) not in wanted:
            audit.record(audit.Kind.RULE_REMOVED, login=rule.login, rule=str(rule), source=rule.source)
            remove(AllowRule.objects.filter(pk=rule.pk))
    admins = {login.lower() for login in settings.ADMIN_USERNAMES}
    for (kind, key, _), (login, team) in wanted.items():
        rule = _find_or_create(kind, login, team)
        is_admin = kind == AllowRule.Kind.LOGIN and key in admins
        if rule.is_admin != is_admin and (is_admin or rule.source == rule.Source.ENVIRONMENT):
            AllowRule.objects.filter(pk=rule.pk).update(is_admin=is_admin)
            audit.record(audit.Kind.RULE_CHANGED, login=login, rule=str(rule), operator_right=is_admin, source="environment")
    enforce_rules()


def _wanted() -> dict[_Key, tuple[str, str]]:
    """Return the named rules: their key, and the names as they were written."""
    people = [(AllowRule.Kind.LOGIN, login, "") for login in (*settings.ALLOWED_USERNAMES, *settings.ADMIN_USERNAMES)]
    groups = []
    for word in settings.ALLOWED_ORGS:
        organization, team = logins.parse_organization(word) or (word, "")
        groups.append((AllowRule.Kind.TEAM if team else AllowRule.Kind.ORGANIZATION, organization, team))
    return {_key(kind, login, team): (login, team) for kind, login, team in (*people, *groups)}


def _key(kind: str, login: str, team: str) -> _Key:
    return str(kind), login.lower(), team.lower()


def _find_or_create(kind: str, login: str, team: str) -> AllowRule:
    """Return the rule of that name. Of several accounts that had the login one after the other, the environment's own first."""
    same_name = AllowRule.objects.filter(kind=kind, login__iexact=login, team__iexact=team)
    if rule := same_name.order_by("-source").first():
        return rule
    rule, created = AllowRule.objects.get_or_create(
        kind=kind,
        login__iexact=login,
        team__iexact=team,
        github_id=None,
        defaults={"login": login, "team": team, "source": AllowRule.Source.ENVIRONMENT},
    )
    if created:
        audit.record(audit.Kind.RULE_ADDED, login=login, rule=str(rule), source=rule.source)
    return rule
