"""Sessions, clients and people in a real browser: as an owner, an operator, a viewer, a person and a stranger."""

import json
import re
from collections.abc import Iterator

import playwright.sync_api as playwright
import pytest
from playwright.sync_api import Page, expect

from tests.flows.browser.steps import at_github, consent, press, sign_in
from tests.support.chromium import Visit, visit
from tests.support.flow import OAuthClient
from tests.support.gatehouse import Gatehouse
from tests.support.gatehouse import gatehouse as serve
from tests.support.loopback import Listener

PASSWORD = "a long pass phrase for a colleague"
SETS_UP = """
from django.contrib.auth.models import Group
from oauth_bridge.models import Person
for role in ("operator", "viewer"):
    person, _ = Person.objects.get_or_create(username=role, defaults={"login": role, "is_staff": True})
    person.set_password(%s)
    person.save()
    person.groups.set([Group.objects.get(name=role)])
"""
PATHS = ("session/", "client/", "person/", "allowrule/", "accessrequest/", "session/end/site/all/", "client/new/")


@pytest.fixture(scope="module")
def colleagues(gatehouse: Gatehouse) -> None:
    """Make an operator and a viewer, each with a password."""
    gatehouse.served.manage("shell", "-c", SETS_UP % json.dumps(PASSWORD))


@pytest.fixture(scope="module")
def gatehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gatehouse]:
    """Serve apart: what is decided here must not hold for the other files."""
    with serve(tmp_path_factory.mktemp("access"), ALLOWED_USERNAMES="alice,bob", ADMIN_USERNAMES="carol") as running:
        yield running


@pytest.fixture
def desk(gatehouse: Gatehouse, browser: playwright.Browser) -> Iterator[Visit]:
    """Return an owner's browser."""
    with visit(browser) as opened:
        log_in(gatehouse, opened.page, "admin", gatehouse.password)
        yield opened


