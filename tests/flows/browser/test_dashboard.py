"""The dashboard's frame, overview, set-up guide and doctor in a browser: for an owner, a viewer, a plain person, a stranger."""

from collections.abc import Iterator
from pathlib import Path

import playwright.sync_api as playwright
import pytest
from playwright.sync_api import Page, expect

from tests.flows.browser.steps import at_github, press
from tests.support.chromium import PHONE, Visit, visit
from tests.support.gatehouse import Gatehouse
from tests.support.gatehouse import gatehouse as serve

PAGES = {"overview": "/admin/", "set-up": "/admin/set-up/", "doctor": "/admin/doctor/"}
PASSWORD = "a long pass phrase for tests"
VIEWER = f"""
from django.contrib.auth.models import Group
from oauth_bridge.models import Person
person = Person.objects.create_superuser("vera", {PASSWORD!r})
person.is_superuser = False
person.save()
person.groups.add(Group.objects.get(name="viewer"))
"""


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gatehouse]:
    """Serve a demonstration's month, with a viewer."""
    with serve(tmp_path_factory.mktemp("dashboard"), ALLOWED_USERNAMES="alice") as running:
        running.served.manage("demo", "--people", "30", "--sessions", "90", "--calls", "1500")
        running.served.manage("shell", "-c", VIEWER)
        yield running


@pytest.fixture
def desk(used: Gatehouse, browser: playwright.Browser) -> Iterator[Visit]:
    """Return the window of the first operator, an owner, at the overview."""
    with visit(browser) as window:
        sign_in(used, window.page, "admin", used.password)
        yield window


def sign_in(gatehouse: Gatehouse, page: Page, name: str, password: str) -> None:
    page.goto(f"{gatehouse.url}/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    press(page, "Log in")
    expect(page.get_by_role("heading", name="Overview", exact=True)).to_be_visible()


def settled(page: Page) -> None:
    """Wait until what comes after the page has come."""
    expect(page.locator("[aria-busy]")).to_have_count(0)


@pytest.mark.parametrize("name", PAGES)
def test_each_page_is_good_to_look_at_and_open_to_all(used: Gatehouse, desk: Visit, name: str) -> None:
    desk.page.goto(used.url + PAGES[name])
    settled(desk.page)
    desk.shoot(f"dashboard-{name}")


def test_the_sign_in_page_is_open_to_all(used: Gatehouse, window: Visit) -> None:
    window.page.goto(f"{used.url}/admin/")
    window.shoot("dashboard-login")


def test_the_overview_draws_its_charts_and_asks_outside(used: Gatehouse, desk: Visit) -> None:
    page = desk.page
    settled(page)
    assert page.locator("canvas").count() == 4
    painted = "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(byte => byte)"
    assert all(canvas.evaluate(painted) for canvas in page.locator("canvas").all())
    expect(page.locator(".part", has_text="Seen from outside")).to_contain_text("answers as clients expect")
    expect(page.locator(".part", has_text="GitHub")).to_contain_text("answers in")
    page.locator("section.chart", has_text="Tool calls").get_by_text("The numbers").click()
    expect(page.get_by_role("region", name="Tool calls, as a table").locator("tbody tr")).to_have_count(30)
    page.get_by_role("link", name="7 days").click()
    expect(page.locator("section.chart", has_text="Tool calls").locator("tbody tr")).to_have_count(7)
    assert {request.url.split("/")[2] for request in desk.requests} == {used.url.split("/")[2]}


def test_every_entry_of_the_navigation_opens_and_is_marked(used: Gatehouse, desk: Visit) -> None:
    names = desk.page.locator(".navigation > ul > li > a").all_inner_texts()
    assert len(names) >= 6
    for number in range(len(names)):
        desk.page.locator(".navigation > ul > li > a").nth(number).click()
        expect(desk.page.locator(".navigation > ul > li > a").nth(number)).to_have_attribute("aria-current", "page")
        expect(desk.page.locator("h1")).to_be_visible()


def test_the_theme_is_kept(used: Gatehouse, desk: Visit) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    light = desk.page.evaluate(background)
    desk.page.locator(".theme-toggle").click()
    dark = desk.page.evaluate(background)
    assert dark != light
    desk.page.reload()
    assert desk.page.evaluate(background) == dark


def test_the_menu_folds_on_a_phone_and_opens_by_keyboard(used: Gatehouse, desk: Visit) -> None:
    page = desk.page
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a plain dict of the right shape
    navigation = page.get_by_role("navigation", name="Dashboard")
    expect(navigation).to_be_hidden()
    page.get_by_role("button", name="Menu").focus()
    page.keyboard.press("Enter")
    expect(navigation).to_be_visible()
    page.keyboard.press("Escape")
    expect(navigation).to_be_hidden()
    expect(page.get_by_role("button", name="Menu")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Set-up", level=1)).to_be_visible()


def test_without_scripts_everything_is_there_but_the_charts(used: Gatehouse, browser: playwright.Browser) -> None:
    with visit(browser, java_script=False) as window:
        sign_in(used, window.page, "admin", used.password)
        window.page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a plain dict of the right shape
        expect(window.page.get_by_role("navigation", name="Dashboard")).to_be_visible()
        window.page.get_by_role("link", name="Connection doctor").first.click()
        expect(window.page.get_by_text("All is as clients expect.")).to_be_visible()


def test_a_viewer_sees_the_same_and_no_operators(used: Gatehouse, window: Visit) -> None:
    sign_in(used, window.page, "vera", PASSWORD)
    expect(window.page.locator("#user-tools")).to_contain_text("viewer")
    for path in PAGES.values():
        window.page.goto(used.url + path)
        expect(window.page.get_by_role("navigation", name="Dashboard")).to_be_visible()
        expect(window.page.get_by_role("link", name="Operators")).to_have_count(0)
    settled(window.page)


@pytest.mark.parametrize("login", ["", "alice"])
def test_others_are_asked_for_a_password(used: Gatehouse, window: Visit, login: str) -> None:
    if login:
        window.page.goto(f"{used.url}/admin/")
        press(window.page, "Sign in with GitHub")
        at_github(window.page, login)
    for path in PAGES.values():
        window.page.goto(used.url + path)
        expect(window.page.locator("#login-form")).to_be_visible()
        expect(window.page.get_by_role("navigation", name="Dashboard")).to_have_count(0)


def test_a_step_of_the_guide_turns_green_by_itself(tmp_path: Path, browser: playwright.Browser) -> None:
    with serve(tmp_path, ALLOWED_USERNAMES="nobody-yet") as fresh, visit(browser) as window:
        sign_in(fresh, window.page, "admin", fresh.password)
        window.page.get_by_role("link", name="set-up guide").click()
        step = window.page.locator("#client")
        expect(step.locator(".state")).to_have_text("To do")
        window.context.grant_permissions(["clipboard-read", "clipboard-write"])
        window.page.get_by_role("button", name="Copy: Authorization callback URL").click()
        assert window.page.evaluate("navigator.clipboard.readText()") == f"{fresh.url}/callback"
        fresh.served.manage("demo", "--people", "2", "--sessions", "2", "--calls", "2")
        expect(step.locator(".state")).to_have_text("Done")
        expect(window.page.locator("#sign-in .state")).to_have_text("Done")
