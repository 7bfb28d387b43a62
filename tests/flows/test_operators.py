"""Operators: who may name them, what each may do, and that one owner is always left."""

import re

import pytest
from django.contrib.auth.models import Group

from oauth_bridge import people, roles
from oauth_bridge.models import AllowRule, AuthEvent, Person
from oauth_bridge.roles import Role
from tests.conftest import Live
from tests.support.dashboard import Operator, sign_in
from tests.support.flow import connect


def become(username: str, role: Role | None) -> None:
    """Make an owner of a test somebody else."""
    person = Person.objects.get(username=username)
    Person.objects.filter(pk=person.pk).update(is_superuser=role is Role.OWNER)
    if role in roles.GROUPS:
        person.groups.set([Group.objects.get(name=role)])


def last_change() -> tuple[str, str, dict[str, object]]:
    event = AuthEvent.objects.filter(kind="operator_changed").latest("pk")
    return event.login, event.operator, event.detail


def told_password(page: str) -> str:
    match = re.search(r'id="new-password"><code>([^<]+)<', page)
    assert match
    return match[1]


@pytest.mark.parametrize(
    ("role", "listing", "audit", "export"),
    [(Role.OWNER, 200, 200, 200), (Role.OPERATOR, 403, 200, 200), (Role.VIEWER, 403, 200, 403), (None, 403, 403, 403)],
)
def test_each_role_sees_what_is_its_own(live: Live, role: Role | None, listing: int, audit: int, export: int) -> None:
    operator = Operator(live)
    become("root", role)
    paths = {"operators/": listing, "audit/": audit, "audit/export.csv": export}
    assert {path: operator.http.get(f"/admin/{path}").status_code for path in paths} == paths
    expected = 200 if role else 403
    assert operator.http.get("/admin/oauth_bridge/session/").status_code == expected


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.VIEWER, None])
def test_nobody_but_an_owner_names_anybody(live: Live, role: Role | None) -> None:
    """With a token of a page that may be seen: the right is asked for, and not only the button hidden."""
    operator = Operator(live)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', operator.page(""))
    assert token
    become("root", role)
    root, form = Person.objects.get(), {"csrfmiddlewaretoken": token[1]}
    posts = {
        "operators/add/": {"way": "password", "name": "mallory", "role": "owner"},
        f"operators/{root.pk}/role/": {"role": "owner"},
        f"operators/{root.pk}/password/": {},
    }
    for path, data in posts.items():
        answer = operator.http.post(f"/admin/{path}", data={**form, **data}, headers={"Origin": live.url})
        assert answer.status_code == 403, path
    assert Person.objects.count() == 1
    assert not Person.objects.get().is_superuser


def test_strangers_and_plain_people_see_neither_page(live: Live) -> None:
    stranger = connect(live.url)
    for path in ("audit/", "audit/export.csv", "audit/check/", "operators/", "operators/add/", "operators/1/role/"):
        for answer in (stranger.get(f"/admin/{path}"), stranger.post(f"/admin/{path}", headers={"Origin": live.url})):
            assert answer.status_code in {302, 403}, path
            assert answer.headers.get("location", "/admin/login/").startswith("/admin/login/")


def test_an_operator_with_a_password_is_named_and_signs_in_and_changes_it(live: Live) -> None:
    owner = Operator(live)
    page = owner.post_to("operators/", "operators/add/", way="password", name="vera", role="viewer").text
    password = told_password(page)
    assert last_change() == ("vera", "root", {"changes": {"role": ["none", "viewer"]}})
    assert password not in owner.page("operators/")
    vera = connect(live.url)
    assert sign_in(vera, live.url, "vera", password).status_code == 302
    assert vera.get("/admin/audit/").status_code == 200
    owner.post_to("operators/", f"operators/{Person.objects.get(login='vera').pk}/role/", role="none")
    assert last_change()[2] == {"changes": {"role": ["viewer", "none"]}}
    assert vera.get("/admin/audit/").status_code == 302


