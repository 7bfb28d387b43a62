"""The pages of tools in a browser: every action, by mouse and by keyboard, with and without scripts, for each role."""

import re
from collections.abc import Iterator

import playwright.sync_api as playwright
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.flows.browser.steps import at_github, consent, press
from tests.support import accessibility
from tests.support.chromium import PHONE, Visit, visit
from tests.support.flow import OAuthClient, connect
from tests.support.gatehouse import Gatehouse
from tests.support.gatehouse import gatehouse as serve
from tests.support.loopback import Listener, listener

PASSWORD = "a long pass phrase for tests"
PEOPLE = f"""
from django.contrib.auth.models import Group
from oauth_bridge.models import AllowRule, Person
for name in ("viewer", "operator"):
    person = Person.objects.create_superuser(name, {PASSWORD!r})
    person.is_superuser = False
    person.save()
    person.groups.add(Group.objects.get(name=name))
AllowRule.objects.create(kind="team", login="acme", team="core")
Group.objects.create(name="on call")
"""
CLEAR = """
from tools.models import *
for model in (ToolRule, ToolSwitch, ToolSettings, ReadOnlyClient):
    for row in model.objects.all():
        row.delete()
"""
BUSY = """
from django.contrib.auth.models import Group
from tools.models import *
def rule(target, effect, who, name="", **more):
    ToolRule.objects.create(target=target, effect=effect, who=who, name=name, **more)
rule("set:repositories", "allow", "organization", "acme")
rule("create_issue", "allow", "team", "acme/core", note="until the freeze")
rule("set:issues", "allow", "group", group=Group.objects.get(name="on call"))
rule("*", "deny", "client", "helper.example.net")
rule("create_issue", "deny", "organization", "initech")
rule("old_tool", "allow", "everyone")
ToolSwitch.objects.create(target="create_issue", is_on=True)
ToolSwitch.objects.create(target="set:pull_requests", is_on=False, message="Back on Monday, after the migration.")
ReadOnlyClient.objects.create(client="chatgpt.com", note="on trial")
"""


@pytest.fixture(scope="module")
def gatehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gatehouse]:
    """Serve apart: what is decided here must not hold for the other files."""
    with serve(tmp_path_factory.mktemp("tools"), ALLOWED_USERNAMES="alice,bob", ADMIN_USERNAMES="alice") as running:
        running.served.manage("shell", "-c", PEOPLE)
        yield running


@pytest.fixture(scope="module")
def alice(gatehouse: Gatehouse, browser: playwright.Browser) -> Iterator[tuple[Visit, OAuthClient]]:
    """Return the window of Alice, an owner by her GitHub account, who has signed in through a client."""
    with visit(browser) as window, listener() as waiting:
        client = gatehouse.client(waiting.redirect_uri, client_name="Claude Code")
        yield window, entered(gatehouse, window, waiting, client, "alice")


@pytest.fixture
def desk(gatehouse: Gatehouse, alice: tuple[Visit, OAuthClient]) -> Iterator[Visit]:
    """Return Alice's window, where nothing is decided about tools."""
    gatehouse.served.manage("shell", "-c", CLEAR)
    yield alice[0]
    assert alice[0].complaints == []


@pytest.fixture
def client(gatehouse: Gatehouse, alice: tuple[Visit, OAuthClient]) -> OAuthClient:
    """Return Alice's client, connected anew: connections are closed after each test."""
    alice[1].http = connect(gatehouse.url)
    return alice[1]


def entered(gatehouse: Gatehouse, window: Visit, program: Listener, client: OAuthClient, login: str) -> OAuthClient:
    page = consent(gatehouse, window, client)
    press(page, "Allow")
    at_github(page, login)
    assert client.redeem(program.arrival()).status_code == 200
    return client


def by_password(gatehouse: Gatehouse, page: Page, name: str) -> None:
    page.goto(f"{gatehouse.url}/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Log in")


