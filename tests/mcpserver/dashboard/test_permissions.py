"""The pages of tools: who may open and change them, what a form does, and what it does when somebody was faster."""

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client as Http
from django.test.utils import CaptureQueriesContext

from mcpserver.dashboard.permissions_matrix import Place
from oauth_bridge.models import AllowRule, AuthEvent, Client, Person, RevocationEpoch
from tools.models import ReadOnlyClient, ToolRule, ToolSettings, ToolSwitch

MATRIX, SWITCHES, WHY, TRY = "/admin/tools/", "/admin/tools/switches/", "/admin/tools/why/", "/admin/tools/try/"
SWITCH, READ_ONLY, READ_ONLY_CLIENT = f"{SWITCHES}switch/", f"{SWITCHES}read-only/", f"{SWITCHES}read-only/client/"
BY_PASSWORD = "django.contrib.auth.backends.ModelBackend"
# What each address would do if it were let.
POSTS: dict[str, dict[str, str]] = {
    MATRIX: {Place("calculate", "everyone", "none").field: "deny"},
    SWITCH: {"target": "calculate", "to": "off", "shown": ""},
    READ_ONLY: {"to": "on", "shown": "off"},
    READ_ONLY_CLIENT: {"name": "claude.ai"},
    TRY: {"tool": "calculate"},
}
DECISIONS: tuple[Any, ...] = (ToolRule, ToolSwitch, ToolSettings, ReadOnlyClient)


def somebody(role: str = "", *, staff: bool = True) -> Person:
    found = Person.objects.create(username=f"{role}-somebody", login="somebody", is_staff=staff)
    if role:
        found.groups.add(Group.objects.get_or_create(name=role)[0])
    return found


def nothing_is_decided() -> bool:
    return not any(model.objects.exists() for model in DECISIONS)


def person(login: str = "alice", github_id: int = 1001) -> Person:
    return Person.objects.create(username=f"github:{github_id}", github_id=github_id, login=login)


def cell(target: str, token: str, shown: str = "none") -> str:
    return Place(target, token, shown).field


def save(http: Http, cells: dict[str, str], query: str = "", **more: str) -> Any:
    return http.post(MATRIX + query, {**cells, **more})


def rules() -> set[tuple[str, str, str]]:
    return {(rule.effect, rule.whom(), rule.target) for rule in ToolRule.objects.select_related("group")}


def told(http: Http, path: str) -> str:
    """Return what the page after a form says happened."""
    return unescape(
        re.sub(
            r"<[^>]+>", "", "".join(re.findall(r'<ul class="messagelist">.*?</ul>', http.get(path).content.decode(), re.DOTALL))
        )
    )


def events() -> list[dict[str, Any]]:
    return [event.detail for event in AuthEvent.objects.filter(kind="changed_by_hand").order_by("pk")]


@pytest.mark.parametrize("path", [MATRIX, SWITCHES, WHY, TRY])
@pytest.mark.parametrize(
    ("role", "staff", "status"), [("viewer", True, 200), ("operator", True, 200), ("", True, 403), ("", False, 302)]
)
def test_each_page_is_for_viewers_and_more(db: None, client: Http, path: str, role: str, staff: bool, status: int) -> None:
    client.force_login(somebody(role, staff=staff), backend=BY_PASSWORD)
    assert client.get(path).status_code == status


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    ("role", "staff", "status"), [("viewer", True, 403), ("", True, 403), ("", False, 302), (None, False, 302)]
)
def test_nobody_below_an_operator_changes_anything(
    db: None, client: Http, path: str, role: str | None, staff: bool, status: int
) -> None:
    if role is not None:
        client.force_login(somebody(role, staff=staff), backend=BY_PASSWORD)
    assert client.post(path, POSTS[path]).status_code == status
    assert nothing_is_decided()


