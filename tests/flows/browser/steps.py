"""What a person does in the browser, step by step."""

import re

from playwright.sync_api import Page, expect

from tests.support.chromium import Visit
from tests.support.flow import OAuthClient
from tests.support.gatehouse import Gatehouse
from tests.support.loopback import Listener


def consent(gatehouse: Gatehouse, window: Visit, client: OAuthClient, **changes: str) -> Page:
    """Open the consent page as the client would; ``changes`` are parameters of the authorization request."""
    window.page.goto(gatehouse.url + client.authorize_url(**changes))
    expect(window.page.get_by_role("button", name="Allow")).to_be_visible()
    return window.page


def press(page: Page, name: str | re.Pattern[str]) -> None:
    """Press a button, or follow a link, of that name."""
    page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).click()


def at_github(page: Page, login: str) -> None:
    """Be that person on the simulator's page."""
    page.locator(f'button[name="login"][value="{login}"]').click()


def sign_in(gatehouse: Gatehouse, window: Visit, program: Listener, login: str = "alice") -> OAuthClient:
    """Return a client through which somebody has signed in, in that window."""
    client = gatehouse.client(program.redirect_uri)
    page = consent(gatehouse, window, client)
    press(page, "Allow")
    at_github(page, login)
    assert client.redeem(program.arrival()).status_code == 200
    expect(page.get_by_text("Back at the program.")).to_be_visible()
    return client


def asked_github(gatehouse: Gatehouse, window: Visit) -> list[str]:
    """Return the addresses at the simulator that the window has been to."""
    return [request.url for request in window.requests if request.url.startswith(gatehouse.served.simulator_url)]


def at_the_dashboard(gatehouse: Gatehouse, window: Visit, name: str, password: str) -> Page:
    """Sign in to the dashboard by password."""
    page = window.page
    page.goto(f"{gatehouse.url}/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    press(page, "Log in")
    expect(page.locator("#user-tools")).to_contain_text(name)
    return page


def post_by_hand(gatehouse: Gatehouse, page: Page, path: str, **form: str) -> int:
    """Send a form that no page offers, with cookies and token of the page that is open; return the status."""
    token = page.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    answer = page.request.post(
        f"{gatehouse.url}/admin/{path}",
        form={"csrfmiddlewaretoken": token, **form},
        headers={"Origin": gatehouse.url, "Referer": page.url},
        max_redirects=0,
    )
    return answer.status