def open_page(gatehouse: Gatehouse, window: Visit, path: str = "") -> Page:
    window.page.goto(f"{gatehouse.url}/admin/tools/{path}")
    return window.page


def cell(page: Page, target: str, whom: str) -> Locator:
    return page.get_by_role("combobox", name=f"{target} for {whom}", exact=True)


def names(client: OAuthClient) -> set[str]:
    """Return the tools that a client is listed."""
    return {tool["name"] for tool in client.mcp("tools/list").json()["result"]["tools"]}


@pytest.mark.parametrize("path", ["", "switches/", "why/?login=alice&tool=create_issue", "try/?tool=create_issue"])
def test_each_page_is_good_to_look_at_and_open_to_all(gatehouse: Gatehouse, desk: Visit, path: str) -> None:
    gatehouse.served.manage("shell", "-c", BUSY)
    page = open_page(gatehouse, desk, path)
    desk.shoot(f"tools-{re.split('[/?]', path)[0] or 'matrix'}")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of two words
        assert accessibility.serious_findings(page) == [], scheme
    page.emulate_media(color_scheme="light")


def test_cells_are_chosen_marked_put_back_and_saved_together(gatehouse: Gatehouse, desk: Visit, client: OAuthClient) -> None:
    page = open_page(gatehouse, desk)
    expect(page.get_by_text("There is no rule yet.")).to_be_visible()
    page.get_by_label("Add a column for").select_option("team")
    page.get_by_label("Name", exact=True).fill("acme/core")
    press(page, "Add column")
    expect(page.get_by_role("columnheader", name="acme/core")).to_contain_text("new")
    one, two = cell(page, "set:repositories", "acme/core"), cell(page, "calculate", "Everyone")
    edge = "select => getComputedStyle(select).borderTopWidth"
    untouched = one.evaluate(edge)
    one.select_option("allow")
    assert one.evaluate(edge) != untouched
    press(page, "Put back")
    assert one.evaluate(edge) == untouched
    one.select_option("allow")
    two.select_option("deny")
    page.get_by_label("Note, for the record").fill("for the audit")
    press(page, "Save")
    said = page.locator(".messagelist")
    expect(said).to_contain_text("2 cells saved")
    expect(said).to_contain_text("calculate for Everyone: No rule → Deny")
    expect(cell(page, "set:repositories", "acme/core")).to_have_text(re.compile("^Allow"))
    assert not names(client) & {"calculate", "get_repository"}
    cell(page, "set:repositories", "acme/core").select_option("none")
    cell(page, "calculate", "Everyone").select_option("none")
    press(page, "Save")
    expect(page.get_by_role("columnheader", name="acme/core")).to_contain_text("new")
    assert names(client) >= {"calculate", "get_repository"}
    page.goto(f"{gatehouse.url}/admin/audit/?kind=changed_by_hand")
    expect(page.locator("ol.events > li").nth(2)).to_contain_text("for the audit")


def test_the_matrix_is_edited_by_keyboard_alone(gatehouse: Gatehouse, desk: Visit) -> None:
    page = open_page(gatehouse, desk)
    page.get_by_label("Add a column for").focus()
    page.keyboard.type("Per")
    page.keyboard.press("Tab")
    page.keyboard.type("alice")
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="alice")).to_be_visible()
    cell(page, "*", "alice").focus()
    page.keyboard.type("De")
    page.keyboard.press("Tab")
    page.keyboard.type("Al")
    expect(cell(page, "*", "alice")).to_have_value("deny")
    expect(cell(page, "*", "Everyone")).to_have_value("allow")
    page.get_by_label("Note, for the record").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".messagelist")).to_contain_text("2 cells saved")