@pytest.mark.parametrize("path", [MATRIX, SWITCH, READ_ONLY, READ_ONLY_CLIENT])
def test_an_operator_changes_and_is_named_in_the_record(db: None, client: Http, path: str) -> None:
    client.force_login(somebody("operator"), backend=BY_PASSWORD)
    before = RevocationEpoch.objects.values_list("value", flat=True).first() or 0
    assert client.post(path, POSTS[path]).status_code == 302
    assert not nothing_is_decided()
    assert AuthEvent.objects.get(kind="changed_by_hand").operator == "somebody"
    # Every process reads the decisions anew when this number grows.
    assert RevocationEpoch.objects.get().value > before


@pytest.mark.parametrize("path", POSTS)
def test_a_form_from_elsewhere_changes_nothing(owner: Http, path: str) -> None:
    careful = Http(enforce_csrf_checks=True)
    careful.cookies = owner.cookies
    assert careful.post(path, POSTS[path]).status_code == 403
    assert nothing_is_decided()


@pytest.mark.parametrize("path", [SWITCH, READ_ONLY, READ_ONLY_CLIENT])
def test_a_link_changes_nothing(owner: Http, path: str) -> None:
    assert owner.get(path, POSTS[path]).status_code == 405


def test_a_viewer_sees_what_is_decided_and_no_form(db: None, client: Http) -> None:
    client.force_login(somebody("viewer"), backend=BY_PASSWORD)
    ToolRule.objects.create(target="calculate", effect="deny", who="organization", name="acme")
    ToolSwitch.objects.create(target="set:core", is_on=False, message="Back on Monday.")
    matrix, switches = (client.get(path).content.decode() for path in (MATRIX, SWITCHES))
    assert '<span class="said deny">Deny</span>' in matrix
    assert "Back on Monday." in switches
    for page in (matrix, switches):
        assert "<select" not in page
        # But for the form that signs out.
        assert (
            re.findall(r'method="post" action="([^"]+)"|action="([^"]+)" method="post"', page.replace("/admin/logout/", ""))
            == []
        )


WHOM = [
    ("everyone", "everyone", "everyone"),
    ("organization:acme", "org:acme", "organization"),
    ("team:acme/core", "team:acme/core", "team"),
    ("client:claude.ai", "client:claude.ai", "client"),
    ("person:1001", "person:alice", "person"),
]


@pytest.mark.parametrize(("token", "words", "kind"), WHOM)
@pytest.mark.parametrize("target", ["*", "set:issues", "create_issue"])
def test_each_cell_can_be_set_and_changed_and_emptied(owner: Http, token: str, words: str, kind: str, target: str) -> None:
    person()
    for shown, to in (("none", "allow"), ("allow", "deny"), ("deny", "none")):
        save(owner, {cell(target, token, shown): to})
        assert rules() == (set() if to == "none" else {(to, words, target)})
    assert [event["change"] for event in events()] == ["added", "changed", "deleted"]
    assert [event["changes"]["effect"] for event in events()] == [["", "allow"], ["allow", "deny"], ["deny", ""]]
    assert {(event["table"], event["row"]) for event in events()} == {("tool rule", f"{words}: {target}")}
    assert kind in ToolRule.Who.values


def test_a_group_is_a_column_and_is_named_in_the_record(owner: Http) -> None:
    group = Group.objects.create(name="on call")
    save(owner, {cell("calculate", f"group:{group.pk}"): "allow"}, note="  until   Monday ")
    rule = ToolRule.objects.get()
    assert (rule.group, rule.note) == (group, "until Monday")
    assert events()[0]["row"] == "group:on call: calculate"
    assert events()[0]["changes"] == {"effect": ["", "allow"], "note": ["", "until Monday"]}


def test_a_change_keeps_the_rule_and_its_note(owner: Http) -> None:
    rule = ToolRule.objects.create(target="calculate", effect="allow", who="everyone", note="why it is so")
    save(owner, {cell("calculate", "everyone", "allow"): "deny"})
    assert list(ToolRule.objects.values_list("pk", "effect", "note")) == [(rule.pk, "deny", "why it is so")]


