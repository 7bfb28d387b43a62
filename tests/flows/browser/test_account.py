"""A person looks after their own sessions, in a real browser."""

import playwright.sync_api as playwright
from playwright.sync_api import expect

from tests.flows.browser.steps import at_github, consent, press, sign_in
from tests.support.chromium import Visit, visit
from tests.support.gatehouse import Gatehouse
from tests.support.loopback import Listener


def test_a_person_ends_one_session_then_all(
    gatehouse: Gatehouse, browser: playwright.Browser, window: Visit, program: Listener
) -> None:
    with visit(browser) as other:
        clients = [sign_in(gatehouse, window, program), sign_in(gatehouse, other, program)]
    third = gatehouse.client(program.redirect_uri, client_name="A program with a very, very long name" + " indeed" * 12)
    press(consent(gatehouse, window, third), "Allow")
    assert third.redeem(program.arrival()).status_code == 200
    page = window.page
    page.goto(gatehouse.url)
    press(page, "Account")
    expect(page).to_have_url(f"{gatehouse.url}/account")
    count = page.locator("article.session").count()
    assert count >= 3
    window.shoot("account")
    page.locator("article.session", has_text="very, very long").get_by_role("button", name="End").click()
    expect(page.get_by_role("status").filter(has_text="ended")).to_have_text("The session has ended.")
    expect(page.locator("article.session")).to_have_count(count - 1)
    assert third.mcp().status_code == 401
    assert [client.mcp().status_code for client in clients] == [200, 200]
    page.locator("summary", has_text="End all").click()
    window.shoot("account-end-all")
    press(page, "End all sessions now")
    expect(page.get_by_text("No program is signed in for you.")).to_be_visible()
    window.shoot("account-empty")
    assert [client.mcp().status_code for client in clients] == [401, 401]


def test_signing_in_and_out_on_the_way(gatehouse: Gatehouse, window: Visit) -> None:
    page = window.page
    page.goto(f"{gatehouse.url}/account")
    expect(page).to_have_url(f"{gatehouse.url}/login?next=/account")
    press(page, "Sign in with GitHub")
    at_github(page, "bob")
    expect(page).to_have_url(f"{gatehouse.url}/account")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your sessions")
    press(page, "Sign out")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    page.goto(gatehouse.url)
    expect(page.get_by_role("link", name="Account")).to_have_count(0)


def test_it_works_without_scripts(gatehouse: Gatehouse, browser: playwright.Browser, program: Listener) -> None:
    with visit(browser, java_script=False) as window:
        client = sign_in(gatehouse, window, program, "bob")
        window.page.goto(f"{gatehouse.url}/account")
        window.page.locator("summary", has_text="End all").click()
        press(window.page, "End all sessions now")
        expect(window.page.get_by_text("No program is signed in for you.")).to_be_visible()
    assert client.mcp().status_code == 401
