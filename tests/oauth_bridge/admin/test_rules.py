"""A change of rules says who gains and who loses before it is made, and never takes the last owner away."""

from datetime import timedelta

import pytest
from django.utils import timezone

from oauth_bridge.models import AllowRule, AuthEvent, Person, Session
from oauth_bridge.people import preview
from tests.conftest import Live
from tests.oauth_bridge.admin.team import Colleague
from tests.support.dashboard import PASSWORD, Operator
from tests.support.flow import form_fields, signed_in
from tests.support.members import acme_rule, joins, member
from tests.support.tabs import signed_in_browser

ADD, LIST = "oauth_bridge/allowrule/add/", "oauth_bridge/allowrule/"


def test_a_preview_names_who_gains_and_changes_nothing(live: Live) -> None:
    Person.objects.create(username="github:7", github_id=7, login="carol")
    operator, events = Operator(live), AuthEvent.objects.filter(kind="rule_added")
    page = operator.post(ADD, kind="login", login="carol", _preview="").text
    assert "<bdi>carol</bdi> may come in" in page
    assert 'name="_save"' in page
    assert not AllowRule.objects.filter(login="carol").exists()
    assert not events.exists()
    assert "nobody who has been here" in operator.post(ADD, kind="login", login="dave", _preview="").text.lower()


def test_a_preview_of_what_is_not_taken_says_why(live: Live) -> None:
    page = Operator(live).post(ADD, kind="login", login="not a login", _preview="").text
    assert "A GitHub login has" in page
    assert 'name="_save"' not in page


@pytest.mark.parametrize("way", ["expire", "delete", "many"])
def test_who_would_lose_is_named_with_the_number_of_sessions(live: Live, way: str) -> None:
    client = signed_in(live.url, live.simulator)
    signed_in(live.url, live.simulator)
    rule, operator = AllowRule.objects.get(), Operator(live)
    if way == "expire":
        past = timezone.now() - timedelta(days=1)
        form = {"expires_at_0": f"{past:%Y-%m-%d}", "expires_at_1": "00:00:00", "_preview": ""}
        page = operator.post(f"{LIST}{rule.pk}/change/", **form).text
    elif way == "delete":
        page = operator.page(f"{LIST}{rule.pk}/delete/")
    else:
        page = operator.post(LIST, action="delete_selected", _selected_action=str(rule.pk)).text
    assert "<bdi>alice</bdi>: 2 sessions end" in page
    assert "2 sessions would end" in page
    assert client.mcp().status_code == 200
    assert AllowRule.objects.get().expires_at is None


def test_who_has_another_right_does_not_lose(live: Live) -> None:
    acme_rule()
    joins(live, "alice")
    carol, alice = member(live), signed_in(live.url, live.simulator)
    seen = preview.of(lambda: AllowRule.objects.filter(login="acme").delete())
    assert [(loss.login, loss.sessions) for loss in seen.loses] == [("carol", 1)]
    assert (carol.mcp().status_code, alice.mcp().status_code) == (200, 200)
    assert AllowRule.objects.filter(login="acme").exists()