def test_a_cell_with_two_rules_says_so_and_is_left_with_one(owner: Http) -> None:
    for effect in ("allow", "deny", "deny"):
        ToolRule.objects.create(target="calculate", effect=effect, who="everyone")
    assert 'class="both"' in owner.get(MATRIX).content.decode()
    save(owner, {cell("calculate", "everyone", "both"): "deny"})
    assert rules() == {("deny", "everyone", "calculate")}
    assert ToolRule.objects.count() == 1


def test_only_what_was_touched_is_sent(owner: Http) -> None:
    """HTML, constructing the form data set: an option that is disabled is not sent, so a cell left alone changes nothing."""
    ToolRule.objects.create(target="calculate", effect="deny", who="everyone")
    page = owner.get(MATRIX).content.decode()
    selects = re.findall(r"<select name=\"cell/[^>]+>(<option[^>]+>)", page)
    assert len(selects) >= 17
    assert all("disabled" in first and "selected" in first for first in selects)
    assert owner.post(MATRIX, {"note": "nothing"}).status_code == 302
    assert "Nothing was changed" in told(owner, MATRIX)


def test_two_operators_who_save_at_once_lose_nothing_silently(owner: Http) -> None:
    """Carol's page is older than Dave's decision: hers is refused, shown again, and names what has changed since."""
    mine = {cell("calculate", "everyone"): "allow", cell("get_issue", "everyone"): "deny"}
    ToolRule.objects.create(target="calculate", effect="deny", who="everyone")
    answer = save(owner, mine)
    assert answer.status_code == 409
    assert rules() == {("deny", "everyone", "calculate")}
    page = unescape(answer.content.decode())
    assert "calculate for Everyone: was No rule, is Deny" in page
    # What was chosen is chosen still, and the form carries what holds now.
    assert re.search(rf'<select name="{cell("calculate", "everyone", "deny")}".*?value="allow" selected', page)
    assert re.search(rf'<select name="{cell("get_issue", "everyone")}".*?value="deny" selected', page)
    assert not AuthEvent.objects.filter(kind="changed_by_hand").exists()


