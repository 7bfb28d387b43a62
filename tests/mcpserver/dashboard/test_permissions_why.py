"""Why somebody may or may not, and a call as oneself: the dashboard's answers are those of ``/mcp``."""

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client as Http
from django.utils import timezone

from oauth_bridge.models import AllowRule, Client, Person, Session
from tests.conftest import Live
from tests.mcpserver.dashboard.test_permissions import TRY, WHY
from tests.support.flow import OAuthClient, signed_in
from tools import records
from tools.models import ReadOnlyClient, ToolCall, ToolRule, ToolSwitch

WRITES = "create_issue"
ADD = {"tool": "calculate", "argument-operation": "add", "argument-a": "1", "argument-b": "2"}


@pytest.fixture
def alice(live: Live) -> OAuthClient:
    """Return Alice's client; she has signed in through it."""
    return signed_in(live.url, live.simulator)


@pytest.fixture
def desk(alice: OAuthClient, client: Http) -> Http:
    """Return the browser of Alice as an operator."""
    return at_the_desk(client, "operator")


def at_the_desk(client: Http, role: str) -> Http:
    person = Person.objects.get(login="alice")
    Person.objects.filter(pk=person.pk).update(is_staff=True)
    person.groups.set([Group.objects.get_or_create(name=role)[0]])
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def asked(http: Http, **query: str) -> str:
    answer = http.get(WHY, query)
    assert answer.status_code == 200
    return text_of(answer.content.decode().partition('id="content"')[2])


def listed(http: Http, login: str = "alice", **query: str) -> set[str]:
    page = http.get(WHY, {"login": login, **query}).content.decode()
    return set(re.findall(r'<code>([a-z_]+)</code></th><td><span class="tag good">listed', page))


def called(http: Http, **form: str) -> str:
    """Return what the page says of a call in Alice's session."""
    data = {"session": str(Session.objects.filter(person__login="alice").latest("created_at").pk), **form}
    with records.writing():
        answer = http.post(TRY, data)
    assert answer.status_code == 200
    page = answer.content.decode()
    outcome = re.search(
        r'<p class="notice warn" role="alert">(.*?)</p>|<section class="panel" role="status"(.*?)</section>', page, re.DOTALL
    )
    assert outcome, text_of(page)
    return text_of(outcome[1] or outcome[2]).removeprefix('aria-label="Result"> ')


def outcomes() -> list[tuple[str, str, str]]:
    return list(ToolCall.objects.order_by("pk").values_list("tool", "login", "outcome"))


def test_the_answer_is_in_the_words_that_the_caller_hears(owner: Http, live: Live, alice: OAuthClient) -> None:
    assert "Yes. alice may use calculate. Because: no rule is about it" in asked(owner, login="ALICE", tool="calculate")
    ToolRule.objects.create(target="set:core", effect="deny", who="person", name="alice", github_id=1001)
    heard = alice.mcp("tools/call", name="calculate", arguments={"operation": "add", "a": 1, "b": 2}).json()["result"]
    page = asked(owner, login="alice", tool="calculate")
    assert f"No. {heard['content'][0]['text']} Because: deny person:alice: set:core" in page
    assert "No. create_issue is switched off." in asked(owner, login="alice", tool=WRITES)
    ToolSwitch.objects.create(target="get_issue", is_on=True)
    AllowRule.objects.create(login="bob")
    signed_in(live.url, live.simulator, login="bob")
    assert "Yes. bob may use calculate." in asked(owner, login="bob", tool="calculate")


def test_the_list_is_the_one_that_the_persons_client_gets(owner: Http, alice: OAuthClient) -> None:
    def at_the_client() -> set[str]:
        return {tool["name"] for tool in alice.mcp("tools/list").json()["result"]["tools"]}

    assert listed(owner) == at_the_client() > {"calculate"}
    ToolRule.objects.create(target="set:core", effect="deny", who="everyone")
    ToolSwitch.objects.create(target="set:issues", is_on=True)
    assert listed(owner) == at_the_client() > {"list_issues"}
    assert "calculate" not in listed(owner)
    assert "deny everyone: set:core" in asked(owner, login="alice")


def test_through_another_program_the_answer_is_another(owner: Http, live: Live, alice: OAuthClient) -> None:
    other = signed_in(live.url, live.simulator)
    ToolRule.objects.create(target="calculate", effect="deny", who="client", name=alice.client_id)
    assert "calculate" in listed(owner)
    assert "calculate" in listed(owner, client=other.client_id)
    assert "calculate" not in listed(owner, client=alice.client_id)
    page = asked(owner, login="alice", tool="calculate", client=alice.client_id)
    assert "may not be used through this program" in page
    assert "alice has no session through that program" in asked(owner, login="alice", client="another")


@pytest.mark.parametrize("end", ["ended", "expired", "person off", "client off"])
def test_without_a_session_that_lasts_nothing_is_made_up(owner: Http, alice: OAuthClient, end: str) -> None:
    match end:
        case "ended":
            Session.objects.update(ended_at=timezone.now())
        case "expired":
            Session.objects.update(expires_at=timezone.now())
        case "person off":
            Person.objects.filter(login="alice").update(is_active=False)
        case _:
            Client.objects.update(disabled_at=timezone.now())
    page = asked(owner, login="alice", tool="calculate")
    assert "alice has no session at present" in page
    assert "Because" not in page


