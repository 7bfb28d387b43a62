"""What there is too much of among clients: floods of registrations, those that came to nothing, the same one several times."""

from collections.abc import Iterator

import playwright.sync_api as playwright
import pytest
from playwright.sync_api import Page, expect

from oauth_bridge.admin.clients import STORM
from tests.flows.browser.steps import at_github, at_the_dashboard, consent, press
from tests.support.chromium import Visit, visit
from tests.support.gatehouse import Gatehouse
from tests.support.gatehouse import gatehouse as serve
from tests.support.loopback import Listener


@pytest.fixture
def gatehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gatehouse]:
    """Serve apart, for each test: nobody has registered yet."""
    with serve(tmp_path_factory.mktemp("registrations"), ALLOWED_USERNAMES="alice") as running:
        yield running


@pytest.fixture
def desk(gatehouse: Gatehouse, browser: playwright.Browser) -> Iterator[Visit]:
    """Return an owner's browser, at the list of clients."""
    with visit(browser) as opened:
        page = at_the_dashboard(gatehouse, opened, "admin", gatehouse.password)
        page.get_by_role("link", name="Clients", exact=True).click()
        yield opened


def register(gatehouse: Gatehouse, name: str) -> None:
    gatehouse.client("http://127.0.0.1/callback", client_name=name)


def come(gatehouse: Gatehouse, browser: playwright.Browser, program: Listener) -> None:
    """Let Alice sign in through a program that registers first."""
    client = gatehouse.client(program.redirect_uri, client_name="Desk Assistant")
    with visit(browser) as window:
        press(consent(gatehouse, window, client), "Allow")
        at_github(window.page, "alice")
        client.redeem(program.arrival()).raise_for_status()


def number(page: Page, label: str) -> str:
    """Return one of the numbers above the list."""
    return page.locator(".numbers > div", has_text=label).locator("dd").inner_text()


def test_a_flood_is_seen_and_switched_off(gatehouse: Gatehouse, desk: Visit) -> None:
    page = desk.page
    rows = page.locator("#result_list tbody tr")
    expect(page.get_by_role("heading", name="No program has come yet")).to_be_visible()
    desk.shoot("registrations-none")
    for each in range(STORM - 1):
        register(gatehouse, f"Flood {each}")
    page.reload()
    expect(rows).to_have_count(STORM - 1)
    expect(page.get_by_text("Many registrations from one place")).to_have_count(0)
    register(gatehouse, "Flood, the last")
    page.reload()
    notice = page.locator(".notice", has_text="Many registrations from one place")
    expect(notice).to_contain_text(f"127.0.0.1 registered {STORM} times in a day")
    desk.shoot("registrations-flood")
    everything = page.get_by_role("link", name="Show all")
    expect(everything).to_have_count(0)
    notice.get_by_role("link", name="127.0.0.1").click()
    expect(rows).to_have_count(STORM)
    expect(everything).to_be_visible()
    page.get_by_label("Select all objects on this page for an action").check()
    page.locator("select[name=action]").select_option("switch_off")
    page.get_by_role("button", name="Go", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text(f"{STORM} client(s) switched off, 0 session(s) ended.")
    assert number(page, "Switched off") == str(STORM)


def test_what_came_to_nothing_is_told_from_what_came_twice(
    gatehouse: Gatehouse, desk: Visit, browser: playwright.Browser, program: Listener
) -> None:
    """An equal registration is given again until somebody signs in through it: from then on it is another one."""
    page = desk.page
    rows = page.locator("#result_list tbody tr")
    register(gatehouse, "Idle")
    come(gatehouse, browser, program)
    page.reload()
    expect(rows).to_have_count(2)
    expect(page.get_by_text("The same program registered several times")).to_have_count(0)
    come(gatehouse, browser, program)
    page.reload()
    assert [number(page, label) for label in ("Programs", "New today", "Came to nothing")] == ["3", "3", "1"]
    notice = page.locator("details.notice", has_text="The same program registered several times")
    notice.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(notice).to_contain_text("2 registrations with equal redirect URIs")
    desk.shoot("registrations-twice")
    notice.get_by_role("link").click()
    expect(rows).to_have_count(2)
    rows.first.locator("th a").click()
    expect(page.get_by_role("heading", name="1 other registration of the same name and redirect URIs")).to_be_visible()
    desk.shoot("registrations-one-of-two")
    page.get_by_role("link", name="Clients", exact=True).first.click()
    page.locator(".numbers").get_by_role("link", name="1", exact=True).click()
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Idle")
