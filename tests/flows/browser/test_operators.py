"""Those who run the server, in a browser: what each role is offered and refused, and how they come in and stay in."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import playwright.sync_api as playwright
import pytest
from playwright.sync_api import Page, expect

from tests.flows.browser.steps import at_the_dashboard, post_by_hand, press
from tests.support.chromium import Visit, visit
from tests.support.gatehouse import Gatehouse
from tests.support.gatehouse import gatehouse as serve

PASSWORD, NEW_PASSWORD = "a long pass phrase for a colleague", "another long pass phrase for them"
SETS_UP = f"""
from django.contrib.auth.models import Group
from oauth_bridge.models import Person
for role in ("operator", "viewer"):
    person = Person(username=role, login=role, is_staff=True)
    person.set_password({json.dumps(PASSWORD)})
    person.save()
    person.groups.set([Group.objects.get(name=role)])
"""
# What a demonstration's month has one of, each with a button that an operator is offered.
ROWS = """
import json
from oauth_bridge.models import *
print(json.dumps({
    "client": Client.objects.get(name="ChatGPT").pk,
    "session": str(Session.objects.filter(ended_at=None).first().pk),
    "person": Person.objects.get(login="mira-holt").pk,
    "rule": AllowRule.objects.get(login="mira-holt").pk,
    "request": AccessRequest.objects.filter(state="open").first().pk,
    "owner": Person.objects.get(username="admin").pk,
}))
"""
DECISIONS = {
    "oauth_bridge/session/end/site/all/": {},
    "oauth_bridge/session/end/session/{session}/": {},
    "oauth_bridge/client/new/": {"name": "x", "redirect_uris": "https://x.example/cb"},
    "oauth_bridge/client/{client}/decide/": {"what": "switch_off"},
    "oauth_bridge/person/{person}/cut-off/confirm/": {},
    "oauth_bridge/person/{person}/forget/confirm/": {"login": "mira-holt"},
    "oauth_bridge/accessrequest/{request}/decide/": {"decision": "approve"},
    "oauth_bridge/allowrule/add/": {"kind": "login", "login": "mallory", "_save": "1"},
    "oauth_bridge/allowrule/{rule}/delete/": {"post": "yes"},
    "oauth_bridge/clienthost/add/": {"host": "x.example", "trust": "known"},
    "operators/add/": {"way": "password", "name": "mallory", "role": "owner"},
    "operators/{owner}/role/": {"role": "viewer"},
    "operators/{owner}/password/": {},
}
OF_OWNERS = [path for path in DECISIONS if path.startswith("operators/")]
COUNTS = """
import json
from oauth_bridge.models import *
print(json.dumps([rows.count() for rows in (
    Session.objects.filter(ended_at=None), Client.objects.filter(disabled_at=None), Person.objects.filter(is_active=True),
    AllowRule.objects.all(), AccessRequest.objects.filter(state="open"), ClientHost.objects.all(),
    Person.objects.filter(is_superuser=True),
)]))
"""


@pytest.fixture(scope="module")
def gatehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gatehouse]:
    """Serve a small month, with an operator and a viewer. Nothing is decided on it that another test would miss."""
    with serve(tmp_path_factory.mktemp("operators"), ALLOWED_USERNAMES="alice") as running:
        running.served.manage("demo", "--people", "20", "--sessions", "30", "--calls", "40")
        running.served.manage("shell", "-c", SETS_UP)
        yield running


@pytest.fixture(scope="module")
def rows(gatehouse: Gatehouse) -> dict[str, object]:
    """Return the keys of the rows to decide about."""
    found: dict[str, object] = ask(gatehouse, ROWS)
    return found


def ask(gatehouse: Gatehouse, question: str) -> Any:
    """Return what a line of JSON says that the server's own shell prints."""
    return json.loads(gatehouse.served.manage("shell", "-v", "0", "-c", question).strip().splitlines()[-1])


