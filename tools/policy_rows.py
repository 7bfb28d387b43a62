"""The decisions about tools, from the database. For threads."""

from django.conf import settings

from tools import policy
from tools.models import ReadOnlyClient, ToolRule, ToolSettings, ToolSwitch
from tools.policy import Policy, Rule, Switch


def load() -> Policy:
    """Return what is decided now."""
    rules = ToolRule.objects.select_related("group")
    decided = ToolSettings.objects.first()
    return Policy(
        rules=tuple(_rule(row) for row in rules),
        switches={row.target: Switch(row.is_on, row.message) for row in ToolSwitch.objects.all()},
        read_only=decided is not None and decided.read_only,
        read_only_clients=policy.normal_clients(ReadOnlyClient.objects.values_list("client", flat=True)),
        on_at_first=on_at_first(),
    )


def on_at_first() -> frozenset[str]:
    """Return what is on where nobody has switched anything."""
    return frozenset(settings.TOOLS_ON)


def _rule(row: ToolRule) -> Rule:
    return Rule(row.target, row.effect == ToolRule.Effect.ALLOW, row.who, _key(row), str(row))


def _key(row: ToolRule) -> str | int:
    match row.who:
        case ToolRule.Who.PERSON:
            return row.github_id or 0
        case ToolRule.Who.GROUP:
            return row.group_id or 0
        case _:
            return policy.normal_key(row.who, row.name)