def log_in(gatehouse: Gatehouse, page: Page, name: str, password: str) -> None:
    """Sign in by password."""
    page.goto(f"{gatehouse.url}/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    press(page, "Log in")
    expect(page.locator("#user-tools")).to_contain_text(name)


def go(gatehouse: Gatehouse, page: Page, path: str) -> None:
    """Open one of the pages of access."""
    page.goto(f"{gatehouse.url}/admin/oauth_bridge/{path}")


def first_row(page: Page) -> None:
    """Follow the first row of a list."""
    page.locator("#result_list tbody th a").first.click()


def said(page: Page, text: str) -> None:
    """Expect a message."""
    expect(page.locator(".messagelist")).to_contain_text(text)


def test_a_session_is_found_looked_at_and_ended(gatehouse: Gatehouse, desk: Visit, window: Visit, program: Listener) -> None:
    client = sign_in(gatehouse, window, program)
    assert client.mcp().status_code == 200
    page = desk.page
    go(gatehouse, page, "session/?state=active")
    desk.shoot("access-sessions")
    go(gatehouse, page, f"session/?q={client.client_id}")
    first_row(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("alice through")
    desk.shoot("access-session")
    press(page, "End this session…")
    expect(page.locator(".how-many")).to_have_text("1 active session will end.")
    desk.shoot("access-end")
    press(page, "End 1 session now")
    said(page, "1 session ended.")
    assert client.mcp().status_code == 401


def test_all_sessions_are_ended_by_the_keyboard_alone(
    gatehouse: Gatehouse, desk: Visit, window: Visit, program: Listener
) -> None:
    client = sign_in(gatehouse, window, program)
    page = desk.page
    go(gatehouse, page, "session/")
    tab_to(page, "End all sessions…")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("End all sessions of this server?")
    tab_to(page, re.compile(r"End \d+ sessions? now"))
    page.keyboard.press("Enter")
    said(page, "ended.")
    assert client.mcp().status_code == 401


def test_a_client_is_looked_at_and_switched_off_and_on(
    gatehouse: Gatehouse, desk: Visit, window: Visit, program: Listener
) -> None:
    client, page = sign_in(gatehouse, window, program), desk.page
    go(gatehouse, page, "client/")
    desk.shoot("access-clients")
    go(gatehouse, page, f"client/?q={client.client_id}")
    first_row(page)
    desk.shoot("access-client")
    press(page, "Switch off and end 1 session")
    said(page, "Switched off.")
    assert client.mcp().status_code == 401
    press(page, "Switch on")
    said(page, "Switched on.")


def test_a_client_is_made_by_hand_and_its_secret_copied(gatehouse: Gatehouse, desk: Visit) -> None:
    page = desk.page
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=gatehouse.url)
    go(gatehouse, page, "client/")
    press(page, "New client…")
    desk.shoot("access-client-new")
    page.get_by_label("Name").fill("Desk Assistant")
    page.get_by_label("Redirect URIs").fill("https://desk.example/callback")
    press(page, "Make the client")
    expect(page.get_by_role("heading", level=1)).to_have_text("The client is ready")
    desk.shoot("access-client-made")
    secret = page.locator("#client-secret").inner_text()
    page.get_by_role("button", name="Copy the client secret").click()
    expect(page.get_by_role("button", name="Copy the client secret")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == secret
    press(page, "Done")
    expect(page.get_by_role("heading", level=1)).to_have_text("Desk Assistant")
    assert secret not in page.content()


def test_a_rule_is_previewed_written_and_taken_away(
    gatehouse: Gatehouse, desk: Visit, window: Visit, program: Listener
) -> None:
    page = desk.page
    go(gatehouse, page, "allowrule/")
    desk.shoot("access-rules")
    press(page, "Let somebody in…")
    desk.shoot("access-rule-new")
    page.get_by_label("GitHub login").fill("dave")
    press(page, "See what that does")
    expect(page.get_by_role("heading", name="What that does")).to_be_visible()
    press(page, "Save it")
    said(page, "was added")
    client = sign_in(gatehouse, window, program, "dave")
    go(gatehouse, page, "allowrule/?q=dave")
    first_row(page)
    press(page, "Take it away…")
    expect(page.locator(".preview")).to_contain_text("dave: 1 session ends")
    desk.shoot("access-rule-away")
    assert client.mcp().status_code == 200
    press(page, "Take the rule away")
    said(page, "1 session(s) ended")
    assert client.mcp().status_code == 401


def test_a_request_for_access_is_answered_by_one_press(
    gatehouse: Gatehouse, desk: Visit, window: Visit, program: Listener
) -> None:
    window.expected_statuses = {403}
    page = desk.page
    go(gatehouse, page, "accessrequest/")
    desk.shoot("access-requests-none")
    client = ask_for_access(gatehouse, window, program)
    go(gatehouse, page, "accessrequest/")
    expect(page.locator("ul.asked")).to_contain_text("mallory")
    desk.shoot("access-requests")
    press(page, "Allow mallory")
    said(page, "Allowed: mallory.")
    press(consent(gatehouse, window, client), "Allow")
    at_github(window.page, "mallory")
    assert client.redeem(program.arrival()).status_code == 200


def ask_for_access(gatehouse: Gatehouse, window: Visit, program: Listener) -> OAuthClient:
    """Return a client of somebody who is not allowed, and who asks to be."""
    client = gatehouse.client(program.redirect_uri)
    press(consent(gatehouse, window, client), "Allow")
    at_github(window.page, "mallory")
    window.page.get_by_role("textbox").fill("May I come in?")
    press(window.page, "Ask for access")
    expect(window.page.get_by_role("heading", level=1)).to_be_visible()
    return client


def test_a_person_is_cut_off_let_back_and_forgotten(
    gatehouse: Gatehouse, desk: Visit, window: Visit, program: Listener
) -> None:
    client, page = sign_in(gatehouse, window, program, "bob"), desk.page
    go(gatehouse, page, "person/")
    desk.shoot("access-people")
    go(gatehouse, page, "person/?q=bob")
    first_row(page)
    desk.shoot("access-person")
    press(page, "Cut off everywhere…")
    desk.shoot("access-cut-off")
    press(page, "Cut off everywhere")
    said(page, "Cut off: bob.")
    assert client.mcp().status_code == 401
    press(page, "Let back…")
    press(page, "Let back")
    said(page, "Let back: bob")
    press(page, "Delete all data…")
    desk.shoot("access-forget")
    page.get_by_role("textbox").fill("bob")
    press(page, "Delete all data")
    said(page, "All data about bob is deleted.")
    expect(page.locator("#result_list")).not_to_contain_text("bob")


@pytest.mark.usefixtures("colleagues")
def test_a_viewer_looks_and_decides_nothing(gatehouse: Gatehouse, browser: playwright.Browser) -> None:
    with visit(browser) as viewing:
        viewing.expected_statuses = {403}
        log_in(gatehouse, viewing.page, "viewer", PASSWORD)
        for path in PATHS[:5]:
            go(gatehouse, viewing.page, path)
            expect(viewing.page.get_by_role("heading", level=1)).to_be_visible()
            expect(viewing.page.locator("#content :is(.danger, .primary, select[name=action])")).to_have_count(0)
        for path in PATHS[5:]:
            go(gatehouse, viewing.page, path)
            expect(viewing.page.get_by_text("This page is not open to you")).to_be_visible()


@pytest.mark.usefixtures("colleagues")
def test_an_operator_decides_but_names_no_operator(gatehouse: Gatehouse, browser: playwright.Browser) -> None:
    with visit(browser) as working:
        log_in(gatehouse, working.page, "operator", PASSWORD)
        for path in PATHS:
            go(gatehouse, working.page, path)
            expect(working.page.get_by_role("heading", level=1)).to_be_visible()
        go(gatehouse, working.page, "allowrule/add/")
        expect(working.page.locator("input[name=is_admin]")).to_have_count(0)


def test_a_person_and_a_stranger_see_the_password_form(
    gatehouse: Gatehouse, window: Visit, browser: playwright.Browser
) -> None:
    window.page.goto(f"{gatehouse.url}/login")
    press(window.page, "Sign in with GitHub")
    at_github(window.page, "alice")
    expect(window.page).to_have_url(f"{gatehouse.url}/")
    with visit(browser) as stranger:
        for someone in (window, stranger):
            for path in PATHS:
                go(gatehouse, someone.page, path)
                expect(someone.page.locator("#login-form")).to_be_visible()


def tab_to(page: Page, name: str | re.Pattern[str]) -> None:
    """Press Tab until a link or button of that name has the focus."""
    wanted = page.get_by_role("link", name=name).or_(page.get_by_role("button", name=name))
    for _ in range(80):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"{name} cannot be reached by the keyboard")