def test_many_columns_scroll_beside_their_tools_and_nothing_else_does(gatehouse: Gatehouse, desk: Visit) -> None:
    rules = "ToolRule.objects.create(target='*', effect='deny', who='team', name=f'acme/team-{number}')"
    gatehouse.served.manage("shell", "-c", f"from tools.models import *\nfor number in range(40): {rules}")
    page = open_page(gatehouse, desk)
    for size in (PHONE, {"width": 1100, "height": 800}):
        page.set_viewport_size(size)  # type: ignore[arg-type]  # a plain dict of the right shape
        head = page.get_by_role("rowheader", name="All tools")
        left = head.evaluate("head => head.getBoundingClientRect().left")
        page.locator(".matrix").evaluate("frame => frame.scrollTo(100000, 100000)")
        assert head.evaluate("head => head.getBoundingClientRect().left") == left
        top = page.locator(".matrix").evaluate("frame => frame.getBoundingClientRect().top")
        heading = page.get_by_role("columnheader", name="Tool", exact=True)
        assert abs(heading.evaluate("head => head.getBoundingClientRect().top") - top) <= 2
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.get_by_role("navigation", name="Pages of columns").get_by_role("link", name="2").click()
    expect(page.get_by_role("columnheader", name="acme/team-9")).to_be_visible()
    page.get_by_label("Find a column").fill("team-31")
    press(page, "Find")
    expect(page.locator(".matrix thead bdi")).to_have_text(["acme/team-31"])


def test_who_is_second_is_told_and_loses_no_choice(gatehouse: Gatehouse, desk: Visit, browser: playwright.Browser) -> None:
    page = open_page(gatehouse, desk)
    with visit(browser) as other:
        by_password(gatehouse, other.page, "operator")
        open_page(gatehouse, other)
        cell(other.page, "calculate", "Everyone").select_option("deny")
        press(other.page, "Save")
        expect(other.page.locator(".messagelist")).to_contain_text("1 cell saved")
    cell(page, "calculate", "Everyone").select_option("allow")
    desk.expected_statuses.add(409)
    press(page, "Save")
    expect(page.get_by_role("alert")).to_contain_text("calculate for Everyone: was No rule, is Deny")
    expect(cell(page, "calculate", "Everyone")).to_have_value("allow")
    expect(page.get_by_text("now: Deny")).to_be_visible()
    desk.shoot("tools-changed-since")
    assert accessibility.serious_findings(page) == []
    press(page, "Save")
    expect(page.locator(".messagelist")).to_contain_text("calculate for Everyone: Deny → Allow")


def test_a_tool_is_switched_off_with_a_message_and_on_again(gatehouse: Gatehouse, desk: Visit, client: OAuthClient) -> None:
    page = open_page(gatehouse, desk, "switches/")
    page.get_by_label("Message of calculate while it is off").fill("Back on Monday.")
    page.keyboard.press("Enter")
    expect(page.locator("#calculate")).to_contain_text("off")
    told = client.call("calculate", operation="add", a=1, b=2)
    assert told["content"][0]["text"] == "calculate is switched off. Back on Monday."
    press(page, "Switch on: calculate")
    expect(page.locator(".messagelist")).to_contain_text("Switched on: calculate.")
    assert "calculate" in names(client)
    press(page, "Take away: the switch of calculate")
    expect(page.locator("#calculate")).to_contain_text("by TOOLS_ON")


def test_only_reading_is_turned_on_for_the_site_and_for_a_program(gatehouse: Gatehouse, desk: Visit) -> None:
    page = open_page(gatehouse, desk, "switches/")
    press(page, "Only read from now on")
    expect(page.locator("#reading")).to_contain_text("hidden and refused on the whole site")
    open_page(gatehouse, desk)
    page.get_by_role("link", name="Change that").click()
    press(page, "Let tools write again")
    expect(page.locator("#reading")).to_contain_text("reading and writing")
    page.get_by_label("Program: its id").fill("claude.ai")
    page.keyboard.press("Enter")
    expect(page.locator(".programs")).to_contain_text("claude.ai")
    press(page, "Let it write again: claude.ai")
    expect(page.locator(".programs")).to_have_count(0)