def test_a_viewer_is_offered_no_decision_and_refused_each(gatehouse: Gatehouse, window: Visit, rows: dict[str, object]) -> None:
    """The button is not hidden alone: whoever sends its form by hand hears 403, and nothing changes."""
    page = at_the_dashboard(gatehouse, window, "viewer", PASSWORD)
    for path in ("session/{session}", "client/{client}", "person/{person}", "allowrule/{rule}", "accessrequest/{request}"):
        page.goto(f"{gatehouse.url}/admin/oauth_bridge/{path.format(**rows)}/change/")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator("#content :is(button:not([data-copy]), input[type=submit], .danger, .primary)")).to_have_count(0)
    before = ask(gatehouse, COUNTS)
    assert answers(gatehouse, page, rows) == dict.fromkeys(DECISIONS, 403)
    # Of a list's actions Django knows none that is not offered: it shows the list again.
    chosen = {"action": "end_sessions", "_selected_action": str(rows["session"])}
    assert post_by_hand(gatehouse, page, "oauth_bridge/session/", **chosen) == 200
    assert ask(gatehouse, COUNTS) == before


def test_an_operator_is_refused_what_is_an_owners(gatehouse: Gatehouse, window: Visit, rows: dict[str, object]) -> None:
    window.expected_statuses = {403}
    page = at_the_dashboard(gatehouse, window, "operator", PASSWORD)
    expect(page.get_by_role("link", name="Operators")).to_have_count(0)
    before = ask(gatehouse, COUNTS)
    assert answers(gatehouse, page, rows, OF_OWNERS) == dict.fromkeys(OF_OWNERS, 403)
    assert ask(gatehouse, COUNTS) == before
    page.goto(f"{gatehouse.url}/admin/operators/")
    expect(page.get_by_text("Ask an owner to decide it")).to_be_visible()
    window.shoot("operators-refused")
    press(page, "Go to the dashboard")
    expect(page.get_by_role("heading", name="Overview", exact=True)).to_be_visible()


def answers(gatehouse: Gatehouse, page: Page, rows: dict[str, object], paths: list[str] | None = None) -> dict[str, int]:
    """Return the status of each decision that is sent by hand."""
    chosen = DECISIONS if paths is None else {path: DECISIONS[path] for path in paths}
    return {
        path: post_by_hand(gatehouse, page, path.format(**rows), **{name: value.format(**rows) for name, value in form.items()})
        for path, form in chosen.items()
    }


def test_the_only_owner_cannot_lock_themselves_out(gatehouse: Gatehouse, window: Visit, rows: dict[str, object]) -> None:
    """Neither by another role, nor by cutting themselves off, nor by deleting their own data."""
    page = at_the_dashboard(gatehouse, window, "admin", gatehouse.password)
    own = f"oauth_bridge/person/{rows['owner']}"
    page.goto(f"{gatehouse.url}/admin/{own}/change/")
    expect(page.locator("#content :is(.danger, button)")).to_have_count(0)
    for path, form in ((f"{own}/cut-off/confirm/", {}), (f"{own}/forget/confirm/", {"login": "admin"})):
        assert post_by_hand(gatehouse, page, path, **form) == 302
        page.reload()
        expect(page.locator(".messagelist .error")).to_be_visible()
    page.goto(f"{gatehouse.url}/admin/operators/")
    page.get_by_label("Role of admin", exact=True).select_option("none")
    press(page, "Save the role of admin")
    expect(page.locator(".messagelist .error")).to_contain_text("without an owner")
    page.goto(f"{gatehouse.url}/admin/")
    expect(page.locator("#user-tools")).to_contain_text("owner")


def test_an_operator_changes_their_password_by_keyboard(
    gatehouse: Gatehouse, browser: playwright.Browser, window: Visit
) -> None:
    """The new one counts at once, and a browser that came in with the old one is out."""
    name = named(gatehouse, browser)
    page = at_the_dashboard(gatehouse, window, name, PASSWORD)
    with visit(browser) as elsewhere:
        at_the_dashboard(gatehouse, elsewhere, name, PASSWORD)
        press(page, "Change password")
        window.shoot("operators-password-change")
        page.get_by_label("Old password").fill("not the old one at all")
        fill_twice(page, NEW_PASSWORD)
        expect(page.locator(".errornote")).to_be_visible()
        window.shoot("operators-password-change-wrong")
        page.get_by_label("Old password").fill(PASSWORD)
        fill_twice(page, NEW_PASSWORD)
        expect(page.get_by_text("From now on the new one counts.")).to_be_visible()
        window.shoot("operators-password-changed")
        elsewhere.page.reload()
        expect(elsewhere.page.locator("#login-form")).to_be_visible()
    press(page, "Log out")
    expect(page.get_by_role("heading", name="You are logged out")).to_be_visible()
    window.shoot("operators-logged-out")
    at_the_dashboard(gatehouse, window, name, NEW_PASSWORD)


