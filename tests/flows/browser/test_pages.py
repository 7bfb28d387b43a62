"""The pages beside the consent page: whole, quiet, and of use."""

import pytest
from playwright.sync_api import expect

from tests.flows.browser.steps import at_github, press
from tests.support.chromium import Visit
from tests.support.gatehouse import Gatehouse


def test_a_person_signs_in_without_a_program(gatehouse: Gatehouse, window: Visit) -> None:
    window.page.goto(f"{gatehouse.url}/login")
    window.shoot("sign-in")
    press(window.page, "Sign in with GitHub")
    at_github(window.page, "alice")
    expect(window.page).to_have_url(f"{gatehouse.url}/")


@pytest.mark.parametrize(
    ("name", "path", "status"),
    [
        ("error-unknown-client", "/auth?client_id=nobody&response_type=code", 400),
        ("error-start-again", "/callback?code=a&state=b", 400),
        ("error-not-found", "/nowhere", 404),
    ],
)
def test_an_error_page_is_whole(gatehouse: Gatehouse, window: Visit, name: str, path: str, status: int) -> None:
    window.expected_statuses = {status}
    answer = window.page.goto(gatehouse.url + path)
    assert answer is not None
    assert answer.status == status
    reference = window.page.locator("#reference").text_content()
    assert reference == answer.header_value("x-request-id")
    window.shoot(name)


def test_every_copy_button_copies_what_stands_beside_it(gatehouse: Gatehouse, window: Visit) -> None:
    window.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=gatehouse.url)
    page = window.page
    page.goto(gatehouse.url)
    window.shoot("home")
    buttons = page.locator("button[data-copy]")
    assert buttons.count() >= 8
    for button in buttons.all():
        shown = page.locator(f"#{button.get_attribute('data-copy')}").inner_text()
        button.click()
        expect(button).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == shown.strip()
        assert gatehouse.url in shown or shown.startswith("npx ")


def test_where_the_clipboard_is_closed_the_text_is_marked(gatehouse: Gatehouse, window: Visit) -> None:
    page = window.page
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined});")
    page.goto(gatehouse.url)
    button = page.get_by_role("button", name="Copy the server address")
    button.click()
    expect(button).to_contain_text("Marked")
    assert page.evaluate("getSelection().toString()").strip() == f"{gatehouse.url}/mcp"