@pytest.mark.parametrize("way", ["delete", "many", "no-operator", "expired", "expires-some-day", "themselves"])
def test_the_last_owner_cannot_lock_themselves_out(live: Live, way: str) -> None:
    """Alice is an owner by her rule, and nobody else is one. What she tries is undone, and she is told why."""
    AllowRule.objects.update(is_admin=True)
    browser, rule = signed_in_browser(live), AllowRule.objects.get()
    alice = Person.objects.get(github_id=1001)
    browser.http.get("/admin/")
    at = timezone.now() + timedelta(days=1 if way == "expires-some-day" else -1)
    when = {"is_admin": "on", "expires_at_0": f"{at:%Y-%m-%d}", "expires_at_1": "00:00:00"}
    path, form = {
        "delete": (f"{LIST}{rule.pk}/delete/", {"post": "yes"}),
        "many": (LIST, {"action": "delete_selected", "_selected_action": str(rule.pk), "post": "yes"}),
        "no-operator": (f"{LIST}{rule.pk}/change/", {"note": "no operator"}),
        "expired": (f"{LIST}{rule.pk}/change/", when),
        "expires-some-day": (f"{LIST}{rule.pk}/change/", when),
        "themselves": (f"oauth_bridge/person/{alice.pk}/cut-off/confirm/", {}),
    }[way]
    token = {"csrfmiddlewaretoken": form_fields(browser.http.get(f"/admin/{path}").text)["csrfmiddlewaretoken"]}
    assert browser.http.post(f"/admin/{path}", data={**token, **form}, headers={"Origin": live.url}).status_code == 302
    said = browser.http.get("/admin/oauth_bridge/allowrule/").text
    assert "without an owner" in said or "your own account" in said
    alice.refresh_from_db()
    rule.refresh_from_db()
    assert (alice.is_active, alice.is_superuser, rule.is_admin, rule.expires_at) == (True, True, True, None)
    # With another owner beside her, she may.
    Person.objects.create_superuser("root", PASSWORD)
    if way != "themselves":
        assert browser.http.post(f"/admin/{path}", data={**token, **form}, headers={"Origin": live.url}).status_code == 302
        assert not AllowRule.objects.filter(is_admin=True, expires_at=None).exists()


def test_an_operator_who_is_no_owner_names_no_operator(live: Live) -> None:
    """Neither by a new rule nor by an old one; and an operator's rule is not theirs to change or take away."""
    signed_in(live.url, live.simulator)
    colleague, alices = Colleague(live, "operator"), AllowRule.objects.get()
    bosses = AllowRule.objects.create(login="boss", is_admin=True)
    colleague.post(ADD, kind="login", login="carol", is_admin="on")
    colleague.post(f"{LIST}{alices.pk}/change/", is_admin="on", note="mine")
    assert not AllowRule.objects.exclude(login="boss").filter(is_admin=True).exists()
    token = {"csrfmiddlewaretoken": colleague.http.cookies["gatehouse_csrf"]}
    for path in (f"{LIST}{bosses.pk}/change/", f"{LIST}{bosses.pk}/delete/"):
        answer = colleague.http.post(f"/admin/{path}", data={**token, "post": "yes"}, headers={"Origin": live.url})
        assert answer.status_code == 403, path
    colleague.post(LIST, action="delete_selected", _selected_action=str(bosses.pk), post="yes")
    bosses.refresh_from_db()
    assert bosses.is_admin


def test_an_operator_who_is_no_owner_cannot_cut_an_owner_off(live: Live) -> None:
    owner = Person.objects.create_superuser("boss", PASSWORD)
    colleague = Colleague(live, "operator")
    for what, form in (("cut-off", {}), ("forget", {"login": "boss"})):
        colleague.post(f"oauth_bridge/person/{owner.pk}/{what}/confirm/", **form)
    colleague.act("person", "switch_off", owner.pk)
    owner.refresh_from_db()
    assert owner.is_active
    assert not Session.objects.exists()


def test_an_operator_who_is_no_owner_neither_lets_back_nor_deletes_an_owner_who_was_cut_off(live: Live) -> None:
    """Cut off they have no role, but what they had comes back with them."""
    owner = Person.objects.create_superuser("boss", PASSWORD)
    by_rule = Person.objects.create(username="github:7", github_id=7, login="carol")
    AllowRule.objects.create(login="carol", github_id=7, is_admin=True)
    Person.objects.filter(pk__in=(owner.pk, by_rule.pk)).update(is_active=False)
    colleague = Colleague(live, "operator")
    for person in (owner, by_rule):
        for what, form in (("let-back", {}), ("forget", {"login": str(person)})):
            colleague.post(f"oauth_bridge/person/{person.pk}/{what}/confirm/", **form)
        colleague.act("person", "switch_on", person.pk)
        person.refresh_from_db()
        assert not person.is_active
    assert AllowRule.objects.filter(github_id=7).exists()
