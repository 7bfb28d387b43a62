"""``manage.py tool``, as an operator uses it."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from oauth_bridge import sessions
from oauth_bridge.models import Session
from tests.conftest import Live
from tests.support.flow import signed_in
from tools.models import ToolCall, ToolRule, ToolSwitch


def tool(*arguments: str) -> str:
    out = io.StringIO()
    call_command("tool", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def alice(live: Live) -> None:
    signed_in(live.url, live.simulator)


def test_tools_are_listed_and_shown() -> None:
    lines = {line.split()[0]: line.split()[1:3] for line in tool("list").splitlines()}
    assert lines["calculate"] == ["core", "reads"]
    assert lines["create_issue"] == ["issues", "writes"]
    assert json.loads(tool("show", "calculate"))["definition"]["title"] == "Calculate"


def test_a_call_is_that_persons_and_is_recorded(alice: None) -> None:
    said = json.loads(tool("call", "get_user_info", "--as", "alice"))
    assert said["structuredContent"]["login"] == "alice"
    row = ToolCall.objects.get()
    assert (row.login, row.tool, row.outcome, row.client_name.split()[0]) == ("alice", "get_user_info", "ok", "Test")
    assert row.request_id.startswith("command-")
    assert row.session_id == str(Session.objects.get().pk)


def test_the_command_opens_no_door_that_is_shut_for_the_person(alice: None) -> None:
    ToolRule.objects.create(target="calculate", who="everyone", effect="deny", note="closed")
    said = json.loads(tool("call", "calculate", '{"operation": "add", "a": 1, "b": 2}', "--as", "alice"))
    assert said["isError"] is True
    assert "may not be used by alice" in said["content"][0]["text"]
    assert ToolCall.objects.get().outcome == "refused"


def test_why_is_answered_in_words(alice: None) -> None:
    assert tool("why", "calculate", "--as", "ALICE") == "yes: alice may use calculate.\nbecause: no rule is about it\n"
    assert "because: off at first" in tool("why", "create_issue", "--as", "alice")
    ToolSwitch.objects.create(target="create_issue", is_on=True)
    assert tool("why", "create_issue", "--as", "alice").startswith("yes: ")
    ToolRule.objects.create(target="set:issues", who="everyone", effect="deny")
    assert "because: deny everyone: set:issues" in tool("why", "create_issue", "--as", "alice")


def test_why_judges_what_the_arguments_ask_for(alice: None) -> None:
    """A tool that always needs more than its base scope is no plain yes."""
    private = {"owner": "alice", "repository": "amber-ferry", "private": True}
    assert tool("why", "get_repository", json.dumps(private), "--as", "alice").startswith(
        "no: get_repository needs the permission repo."
    )
    public = json.dumps(private | {"private": False})
    assert (
        tool("why", "get_repository", public, "--as", "alice")
        == "yes: alice may use get_repository.\nbecause: no rule is about it\n"
    )
    assert "open: some arguments need more permissions" in tool("why", "get_repository", "--as", "alice")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("show", "nope"), "There is no tool nope"),
        (("call", "calculate", "{", "--as", "alice"), "not JSON"),
        (("call", "calculate", "[1]", "--as", "alice"), "must be a JSON object"),
        (("call", "calculate", "{}", "--as", "mallory"), "mallory has no session"),
        (("why", "calculate", "--as", "mallory"), "mallory has no session"),
    ],
)
@pytest.mark.django_db
def test_what_cannot_be_done_is_said(arguments: Any, complaint: str) -> None:
    with pytest.raises(CommandError, match=complaint):
        tool(*arguments)


def test_nobody_is_called_for_whose_session_has_ended(alice: None) -> None:
    sessions.end(Session.objects.all(), Session.EndReason.OPERATOR)
    with pytest.raises(CommandError, match="alice has no session"):
        tool("call", "calculate", "{}", "--as", "alice")
