"""Switches and reading only, from the dashboard: what each press does, what is told and recorded, and who was faster."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client as Http

from oauth_bridge.models import AuthEvent
from tests.mcpserver.dashboard.test_permissions import READ_ONLY, READ_ONLY_CLIENT, SWITCH, SWITCHES, events, told
from tools.models import ReadOnlyClient, ToolSettings, ToolSwitch


def shown(http: Http, target: str) -> str:
    """Return what a page's form says of a switch as it was shown."""
    page = unescape(http.get(SWITCHES).content.decode())
    match = re.search(rf'name="target" value="{re.escape(target)}"><input type="hidden" name="shown" value="([^"]*)"', page)
    assert match, target
    return match[1]


def press(http: Http, target: str, to: str, **more: str) -> Any:
    return http.post(SWITCH, {"target": target, "to": to, "shown": shown(http, target), **more})


def state() -> list[tuple[str, bool, str]]:
    return list(ToolSwitch.objects.values_list("target", "is_on", "message"))


@pytest.mark.parametrize("target", ["*", "set:issues", "create_issue"])
def test_a_target_is_switched_off_with_a_message_and_on_and_left_alone_again(owner: Http, target: str) -> None:
    answer = press(owner, target, "off", message="Back on  Monday. ")
    assert answer.headers["Location"].startswith(f"{SWITCHES}#")
    assert state() == [(target, False, "Back on Monday.")]
    assert f"Switched off: {target}." in told(owner, SWITCHES)
    press(owner, target, "off", message="Back on Tuesday.")
    press(owner, target, "on")
    assert state() == [(target, True, "")]
    press(owner, target, "none")
    assert state() == []
    assert [(event["row"], event["change"], event["changes"]) for event in events()] == [
        (target, "added", {"state": ["", "off"], "message": ["", "Back on Monday."]}),
        (target, "changed", {"state": ["off", "off"], "message": ["Back on Monday.", "Back on Tuesday."]}),
        (target, "changed", {"state": ["off", "on"], "message": ["Back on Tuesday.", ""]}),
        (target, "deleted", {"state": ["on", ""]}),
    ]


@pytest.mark.parametrize(("target", "to"), [("no_such_tool", "off"), ("", "off"), ("calculate", "perhaps"), ("calculate", "")])
def test_what_is_not_there_is_not_switched(owner: Http, target: str, to: str) -> None:
    owner.post(SWITCH, {"target": target, "to": to, "shown": ""})
    assert "Nothing was changed" in told(owner, SWITCHES)
    assert state() == []


def test_a_switch_of_what_is_no_more_can_be_taken_away(owner: Http) -> None:
    ToolSwitch.objects.create(target="old_tool", is_on=False)
    press(owner, "old_tool", "none")
    assert state() == []


@pytest.mark.parametrize("to", ["on", "off", "none"])
def test_a_switch_that_another_operator_turned_meanwhile_is_left_as_it_is(owner: Http, to: str) -> None:
    before = shown(owner, "calculate")
    ToolSwitch.objects.create(target="calculate", is_on=False, message="Dave's")
    owner.post(SWITCH, {"target": "calculate", "to": to, "shown": before})
    assert "Somebody else decided that meanwhile" in told(owner, SWITCHES)
    assert state() == [("calculate", False, "Dave's")]
    assert not AuthEvent.objects.filter(kind="changed_by_hand").exists()


def test_the_page_says_what_holds_and_why(owner: Http) -> None:
    def line(target: str) -> str:
        page = owner.get(SWITCHES).content.decode()
        match = re.search(rf'<li id="{re.escape(target)}".*?</li>', page, re.DOTALL)
        assert match
        return " ".join(re.sub(r"<[^>]+>", " ", match[0]).split())

    assert "on by TOOLS_ON" in line("calculate")
    assert "off by TOOLS_ON" in line("create_issue")
    ToolSwitch.objects.create(target="set:core", is_on=False)
    assert "off switch of set:core" in line("calculate")
    # What writes is on by its own name alone.
    ToolSwitch.objects.create(target="set:issues", is_on=True)
    assert "on switch of set:issues" in line("get_issue")
    assert "off by TOOLS_ON" in line("create_issue")


def test_the_site_only_reads_and_writes_again(owner: Http) -> None:
    for to, was in (("on", "off"), ("off", "on")):
        owner.post(READ_ONLY, {"to": to, "shown": was})
        assert ToolSettings.objects.get().read_only is (to == "on")
    assert [event["changes"] for event in events()] == [{"only reading": ["no", "yes"]}, {"only reading": ["yes", "no"]}]
    owner.post(READ_ONLY, {"to": "off", "shown": "on"})
    assert "Somebody else decided that meanwhile" in told(owner, SWITCHES)
    owner.post(READ_ONLY, {"to": "", "shown": "off"})
    assert "Nothing was changed" in told(owner, SWITCHES)
    assert len(events()) == 2


def test_the_matrix_says_that_nothing_may_be_written(owner: Http) -> None:
    assert "only read at present" not in owner.get("/admin/tools/").content.decode()
    ToolSettings.objects.create(read_only=True)
    assert "only read at present" in owner.get("/admin/tools/").content.decode()


def test_a_program_only_reads_and_writes_again(owner: Http) -> None:
    owner.post(READ_ONLY_CLIENT, {"name": "Claude.ai", "note": "on trial"})
    assert list(ReadOnlyClient.objects.values_list("client", "note")) == [("claude.ai", "on trial")]
    owner.post(READ_ONLY_CLIENT, {"name": "claude.ai"})
    assert "only reads already" in told(owner, SWITCHES)
    owner.post(READ_ONLY_CLIENT, {"remove": "claude.ai"})
    assert not ReadOnlyClient.objects.exists()
    owner.post(READ_ONLY_CLIENT, {"remove": "claude.ai"})
    assert "Somebody else decided that meanwhile" in told(owner, SWITCHES)
    assert [(event["table"], event["row"], event["change"]) for event in events()] == [
        ("program that only reads", "claude.ai", "added"),
        ("program that only reads", "claude.ai", "deleted"),
    ]


@pytest.mark.parametrize("name", ["", "no host", "an-id-that-nobody-has", "http://plain.example/client.json"])
def test_a_program_that_cannot_be_is_refused_in_words(owner: Http, name: str) -> None:
    owner.post(READ_ONLY_CLIENT, {"name": name})
    assert "Write a program's id" in told(owner, SWITCHES)
    assert not ReadOnlyClient.objects.exists()