def named(gatehouse: Gatehouse, browser: playwright.Browser) -> str:
    """Return a new operator, whose password is ``PASSWORD``: an owner gives them a first one, which ends with the next."""
    with visit(browser) as owner:
        page = at_the_dashboard(gatehouse, owner, "admin", gatehouse.password)
        page.goto(f"{gatehouse.url}/admin/operators/")
        page.get_by_label("Signs in").select_option("password")
        page.get_by_label("Login").fill("olga")
        page.get_by_label("Role", exact=True).select_option("operator")
        press(page, "Name")
        first = page.locator("#new-password").inner_text().strip()
        press(page, "New password for olga")
        expect(page.locator("#new-password")).not_to_have_text(first)
        second = page.locator("#new-password").inner_text().strip()
    with visit(browser) as olga:
        olga.page.goto(f"{gatehouse.url}/admin/")
        olga.page.get_by_label("Username").fill("olga")
        olga.page.get_by_label("Password").fill(first)
        press(olga.page, "Log in")
        expect(olga.page.locator(".errornote")).to_be_visible()
        page = at_the_dashboard(gatehouse, olga, "olga", second)
        press(page, "Change password")
        page.get_by_label("Old password").fill(second)
        fill_twice(page, PASSWORD)
        expect(page.get_by_text("From now on the new one counts.")).to_be_visible()
    return "olga"


def fill_twice(page: Page, password: str) -> None:
    """Type a new password twice, and press Enter."""
    page.get_by_label("New password:").fill(password)
    page.get_by_label("New password confirmation").fill(password)
    page.keyboard.press("Enter")


def test_who_guesses_a_password_is_slowed(tmp_path: Path, window: Visit) -> None:
    window.expected_statuses = {429}
    with serve(tmp_path, RATE_LOGIN="3/hour") as strict:
        page = window.page
        page.goto(f"{strict.url}/admin/")
        for _ in range(3):
            guess(page, "wrong")
            expect(page.locator(".errornote")).to_be_visible()
        guess(page, strict.password)
        expect(page.get_by_role("heading", name="Too many tries")).to_be_visible()
        expect(page.get_by_text(re.compile(r"Wait \d+ seconds"))).to_be_visible()
        window.shoot("operators-throttled")
        page.goto(f"{strict.url}/admin/")
        expect(page.locator("#login-form")).to_be_visible()


def guess(page: Page, password: str) -> None:
    """Try a password of the first owner's account."""
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(password)
    press(page, "Log in")


def test_a_page_of_the_dashboard_that_is_not_there_leads_back(gatehouse: Gatehouse, window: Visit) -> None:
    window.expected_statuses = {404}
    page = at_the_dashboard(gatehouse, window, "viewer", PASSWORD)
    page.goto(f"{gatehouse.url}/admin/nowhere/")
    expect(page.get_by_text("start from the dashboard's overview")).to_be_visible()
    window.shoot("operators-not-found")
    press(page, "Go to the dashboard")
    expect(page.get_by_role("heading", name="Overview", exact=True)).to_be_visible()


def test_a_form_without_its_cookie_says_what_to_do(gatehouse: Gatehouse, window: Visit) -> None:
    window.expected_statuses = {403}
    page = at_the_dashboard(gatehouse, window, "operator", PASSWORD)
    page.goto(f"{gatehouse.url}/admin/oauth_bridge/session/end/site/all/")
    page.locator("#content input[name=csrfmiddlewaretoken]").evaluate("field => { field.value = 'stale'; }")
    press(page, re.compile(r"End \d+ sessions? now"))
    expect(page.get_by_text("open the page of the dashboard anew")).to_be_visible()
    window.shoot("operators-stale-form")
    assert ask(gatehouse, COUNTS)[0] > 0