def test_why_is_asked_and_answered_by_keyboard(gatehouse: Gatehouse, desk: Visit) -> None:
    page = open_page(gatehouse, desk, "why/")
    page.get_by_label("Login").focus()
    page.keyboard.type("alice")
    page.keyboard.press("Tab")
    page.keyboard.type("create")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status", name="Answer")).to_contain_text("No. create_issue is switched off.")
    expect(page.get_by_role("row", name=re.compile("^calculate"))).to_contain_text("listed")
    page.get_by_label("Login").fill("nobody-here")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Nobody called")).to_be_visible()


def test_a_tool_is_called_as_oneself(gatehouse: Gatehouse, desk: Visit) -> None:
    page = open_page(gatehouse, desk, "try/")
    page.get_by_label("Tool", exact=True).select_option("calculate")
    press(page, "Choose")
    page.get_by_label("operation").select_option("multiply")
    page.get_by_label("a (required)", exact=True).fill("6")
    page.get_by_label("b (required)", exact=True).fill("7")
    page.keyboard.press("Enter")
    result = page.get_by_role("status", name="Result")
    expect(result).to_contain_text("calculate answered")
    expect(result).to_contain_text('"result": "42"')
    # What was filled in stays, to be changed and called again.
    expect(page.get_by_label("b (required)", exact=True)).to_have_value("7")
    desk.shoot("tools-called")
    assert accessibility.serious_findings(page) == []
    page.get_by_label("b (required)", exact=True).fill("seven")
    press(page, "Call calculate")
    expect(result).to_contain_text("calculate answered with an error")
    open_page(gatehouse, desk, "try/?tool=get_user_info")
    press(page, "Call get_user_info")
    expect(result).to_contain_text("alice@example.com")
    open_page(gatehouse, desk, "try/?tool=create_issue")
    press(page, "Call create_issue")
    expect(page.get_by_role("alert")).to_contain_text("tick that you mean it")


def test_without_scripts_everything_works(gatehouse: Gatehouse, desk: Visit, browser: playwright.Browser) -> None:
    with visit(browser, java_script=False) as window:
        by_password(gatehouse, window.page, "operator")
        page = open_page(gatehouse, window)
        cell(page, "calculate", "Everyone").select_option("deny")
        press(page, "Save")
        expect(page.locator(".messagelist")).to_contain_text("1 cell saved")
        open_page(gatehouse, window, "switches/")
        press(page, "Switch off: calculate")
        expect(page.locator(".messagelist")).to_contain_text("Switched off: calculate.")
        open_page(gatehouse, window, "why/?login=alice&tool=calculate")
        expect(page.get_by_role("status", name="Answer")).to_contain_text("No. calculate is switched off.")


def test_a_viewer_sees_all_of_it_and_can_press_nothing(gatehouse: Gatehouse, desk: Visit, window: Visit) -> None:
    gatehouse.served.manage("shell", "-c", BUSY)
    by_password(gatehouse, window.page, "viewer")
    for path in ("", "switches/", "try/"):
        page = open_page(gatehouse, window, path)
        expect(page.locator("#content h1")).to_be_visible()
        expect(page.locator("#content form[method=post]")).to_have_count(0)
        assert accessibility.serious_findings(page) == []
    expect(page.get_by_text("You signed in with a password")).to_be_visible()
    open_page(gatehouse, window)
    window.shoot("tools-viewer")
    expect(page.locator(".matrix .said.allow").first).to_have_text("Allow")


@pytest.mark.parametrize("path", ["", "switches/", "why/", "try/"])
@pytest.mark.parametrize("login", ["", "bob"])
def test_others_are_asked_for_a_password(gatehouse: Gatehouse, window: Visit, path: str, login: str) -> None:
    if login:
        window.page.goto(f"{gatehouse.url}/admin/")
        press(window.page, "Sign in with GitHub")
        at_github(window.page, login)
    open_page(gatehouse, window, path)
    expect(window.page.locator("#login-form")).to_be_visible()
    expect(window.page.get_by_text("calculate")).to_have_count(0)
