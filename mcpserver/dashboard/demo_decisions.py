"""What the made-up operators of ``demo`` have decided about tools: rules, switches, and a program that only reads."""

from django.contrib.auth.models import Group

from oauth_bridge.models import Person
from tools.models import ReadOnlyClient, ToolRule, ToolSwitch

_ORGANIZATION, _TEAM, _GROUP = "example-labs", "example-labs/platform", "release team"
_HELPER = "helper.example.net"
Who, Effect = ToolRule.Who, ToolRule.Effect


def write(people: list[Person]) -> None:
    """Write them; ``people`` are those of the month, of whom the last is kept from a tool."""
    group, _ = Group.objects.get_or_create(name=_GROUP)
    left = people[-1]
    rules = (
        ToolRule(target="set:issues", effect=Effect.ALLOW, who=Who.ORGANIZATION, name=_ORGANIZATION, note="Work in progress"),
        ToolRule(target="create_issue", effect=Effect.ALLOW, who=Who.TEAM, name=_TEAM, note="They answer for the tracker"),
        ToolRule(target="create_issue", effect=Effect.ALLOW, who=Who.GROUP, group=group),
        ToolRule(
            target="read_repository_file",
            effect=Effect.DENY,
            who=Who.PERSON,
            name=left.login,
            github_id=left.github_id,
            note="Leaves at the end of the month",
        ),
        ToolRule(target="set:pull_requests", effect=Effect.DENY, who=Who.CLIENT, name=_HELPER, note="Not reviewed yet"),
    )
    switches = (
        ToolSwitch(target="set:issues", is_on=True),
        ToolSwitch(target="create_issue", is_on=True),
        ToolSwitch(target="set:pull_requests", is_on=True),
        ToolSwitch(target="search_repositories", is_on=False, message="Off until Monday: GitHub's search limit was reached"),
    )
    for row in (*rules, *switches, ReadOnlyClient(client=_HELPER, note="Not reviewed yet")):
        row.save()