def test_a_new_password_ends_the_old_one(live: Live) -> None:
    owner = Operator(live)
    first = told_password(owner.post_to("operators/", "operators/add/", way="password", name="vera", role="operator").text)
    vera = connect(live.url)
    sign_in(vera, live.url, "vera", first)
    key = Person.objects.get(login="vera").pk
    second = told_password(owner.post_to("operators/", f"operators/{key}/password/").text)
    assert vera.get("/admin/audit/").status_code == 302
    assert sign_in(connect(live.url), live.url, "vera", first).status_code == 200
    assert sign_in(connect(live.url), live.url, "vera", second).status_code == 302
    kinds = list(AuthEvent.objects.filter(kind__startswith="operator_").order_by("pk").values_list("kind", "login"))
    assert kinds[-2:] == [("operator_refused", ""), ("operator_signed_in", "vera")]
    written = str(list(AuthEvent.objects.values()))
    assert first not in written
    assert second not in written


def test_what_is_typed_as_a_name_is_not_kept(live: Live) -> None:
    """People type their password into the wrong field."""
    sign_in(connect(live.url), live.url, "a secret pass phrase", "x")
    event = AuthEvent.objects.get(kind="operator_refused")
    assert event.detail == {"account": "unknown"}


def test_the_last_owner_stays(live: Live) -> None:
    owner = Operator(live)
    root = Person.objects.get(username="root")
    for role in ("none", "viewer", "operator"):
        owner.post_to("operators/", f"operators/{root.pk}/role/", role=role)
        root.refresh_from_db()
        assert root.is_superuser
        assert root.is_staff
    assert "without an owner" in owner.page("operators/")
    owner.post_to("operators/", "operators/add/", way="password", name="vera", role="owner")
    owner.post_to("operators/", f"operators/{root.pk}/role/", role="viewer")
    root.refresh_from_db()
    assert roles.role_of(Person.objects.get(pk=root.pk)) is Role.VIEWER


@pytest.mark.parametrize("role", ["owner", "operator", "viewer"])
def test_an_account_of_github_keeps_its_role_over_sign_ins_and_loses_it_with_its_rule(live: Live, role: str) -> None:
    owner = Operator(live)
    people.find_or_create(1001, login="alice", name="", is_admin=False)
    AllowRule.objects.filter(login="alice").update(github_id=1001)
    owner.post_to("operators/", "operators/add/", way="github", name="Alice", role=role)
    rule = AllowRule.objects.get(login="alice")
    alice = people.find_or_create(
        1001, login="alice", name="New", is_admin=rule.is_admin, known=Person.objects.get(github_id=1001)
    )
    assert roles.role_of(alice) == role
    people.enforce_rules()
    assert roles.role_of(Person.objects.get(github_id=1001)) == role
    AllowRule.objects.all().delete()
    people.enforce_rules()
    assert roles.role_of(Person.objects.get(github_id=1001)) is None


@pytest.mark.parametrize(
    ("name", "why"), [("mallory", "Nobody of that login has been here"), ("bob", "No rule lets this account in")]
)
def test_nobody_is_named_who_may_not_come_in(live: Live, name: str, why: str) -> None:
    owner = Operator(live)
    people.find_or_create(1002, login="bob", name="", is_admin=False)
    answer = owner.post_to("operators/", "operators/add/", way="github", name=name, role="operator")
    assert why in answer.text
    assert not Person.objects.filter(login="bob", is_staff=True).exists()


def test_a_password_of_ones_own_is_changed_on_the_record(live: Live) -> None:
    owner = Operator(live)
    new = "another long pass phrase"
    old = {"old_password": "a long pass phrase for tests", "new_password1": new, "new_password2": new}
    assert owner.post("password_change/", **old).status_code == 302
    event = AuthEvent.objects.get(kind="password_changed")
    assert (event.login, event.operator, event.detail) == ("root", "root", {})
