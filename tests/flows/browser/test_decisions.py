"""What an operator decides of many at once, in a browser: sessions of a person or a client, requests, hosts of documents."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import playwright.sync_api as playwright
import pytest
from playwright.sync_api import Page, expect

from tests.flows.browser.steps import at_github, at_the_dashboard, consent, press, sign_in
from tests.support.chromium import Visit, visit
from tests.support.flow import OAuthClient
from tests.support.gatehouse import Gatehouse
from tests.support.gatehouse import gatehouse as serve
from tests.support.loopback import Listener


@pytest.fixture
def gatehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gatehouse]:
    """Serve one test: whoever is decided about is known to no other."""
    with serve(tmp_path_factory.mktemp("decisions"), ALLOWED_USERNAMES="alice,bob") as running:
        yield running


@pytest.fixture
def desk(gatehouse: Gatehouse, browser: playwright.Browser) -> Iterator[Visit]:
    """Return an owner's browser."""
    with visit(browser) as opened:
        at_the_dashboard(gatehouse, opened, "admin", gatehouse.password)
        yield opened


def find(gatehouse: Gatehouse, page: Page, table: str, text: str) -> None:
    """Open the one row of a table that a search finds."""
    page.goto(f"{gatehouse.url}/admin/oauth_bridge/{table}/")
    page.get_by_role("textbox", name=re.compile("^Search")).fill(text)
    page.keyboard.press("Enter")
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    page.locator("#result_list tbody th a").click()
    expect(page.locator("#content .access-head")).to_be_visible()


def test_all_sessions_of_a_person_end_and_everything_is_asked_anew(
    gatehouse: Gatehouse, browser: playwright.Browser, desk: Visit, window: Visit, program: Listener
) -> None:
    first = sign_in(gatehouse, window, program, "alice")
    with visit(browser) as phone, visit(browser) as other:
        second, bobs = sign_in(gatehouse, phone, program, "alice"), sign_in(gatehouse, other, program, "bob")
    find(gatehouse, desk.page, "person", "alice")
    press(desk.page, "End 2 sessions…")
    expect(desk.page.locator(".how-many")).to_have_text("2 active sessions will end.")
    desk.page.get_by_label("Ask for everything anew").check()
    desk.shoot("decisions-end-person")
    press(desk.page, "End 2 sessions now")
    expect(desk.page.locator(".messagelist")).to_have_text("2 sessions ended. The next sign-in asks for everything anew.")
    assert [client.mcp().status_code for client in (first, second, bobs)] == [401, 401, 200]
    # The browser still knows Alice; without the tick, Allow alone would have been enough.
    window.requests.clear()
    press(consent(gatehouse, window, first), "Allow")
    at_github(window.page, "alice")
    assert first.redeem(program.arrival()).status_code == 200


def test_all_sessions_of_a_client_end_and_no_others(
    gatehouse: Gatehouse, browser: playwright.Browser, desk: Visit, window: Visit, program: Listener
) -> None:
    ended = sign_in(gatehouse, window, program, "alice")
    with visit(browser) as other:
        kept = sign_in(gatehouse, other, program, "bob")
    find(gatehouse, desk.page, "client", ended.client_id)
    press(desk.page, "End its sessions…")
    expect(desk.page.locator(".how-many")).to_have_text("1 active session will end.")
    press(desk.page, "Leave it as it is")
    assert ended.mcp().status_code == 200
    press(desk.page, "End its sessions…")
    press(desk.page, "End 1 session now")
    expect(desk.page.locator(".messagelist")).to_have_text("1 session ended.")
    assert [client.mcp().status_code for client in (ended, kept)] == [401, 200]


