"""Who may use what, over real HTTP: hidden, refused, asked for a scope, granted, and changed while streams are open."""

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import ProtectedError

from oauth_bridge.models import AllowRule, Membership, Person
from tests.conftest import Live
from tests.support.flow import OAuthClient, signed_in
from tests.support.listening import listen
from tools.models import ReadOnlyClient, ToolRule, ToolSettings, ToolSwitch

WRITES = "create_issue"


@pytest.fixture
def client(live: Live) -> OAuthClient:
    return signed_in(live.url, live.simulator)


def names(client: OAuthClient) -> set[str]:
    return {tool["name"] for tool in client.mcp("tools/list").json()["result"]["tools"]}


def calculated(client: OAuthClient) -> str:
    """Return how a call of ``calculate`` ends: "" when it works, else what the caller is told."""
    result = client.mcp("tools/call", name="calculate", arguments={"operation": "add", "a": 1, "b": 2}).json()["result"]
    return str(result["content"][0]["text"]) if result["isError"] else ""


def person(login: str = "alice") -> Person:
    return Person.objects.get(login=login)


def forbid(target: str, **whom: object) -> ToolRule:
    return ToolRule.objects.create(target=target, effect="deny", **({"who": "everyone"} | whom))


def test_a_deny_hides_a_tool_and_refuses_its_call_with_a_reason(live: Live, client: OAuthClient) -> None:
    """MCP 2025-11-25 server/tools, Error Handling: a result with isError, which the model reads and passes on."""
    assert "calculate" in names(client)
    AllowRule.objects.create(login="bob")
    bob = signed_in(live.url, live.simulator, login="bob")
    rule = forbid("calculate", who="person", name="alice", github_id=person().github_id)
    assert "calculate" not in names(client)
    assert calculated(client) == "calculate may not be used by alice on this server. The server's operator can change that."
    assert "calculate" in names(bob)
    assert calculated(bob) == ""
    rule.delete()
    assert calculated(client) == ""


def test_organizations_teams_and_groups_are_those_that_are_known_of_the_person(client: OAuthClient) -> None:
    team = AllowRule.objects.create(kind="team", login="Acme", team="core")
    group = Group.objects.create(name="counting")
    for whom in (
        {"who": "organization", "name": "ACME"},
        {"who": "team", "name": "acme/Core"},
        {"who": "group", "group": group},
    ):
        rule = ToolRule.objects.create(target="calculate", effect="allow", **whom)
        assert "may not be used by alice" in calculated(client)
        if whom["who"] == "group":
            person().groups.add(group)
        else:
            now = person().date_joined
            Membership.objects.create(person=person(), rule=team, verified_at=now, tried_at=now)
            # Written without a word, as at a sign-in, which asks anew at its end.
            rule.save()
        assert calculated(client) == ""
        rule.delete()
        Membership.objects.all().delete()


def test_a_rule_about_a_program_holds_for_that_program_alone(live: Live, client: OAuthClient) -> None:
    other = signed_in(live.url, live.simulator)
    forbid("set:core", who="client", name=client.client_id)
    assert "may not be used through this program" in calculated(client)
    assert calculated(other) == ""


def test_what_writes_is_off_until_it_is_switched_on_and_asks_for_its_scope_then(client: OAuthClient) -> None:
    arguments = {"owner": "alice", "repository": "notes", "title": "Sent by mistake"}
    assert WRITES not in names(client)
    refused = client.mcp("tools/call", name=WRITES, arguments=arguments)
    assert refused.status_code == 200
    assert "switched off" in refused.json()["result"]["content"][0]["text"]
    ToolSwitch.objects.create(target=WRITES, is_on=True)
    stepped = client.mcp("tools/call", name=WRITES, arguments=arguments)
    assert stepped.status_code == 403
    assert 'error="insufficient_scope"' in stepped.headers["www-authenticate"]
    ToolSettings.objects.create(read_only=True)
    # Nobody is sent to GitHub for a permission that would be of no use.
    reading = client.mcp("tools/call", name=WRITES, arguments=arguments)
    assert reading.status_code == 200
    assert "only reads at present" in reading.json()["result"]["content"][0]["text"]


def test_through_a_program_that_only_reads_what_writes_is_refused_after_the_grant_too(live: Live) -> None:
    ToolSwitch.objects.create(target=WRITES, is_on=True)
    granted = signed_in(live.url, live.simulator, scope="read:user user:email repo")
    assert WRITES in names(granted)
    ReadOnlyClient.objects.create(client=granted.client_id)
    assert WRITES not in names(granted)
    said = granted.mcp("tools/call", name=WRITES, arguments={}).json()["result"]["content"][0]["text"]
    assert "this program may only read here" in said


def test_a_switch_is_seen_by_an_open_stream_and_holds_when_it_is_told(client: OAuthClient) -> None:
    with listen(client, {"toolsListChanged": True}, "s") as events:
        events.next()
        switch = ToolSwitch.objects.create(target="calculate", is_on=False, message="Back on Monday.")
        assert calculated(client) == "calculate is switched off. Back on Monday."
        assert events.next()["method"] == "notifications/tools/list_changed"
        assert "calculate" not in names(client)
        switch.is_on = True
        switch.save()
        assert events.next()["method"] == "notifications/tools/list_changed"
        assert "calculate" in names(client)


def test_resources_and_prompts_of_a_set_go_with_it(client: OAuthClient) -> None:
    """A file is not to be read by its URI when the tool that reads it is forbidden."""
    uri = "github://user/alice"
    assert "result" in client.mcp("resources/read", uri=uri).json()
    forbid("set:core")
    assert client.mcp("resources/read", uri=uri).json()["error"]["code"] in (-32002, -32602)
    listed = client.mcp("resources/list").json()["result"]["resources"]
    templates = client.mcp("resources/templates/list").json()["result"]["resourceTemplates"]
    assert uri not in [each["uri"] for each in listed]
    assert "github://user/{login}" not in [each["uriTemplate"] for each in templates]


def test_a_group_that_a_rule_names_cannot_go_and_open_the_tool(client: OAuthClient) -> None:
    group = Group.objects.create(name="counting")
    ToolRule.objects.create(target="calculate", effect="allow", who="group", group=group)
    with pytest.raises(ProtectedError):
        group.delete()
    assert calculated(client) != ""


def test_a_decision_that_is_rolled_back_changes_nothing(client: OAuthClient) -> None:
    with transaction.atomic():
        forbid("calculate")
        transaction.set_rollback(True)
    assert calculated(client) == ""