def test_a_login_that_nobody_has_is_said_to_be_unknown(owner: Http, live: Live) -> None:
    assert "Nobody called mallory has been here" in asked(owner, login="mallory", tool="calculate")


def test_a_call_runs_as_the_operator_and_is_recorded(desk: Http) -> None:
    page = desk.get(TRY, {"tool": "calculate"}).content.decode()
    assert 'name="argument-operation"' in page
    assert called(desk, **ADD).startswith("calculate answered 3 {")
    assert called(desk, tool="get_user_info").count("alice@example.com") == 1
    assert outcomes() == [("calculate", "alice", "ok"), ("get_user_info", "alice", "ok")]
    row = ToolCall.objects.latest("pk")
    assert row.session_id == str(Session.objects.get().pk)


def test_a_call_that_does_not_work_out_says_why(desk: Http) -> None:
    assert "The arguments of calculate are not right" in called(desk, **ADD | {"argument-a": "one"})
    assert "create_issue is switched off" in called(desk, tool=WRITES, confirm="yes", **{"argument-owner": "a"})
    ToolRule.objects.create(target="calculate", effect="deny", who="everyone")
    assert "calculate may not be used by alice" in called(desk, **ADD)
    assert [outcome for *_, outcome in outcomes()] == ["invalid_arguments", "refused", "refused"]


def test_a_scope_that_is_missing_is_named(desk: Http) -> None:
    ToolSwitch.objects.create(target=WRITES, is_on=True)
    arguments = {"argument-owner": "alice", "argument-repository": "notes", "argument-title": "One"}
    assert "create_issue needs the permission repo" in called(desk, tool=WRITES, confirm="yes", **arguments)


def test_what_writes_wants_a_tick_each_time(live: Live, client: Http) -> None:
    ToolSwitch.objects.create(target=WRITES, is_on=True)
    signed_in(live.url, live.simulator, scope="read:user user:email repo")
    desk = at_the_desk(client, "operator")
    page = desk.get(TRY, {"tool": WRITES}).content.decode()
    assert '<input type="checkbox" name="confirm" value="yes">' in page
    arguments = {"argument-owner": "alice", "argument-repository": "amber-anchor", "argument-title": "From the desk"}
    assert "tick that you mean it. Nothing was called." in called(desk, tool=WRITES, **arguments)
    assert outcomes() == []
    said = called(desk, tool=WRITES, confirm="yes", **arguments)
    assert said.startswith("create_issue answered {")
    assert "From the desk" in said
    assert [row[2] for row in outcomes()] == ["ok"]
    ReadOnlyClient.objects.create(client=Client.objects.get().client_id)
    assert "this program may only read here" in called(desk, tool=WRITES, confirm="yes", **arguments)


def test_nobody_calls_in_a_session_of_somebody_else(live: Live, desk: Http) -> None:
    AllowRule.objects.create(login="bob")
    signed_in(live.url, live.simulator, login="bob")
    bobs = Session.objects.get(person__login="bob")
    assert "not yours, or has ended. Nothing was called" in called(desk, **ADD, session=str(bobs.pk))
    assert str(bobs.pk) not in desk.get(TRY, {"tool": "calculate", "session": str(bobs.pk)}).content.decode()
    assert "Nothing was called" in called(desk, **ADD, session="")
    # A login that somebody else had before is not the person.
    Person.objects.filter(login="bob").update(login="alice")
    assert "Nothing was called" in called(desk, **ADD, session=str(bobs.pk))
    assert outcomes() == []


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"tool": "no_such_tool"}, "There is no such tool"),
        ({"tool": ""}, "There is no such tool"),
        ({"tool": "get_github_repos", "argument-affiliation": "[1"}, "An argument cannot be read"),
    ],
)
def test_what_cannot_be_called_is_not(desk: Http, form: dict[str, str], said: str) -> None:
    assert said in called(desk, **form)
    assert outcomes() == []


def test_a_viewer_looks_and_calls_nothing(alice: OAuthClient, client: Http) -> None:
    desk = at_the_desk(client, "viewer")
    assert "A viewer looks and calls nothing." in desk.get(TRY, {"tool": "calculate"}).content.decode()
    assert desk.post(TRY, {**ADD, "session": str(Session.objects.get().pk)}).status_code == 403
    assert outcomes() == []


def test_a_tool_that_fails_is_told_with_the_reference_and_no_more(desk: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    async def breaks(*_: Any) -> Any:
        raise RuntimeError("a secret of the house")

    monkeypatch.setattr("tools.runner._call", breaks)
    said = called(desk, tool="get_user_info")
    assert "failed by a fault of its own: internal error (reference " in said
    assert "a secret of the house" not in said
    assert [outcome for *_, outcome in outcomes()] == ["fault"]


@pytest.mark.parametrize("github", [True, False])
def test_without_a_session_of_ones_own_the_page_says_what_to_do(db: None, client: Http, github: bool) -> None:
    person = Person.objects.create(
        username="carol", login="carol", is_staff=True, is_superuser=True, github_id=7 if github else None
    )
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(TRY, {"tool": "calculate"}).content.decode()
    assert "You have no session to call in" in page
    assert ("You signed in with a password" in page) is not github
    assert "Call calculate" not in page
