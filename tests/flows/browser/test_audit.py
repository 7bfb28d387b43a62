"""The pages of audit and operators in a browser: by keyboard, in light and dark, on a phone."""

import re
from collections.abc import Iterator
from pathlib import Path

import playwright.sync_api as playwright
import pytest
from playwright.sync_api import Page, expect

from tests.flows.browser.steps import press, sign_in
from tests.support.chromium import Visit, visit
from tests.support.gatehouse import Gatehouse
from tests.support.gatehouse import gatehouse as serve
from tests.support.loopback import Listener


@pytest.fixture(scope="module")
def gatehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gatehouse]:
    """Serve apart: what is decided here must not hold for the other files."""
    with serve(tmp_path_factory.mktemp("audit"), ALLOWED_USERNAMES="alice,bob", ADMIN_USERNAMES="carol") as running:
        yield running


@pytest.fixture
def desk(gatehouse: Gatehouse, browser: playwright.Browser) -> Iterator[Visit]:
    """Return an owner's browser."""
    with visit(browser) as opened:
        enter(opened.page, gatehouse, "admin", gatehouse.password)
        yield opened


def enter(page: Page, gatehouse: Gatehouse, name: str, password: str) -> None:
    page.goto(f"{gatehouse.url}/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    press(page, "Log in")


def test_an_owner_finds_an_event_checks_the_record_and_takes_it_away(
    gatehouse: Gatehouse, window: Visit, desk: Visit, program: Listener, tmp_path: Path
) -> None:
    sign_in(gatehouse, window, program)
    page = desk.page
    page.goto(f"{gatehouse.url}/admin/")
    page.get_by_role("link", name="Audit", exact=True).click()
    expect(page.get_by_role("list", name="Events, newest first")).to_contain_text("Tokens issued")
    desk.shoot("audit")
    page.get_by_label("What", exact=True).select_option("tokens_issued")
    page.get_by_label("Person").fill("alice")
    page.keyboard.press("Enter")
    first = page.locator("ol.events > li").first
    expect(first).to_contain_text("Tokens issued")
    first.locator(".reference").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"reference="))
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV").click()
    taken.value.save_as(tmp_path / "audit.csv")
    assert "tokens_issued" in (tmp_path / "audit.csv").read_text(encoding="utf-8")
    press(page, "Check now")
    expect(page.get_by_role("status").filter(has_text="record")).to_contain_text("The record is whole.")
    desk.shoot("audit-checked")
    page.goto(f"{gatehouse.url}/admin/audit/?person=nobody-of-this-name")
    expect(page.locator(".empty")).to_contain_text("Nothing fits")
    desk.shoot("audit-empty")


def test_an_owner_names_a_viewer_who_sees_and_changes_nothing(
    gatehouse: Gatehouse, browser: playwright.Browser, desk: Visit
) -> None:
    page = desk.page
    page.goto(f"{gatehouse.url}/admin/operators/")
    page.get_by_label("Signs in").select_option("password")
    page.get_by_label("Login").fill("vera")
    page.get_by_label("Role", exact=True).select_option("viewer")
    press(page, "Name")
    password = page.locator("#new-password").inner_text().strip()
    desk.shoot("operators-password")
    page.goto(f"{gatehouse.url}/admin/operators/")
    desk.shoot("operators")
    with visit(browser) as viewer:
        enter(viewer.page, gatehouse, "vera", password)
        viewer.page.goto(f"{gatehouse.url}/admin/audit/")
        expect(viewer.page.get_by_role("heading", name="Audit")).to_be_visible()
        expect(viewer.page.get_by_role("link", name="CSV")).to_have_count(0)
        expect(viewer.page.get_by_role("link", name="Operators")).to_have_count(0)
        viewer.expected_statuses.add(403)
        viewer.page.goto(f"{gatehouse.url}/admin/operators/")
        expect(viewer.page.get_by_label("Login")).to_have_count(0)
    page.get_by_label("Role of vera", exact=True).select_option("none")
    page.get_by_label("Save the role of vera").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".messagelist")).to_contain_text("Vera is no operator any more.")
    page.goto(f"{gatehouse.url}/admin/audit/?kind=operator_changed")
    expect(page.locator("ol.events > li").first).to_contain_text("viewer, none")


def test_the_last_owner_is_told_why_they_stay(gatehouse: Gatehouse, desk: Visit) -> None:
    desk.page.goto(f"{gatehouse.url}/admin/operators/")
    desk.page.get_by_label("Role of admin", exact=True).select_option("viewer")
    desk.page.get_by_label("Save the role of admin").click()
    expect(desk.page.locator(".messagelist .error")).to_contain_text("without an owner")


@pytest.mark.parametrize("path", ["audit/", "operators/", "audit/export.csv"])
def test_a_stranger_sees_the_password_form(gatehouse: Gatehouse, window: Visit, path: str) -> None:
    window.page.goto(f"{gatehouse.url}/admin/{path}")
    expect(window.page.locator("#login-form")).to_be_visible()