def test_what_was_chosen_in_a_column_that_another_emptied_is_shown_still(owner: Http) -> None:
    alice = person()
    answer = save(owner, {cell("calculate", f"person:{alice.github_id}", "deny"): "allow"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert re.search(rf'<select name="{cell("calculate", "person:1001")}".*?value="allow" selected', page)


def test_what_another_decided_elsewhere_stays(owner: Http) -> None:
    ToolRule.objects.create(target="get_issue", effect="deny", who="everyone")
    save(owner, {cell("calculate", "everyone"): "deny"})
    assert rules() == {("deny", "everyone", "calculate"), ("deny", "everyone", "get_issue")}


BAD_CELLS = [
    ("an unknown tool", {cell("no_such_tool", "everyone"): "deny"}),
    ("an unknown set", {cell("set:nothing", "everyone"): "deny"}),
    ("an unknown effect", {cell("calculate", "everyone"): "perhaps"}),
    ("both at once", {cell("calculate", "everyone"): "both"}),
    ("no such state", {"cell/whatever/calculate/everyone": "deny"}),
    ("a field cut short", {"cell/none/calculate": "deny"}),
    ("nobody", {cell("calculate", "person:77"): "deny"}),
    ("no number", {cell("calculate", "person:alice"): "deny"}),
    ("a number without end", {cell("calculate", "person:" + "9" * 40): "deny"}),
    ("no group", {cell("calculate", "group:4711"): "deny"}),
    ("no kind", {cell("calculate", "planet:mars"): "deny"}),
    ("no organization's name", {cell("calculate", "organization:no spaces"): "deny"}),
    ("a team without an organization", {cell("calculate", "team:core"): "deny"}),
    ("a program of no host", {cell("calculate", "client:no host"): "deny"}),
    ("an empty name", {cell("calculate", "client:"): "deny"}),
]


@pytest.mark.parametrize("cells", [cells for _, cells in BAD_CELLS], ids=[name for name, _ in BAD_CELLS])
def test_bad_cells_save_nothing_not_even_the_good_ones(owner: Http, cells: dict[str, str]) -> None:
    answer = save(owner, {**cells, cell("get_issue", "everyone"): "deny"})
    assert answer.status_code == 302
    assert "Nothing was saved" in told(owner, MATRIX)
    assert nothing_is_decided()


NEW_COLUMNS = [
    ("organization", "acme", "organization:acme"),
    ("organization", "@Acme ", "organization:acme"),
    ("team", "Acme/Core", "team:acme/core"),
    ("person", "ALICE", "person:1001"),
    ("client", "Claude.ai", "client:claude.ai"),
    ("client", "known-id", "client:known-id"),
]


@pytest.mark.parametrize(("kind", "name", "token"), NEW_COLUMNS)
def test_a_column_is_added_for_somebody_and_saved_with_its_first_rule(owner: Http, kind: str, name: str, token: str) -> None:
    person()
    Client.objects.create(client_id="known-id", name="Known")
    answer = owner.get(MATRIX, {"kind": kind, "name": name}, follow=True)
    page = unescape(answer.content.decode())
    assert f'name="{cell("calculate", token)}"' in page
    assert nothing_is_decided()
    address = answer.redirect_chain[-1][0]
    assert owner.post(address, {cell("calculate", token): "deny"}).status_code == 302
    assert f'name="{cell("calculate", token, "deny")}"' in unescape(owner.get(MATRIX).content.decode())


@pytest.mark.parametrize(
    ("kind", "name", "why"),
    [
        ("organization", "not/one", "Write the organization's name"),
        ("organization", "", "This field is required"),
        ("team", "acme", "Write the organization and the team"),
        ("group", "strangers", "This server has no group strangers"),
        ("person", "mallory", "Nobody called mallory has been here"),
        ("client", "an-id-that-nobody-has", "Write a program's id"),
        ("client", "<script>", "Write a program's id"),
        ("everyone", "x", "Select a valid choice"),
        ("planet", "mars", "Select a valid choice"),
    ],
)
def test_a_column_for_nobody_is_refused_in_words(owner: Http, kind: str, name: str, why: str) -> None:
    answer = owner.get(MATRIX, {"kind": kind, "name": name})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert why in unescape(page)
    assert "<script>" not in page


def test_a_person_is_known_by_number_whatever_they_are_called(owner: Http) -> None:
    """A login is given up and taken by another: a rule must not go with it."""
    alice = person()
    save(owner, {cell("calculate", "person:1001"): "deny"})
    Person.objects.filter(pk=alice.pk).update(login="alice-2")
    person("alice", 2002)
    assert ToolRule.objects.get().github_id == 1001
    assert owner.get(MATRIX, {"kind": "person", "name": "alice"}).headers["Location"].endswith("column=person%3A2002")


def test_a_rule_that_reaches_nobody_is_pointed_out(owner: Http) -> None:
    for name in ("acme", "initech"):
        ToolRule.objects.create(target="calculate", effect="allow", who="organization", name=name)
    ToolRule.objects.create(target="calculate", effect="allow", who="team", name="acme/core")
    AllowRule.objects.create(kind="organization", login="Acme")
    page = owner.get(MATRIX).content.decode()
    assert set(re.findall(r"No rule of sign-in names ([^,]+),", page)) == {"initech", "acme/core"}
    AllowRule.objects.create(kind="team", login="acme", team="core")
    assert "acme/core, so GitHub" not in owner.get(MATRIX).content.decode()


def test_what_a_rule_names_and_is_no_more_can_be_taken_away(owner: Http) -> None:
    ToolRule.objects.create(target="old_tool", effect="allow", who="everyone")
    assert "No such tool" in owner.get(MATRIX).content.decode()
    save(owner, {cell("old_tool", "everyone", "allow"): "none"})
    assert nothing_is_decided()


def test_names_from_outside_are_text(owner: Http) -> None:
    ToolRule.objects.create(
        target="<b>", effect="allow", who="client", name="</option><script>alert(1)</script>", note="<img src=x>"
    )
    ToolSwitch.objects.create(target="<i>", is_on=False, message="<u>")
    for path in (MATRIX, SWITCHES, f"{MATRIX}?find=<s>&column=<s>&page=<s>", f"{WHY}?login=<s>&tool=<s>&client=<s>"):
        page = owner.get(path).content.decode()
        assert not re.search(r"<script>alert|<img src=x>|<b>|<u>|<i>|<s>", page), path


def many_rules() -> None:
    """Write 200 rules about 50 teams, some programs and people."""
    targets = ("*", "set:issues", "create_issue", "calculate")
    ToolRule.objects.bulk_create(
        ToolRule(target=target, effect="allow", who="team", name=f"acme/t{number}")
        for number in range(50)
        for target in targets
    )


@pytest.mark.parametrize("path", [MATRIX, f"{MATRIX}?page=2", f"{MATRIX}?find=t4", SWITCHES])
def test_the_cost_does_not_grow_with_the_rules(owner: Http, path: str) -> None:
    def queries() -> int:
        owner.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert owner.get(path).status_code == 200
        return len(captured)

    few = queries()
    many_rules()
    ToolSwitch.objects.bulk_create(ToolSwitch(target=f"gone_{number}", is_on=False) for number in range(50))
    assert queries() == few
    assert few <= 20


def test_many_columns_come_in_pages_and_can_be_found(owner: Http) -> None:
    many_rules()
    first, second = (owner.get(MATRIX, {"page": number}).content.decode() for number in (1, 2))
    shown = [set(re.findall(r'<bdi title="([^"]+)"', page)) for page in (first, second)]
    assert not shown[0] & shown[1]
    assert "51 columns" in first
    found = owner.get(MATRIX, {"find": "T49"}).content.decode()
    assert re.findall(r'<bdi title="([^"]+)"', found) == ["acme/t49"]
    assert "No column fits" in owner.get(MATRIX, {"find": "nobody at all"}).content.decode()
    # Saved on the second page, back on the second page.
    answer = save(owner, {cell("calculate", "team:acme/t49", "allow"): "deny"}, "?page=2")
    assert answer.headers["Location"] == f"{MATRIX}?page=2"


@pytest.mark.parametrize(
    ("path", "form"),
    [
        (f"{WHY}?login=a%00", None),
        (f"{MATRIX}?column=client:%00", None),
        (MATRIX, {cell("calculate", "everyone"): "deny", "note": "a\0"}),
        (SWITCH, {"target": "calculate", "to": "off", "shown": "", "message": "a\0"}),
        (READ_ONLY_CLIENT, {"name": "claude.ai", "note": "\0"}),
        (READ_ONLY_CLIENT, {"remove": "\0"}),
    ],
)
def test_what_the_database_cannot_hold_is_refused(db: None, client: Http, path: str, form: dict[str, str] | None) -> None:
    client.force_login(somebody("operator"), backend=BY_PASSWORD)
    answer = client.get(path) if form is None else client.post(path, form)
    assert answer.status_code == 400
    assert nothing_is_decided()


def test_nor_is_a_cell_about_it_saved(db: None, client: Http) -> None:
    client.force_login(somebody("operator"), backend=BY_PASSWORD)
    assert save(client, {cell("calculate", "client:\0"): "deny"}).status_code == 302
    assert "could not be read" in told(client, MATRIX)


@pytest.mark.parametrize("token", ["organization:ACME", "person:01001", "client:Claude.ai"])
def test_a_cell_has_one_name(owner: Http, token: str) -> None:
    """By another one a decision would pass by the rules that there are."""
    person()
    save(owner, {cell("calculate", token): "deny"})
    assert not ToolRule.objects.exists()
    assert "Nobody is known as" in told(owner, MATRIX)