def test_sessions_are_filtered_on_a_phone_and_ended_by_their_ticks(
    gatehouse: Gatehouse, desk: Visit, window: Visit, program: Listener
) -> None:
    """The filters are folded, and a row is a card in which each column has its name."""
    client, page = sign_in(gatehouse, window, program, "bob"), desk.page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{gatehouse.url}/admin/oauth_bridge/session/")
    filters = page.locator("details.filters")
    expect(filters.get_by_role("link", name="Ended", exact=True)).to_be_hidden()
    filters.locator("summary").press("Enter")
    filters.get_by_role("link", name="Ended", exact=True).click()
    expect(page.get_by_text("Nothing fits.")).to_be_visible()
    press(page, "Clear all filters")
    row = page.get_by_role("row").filter(has_text="bob")
    expect(row.get_by_role("cell").filter(has_text="active")).to_have_attribute("data-label", "State")
    box = row.bounding_box()
    assert box is not None
    assert box["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    row.get_by_role("checkbox").check()
    page.locator("select[name=action]").select_option("end_sessions")
    press(page, "Go")
    expect(page.locator(".messagelist")).to_have_text("1 session(s) ended.")
    assert client.mcp().status_code == 401


def test_a_request_is_refused_and_another_allowed_until_a_day(
    gatehouse: Gatehouse, browser: playwright.Browser, desk: Visit, window: Visit, program: Listener
) -> None:
    page, day = desk.page, (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    client = ask_for_access(gatehouse, window, program, "mallory")
    with visit(browser) as other:
        ask_for_access(gatehouse, other, program, "dave")
    page.goto(f"{gatehouse.url}/admin/")
    expect(page.locator("ul.waiting li", has_text="asked for access")).to_contain_text("2")
    press(page, "Decide")
    press(page, "Refuse mallory")
    expect(page.locator(".messagelist")).to_have_text("Refused: mallory.")
    page.locator("ul.asked li", has_text="dave").get_by_label("Until (optional)").fill(day)
    press(page, "Allow dave")
    expect(page.locator(".messagelist")).to_have_text("Allowed: dave.")
    expect(page.get_by_text("Nobody waits")).to_be_visible()
    desk.shoot("decisions-requests-answered")
    page.goto(f"{gatehouse.url}/admin/oauth_bridge/allowrule/?q=dave")
    expect(page.locator("#result_list tbody tr")).to_contain_text(
        (datetime.fromisoformat(day) + timedelta(days=1)).date().isoformat()
    )
    press(consent(gatehouse, window, client), "Allow")
    at_github(window.page, "mallory")
    # For a day it stays so, and nobody is asked again.
    expect(window.page.get_by_role("heading", level=1)).to_have_text("The operator was asked")
    assert program.arrivals.empty()


def ask_for_access(gatehouse: Gatehouse, window: Visit, program: Listener, login: str) -> OAuthClient:
    """Return a client of somebody who is not allowed, and who asks to be."""
    window.expected_statuses = {403}
    client = gatehouse.client(program.redirect_uri)
    press(consent(gatehouse, window, client), "Allow")
    at_github(window.page, login)
    press(window.page, "Ask for access")
    expect(window.page.get_by_role("button", name="Ask for access")).to_have_count(0)
    return client


def test_the_host_of_a_document_is_approved_then_blocked(gatehouse: Gatehouse, desk: Visit) -> None:
    """A client that registered itself has no host to decide about: its name is its own word."""
    gatehouse.served.manage("demo", "--people", "20", "--sessions", "120", "--calls", "10")
    page = desk.page
    find(gatehouse, page, "client", "Cursor")
    expect(page.get_by_role("button", name=re.compile("Approve|Block"))).to_have_count(0)
    page.goto(f"{gatehouse.url}/admin/")
    expect(page.locator("ul.waiting")).to_contain_text("host of a client in use that nobody has vouched for")
    find(gatehouse, page, "client", "Notebook Helper")
    press(page, "Approve helper.example.net")
    expect(page.locator(".messagelist")).to_have_text("Helper.example.net is known from now on.")
    expect(page.get_by_role("button", name="Approve helper.example.net")).to_have_count(0)
    page.goto(f"{gatehouse.url}/admin/")
    expect(page.get_by_text("that nobody has vouched for")).to_have_count(0)
    find(gatehouse, page, "client", "Notebook Helper")
    desk.shoot("decisions-client-document")
    press(page, "Block helper.example.net and end its sessions")
    expect(page.locator(".messagelist")).to_contain_text(re.compile(r"is blocked, .* [1-9]\d* sessions? ended\."))
    expect(page.get_by_role("heading", name=re.compile("^0 active sessions"))).to_be_visible()
    page.get_by_role("link", name="Trusted hosts").click()
    expect(page.locator("#result_list tbody tr", has_text="helper.example.net")).to_contain_text("blocked")
    desk.shoot("decisions-hosts")


@pytest.mark.parametrize(
    ("name", "path", "says"),
    [
        ("hosts", "clienthost/", "No host is named yet"),
        ("documents", "clientdocument/", "No document is stored yet"),
        ("changes", "clientdocumentchange/", "Nothing has changed"),
        ("services", "resourceserver/", "manage.py resource_server add NAME"),
        ("clients", "client/", "No program has come yet"),
        ("sessions", "session/", "Nobody is signed in yet"),
        ("requests", "accessrequest/", "Nobody waits"),
    ],
)
def test_an_empty_list_says_what_will_fill_it(empty: Visit, name: str, path: str, says: str) -> None:
    empty.page.goto(f"{empty.page.url.split('/admin/')[0]}/admin/oauth_bridge/{path}")
    expect(empty.page.get_by_text(says)).to_be_visible()
    empty.shoot(f"decisions-empty-{name}")


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gatehouse]:
    """Serve an installation that nobody has used."""
    with serve(tmp_path_factory.mktemp("untouched")) as running:
        yield running


@pytest.fixture
def empty(untouched: Gatehouse, browser: playwright.Browser) -> Iterator[Visit]:
    """Return its owner's browser."""
    with visit(browser) as opened:
        at_the_dashboard(untouched, opened, "admin", untouched.password)
        yield opened
