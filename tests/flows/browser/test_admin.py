"""The operator's way in, and what ending a session does to a client."""

import playwright.sync_api as playwright
from playwright.sync_api import expect

from tests.flows.browser.steps import at_github, press, sign_in
from tests.support.chromium import Visit, visit
from tests.support.desk import SESSIONS
from tests.support.flow import OAuthClient
from tests.support.gatehouse import Gatehouse
from tests.support.loopback import Listener


def test_an_operator_signs_in_by_password_and_ends_a_session(
    gatehouse: Gatehouse, browser: playwright.Browser, window: Visit, program: Listener
) -> None:
    client = sign_in(gatehouse, window, program)
    assert client.mcp().status_code == 200
    with visit(browser) as desk:
        page = desk.page
        page.goto(f"{gatehouse.url}/admin/")
        desk.shoot("admin-login")
        page.get_by_label("Username").fill("admin")
        page.get_by_label("Password").fill(gatehouse.password)
        press(page, "Log in")
        expect(page.locator("#user-tools")).to_contain_text("admin")
        desk.shoot("admin")
        for kind in ("client", "person", "allowrule"):
            page.goto(f"{gatehouse.url}/admin/oauth_bridge/{kind}/")
            expect(page.locator("#result_list")).to_be_visible()
            desk.shoot(f"admin-{kind}")
        end_session(gatehouse, desk, client)
    answer = client.mcp()
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert client.refresh().json()["error"] == "invalid_grant"


def test_an_operator_signs_in_through_github(
    gatehouse: Gatehouse, browser: playwright.Browser, window: Visit, program: Listener
) -> None:
    client = sign_in(gatehouse, window, program, "bob")
    with visit(browser) as desk:
        desk.page.goto(f"{gatehouse.url}/admin/")
        press(desk.page, "Sign in with GitHub")
        at_github(desk.page, "carol")
        expect(desk.page).to_have_url(f"{gatehouse.url}/admin/")
        end_session(gatehouse, desk, client)
    assert client.mcp().status_code == 401


def test_a_person_of_github_is_no_operator(gatehouse: Gatehouse, window: Visit) -> None:
    window.page.goto(f"{gatehouse.url}/admin/")
    press(window.page, "Sign in with GitHub")
    at_github(window.page, "alice")
    expect(window.page.locator("#login-form")).to_be_visible()
    window.page.goto(gatehouse.url + SESSIONS)
    expect(window.page.locator("#login-form")).to_be_visible()
    expect(window.page.locator("#result_list")).to_have_count(0)


def end_session(gatehouse: Gatehouse, desk: Visit, client: OAuthClient) -> None:
    """End the client's one session, as an operator does."""
    page = desk.page
    page.goto(f"{gatehouse.url}{SESSIONS}?q={client.client_id}")
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    page.locator("#result_list tbody input[type=checkbox]").check()
    page.locator("select[name=action]").select_option("end_sessions")
    page.get_by_role("button", name="Go", exact=True).click()
    expect(page.locator(".messagelist")).to_have_text("1 session(s) ended.")
    expect(page.locator("#result_list tbody tr")).to_contain_text("ended")
    desk.shoot("admin-session")
