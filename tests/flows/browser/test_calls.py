"""The page of tool calls in a browser: found, filtered and taken away; for an operator, a viewer, a person and a stranger."""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import playwright.sync_api as playwright
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.flows.browser.steps import at_github, at_the_dashboard, press, sign_in
from tests.support.chromium import Visit, visit
from tests.support.gatehouse import Gatehouse
from tests.support.gatehouse import gatehouse as serve
from tests.support.loopback import Listener
from tests.support.processes import wait_until

PASSWORD = "a long pass phrase for tests"
COLLEAGUES = f"""
from django.contrib.auth.models import Group
from oauth_bridge.models import Person
for role in ("operator", "viewer"):
    person = Person.objects.create_superuser(role, {PASSWORD!r})
    person.is_superuser = False
    person.save()
    person.groups.add(Group.objects.get(name=role))
"""
# A page of fifty, and four more. None of them is Alice's.
PAST = """
from datetime import UTC, datetime
from tools.models import ToolCall
def call(tool, outcome, number):
    return ToolCall(
        at=datetime(2026, 6, 1, 12, number, tzinfo=UTC), tool=tool, tool_set="repositories", outcome=outcome, github_id=77,
        login="past-person", client_id="past-client", client_name="Past Client", session_id="past-session",
        request_id=f"past-{number}", duration_ms=number, result_size=9,
    )
outcomes = ["invalid_arguments", "cancelled", "fault", *["ok"] * 51]
ToolCall.objects.bulk_create(call("get_repository", outcome, number) for number, outcome in enumerate(outcomes))
"""
# No such month: whoever reads the row meets a fault.
SPOILS = """
from django.db import connection
connection.cursor().execute("UPDATE tools_toolcall SET at = '2026-13-01 12:00:00' WHERE request_id = 'past-3'")
"""
MENDS = SPOILS.replace("2026-13-01 12:00:00", "2026-06-01 12:03:00")


@pytest.fixture(scope="module")
def gatehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gatehouse]:
    """Serve apart, with calls of the past and two colleagues."""
    with serve(tmp_path_factory.mktemp("calls"), ALLOWED_USERNAMES="alice,bob") as running:
        running.served.manage("shell", "-c", COLLEAGUES + PAST)
        yield running


@pytest.fixture
def desk(gatehouse: Gatehouse, browser: playwright.Browser) -> Iterator[Visit]:
    """Return an operator's browser."""
    with visit(browser) as opened:
        at_the_dashboard(gatehouse, opened, "operator", PASSWORD)
        yield opened


def go(gatehouse: Gatehouse, page: Page, query: str = "") -> Locator:
    """Open the page; return its rows."""
    page.goto(f"{gatehouse.url}/admin/calls/{query}")
    return page.locator("ol.events > li")


def taken(page: Page, link: str, folder: Path) -> str:
    """Follow a link to a file; return what came."""
    with page.expect_download() as coming:
        page.get_by_role("link", name=link, exact=True).click()
    assert re.fullmatch(r"gatehouse-(calls|audit)-\d{8}-\d{6}\.(csv|jsonl)", coming.value.suggested_filename)
    file = folder / coming.value.suggested_filename
    coming.value.save_as(file)
    return file.read_text(encoding="utf-8")


def test_a_call_just_made_is_found_from_the_overview(
    gatehouse: Gatehouse, desk: Visit, window: Visit, program: Listener
) -> None:
    client = sign_in(gatehouse, window, program)
    client.call("calculate", expression="6*7")
    page = desk.page
    page.get_by_role("link", name="Audit", exact=True).click()
    page.get_by_role("link", name="Tool calls", exact=True).click()
    first = page.get_by_role("list", name="Calls, newest first").locator("li").first
    expect(first).to_be_visible()

    def is_listed() -> bool:
        page.reload()
        return "alice through" in first.inner_text()

    # Calls are written down in batches, after they were answered.
    wait_until(is_listed, "the call never came to the list")
    expect(first).to_contain_text("calculate")
    desk.shoot("calls")


def test_filters_are_filled_in_by_the_keyboard(gatehouse: Gatehouse, desk: Visit) -> None:
    page = desk.page
    rows = go(gatehouse, page)
    page.get_by_label("Person").focus()
    page.keyboard.type("past-person")
    page.get_by_label("Outcome").focus()
    page.keyboard.type("Went wr")
    page.keyboard.press("Tab")
    page.get_by_label("Client").focus()
    page.keyboard.type("past cl")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("outcome=wrong"))
    expect(rows).to_have_count(2)
    expect(rows.locator(".tag")).to_have_text(["fault", "invalid arguments"])
    desk.shoot("calls-filtered")
    page.get_by_label("Outcome").select_option("cancelled")
    page.get_by_role("button", name="Show").click()
    expect(rows.locator(".tag")).to_have_text(["cancelled"])
    rows.get_by_role("link", name="past-1").click()
    expect(page.get_by_label("Reference")).to_have_value("past-1")
    press(page, "Show everything")
    expect(page).to_have_url(re.compile(r"/admin/calls/$"))


def test_the_list_is_turned_and_leads_back(gatehouse: Gatehouse, desk: Visit) -> None:
    page = desk.page
    rows = go(gatehouse, page, "?person=past-person")
    expect(rows).to_have_count(50)
    press(page, "Older")
    expect(rows).to_have_count(4)
    expect(page.get_by_role("link", name="Older")).to_have_count(0)
    press(page, "Newest")
    expect(rows).to_have_count(50)
    go(gatehouse, page, "?person=past-person&before=1")
    expect(page.locator(".empty")).to_contain_text("There is nothing older.")
    press(page, "Back to the newest")
    expect(rows).to_have_count(50)


def test_what_finds_nothing_says_how_to_look(gatehouse: Gatehouse, desk: Visit) -> None:
    page = desk.page
    rows = go(gatehouse, page, "?tool=calc")
    expect(rows).to_have_count(0)
    expect(page.locator(".empty")).to_contain_text("by their whole name")
    desk.shoot("calls-empty")
    go(gatehouse, page, "?outcome=none")
    expect(page.locator(".empty")).to_contain_text("cannot be read")
    expect(page.locator(".errorlist")).to_contain_text("Select a valid choice.")
    expect(page.get_by_role("link", name="CSV")).to_have_count(0)
    desk.shoot("calls-wrong-filter")


def test_what_is_shown_is_taken_away_and_that_is_on_the_record(gatehouse: Gatehouse, desk: Visit, tmp_path: Path) -> None:
    page = desk.page
    go(gatehouse, page, "?person=past-person&outcome=wrong")
    lines = list(csv.DictReader(taken(page, "CSV", tmp_path).splitlines()))
    objects = [json.loads(line) for line in taken(page, "JSON Lines", tmp_path).splitlines()]
    for rows in (lines, objects):
        assert [(row["request_id"], row["outcome"]) for row in rows] == [("past-2", "fault"), ("past-0", "invalid_arguments")]
    page.goto(f"{gatehouse.url}/admin/audit/?kind=audit_exported")
    told = page.locator("ol.events > li")
    expect(told.first).to_contain_text("by operator operator")
    expect(told.first.locator("dd")).to_have_text(["tool calls", "jsonl", "outcome=wrong&person=past-person"])


def test_the_audit_is_taken_away_as_json_lines(gatehouse: Gatehouse, desk: Visit, tmp_path: Path) -> None:
    page = desk.page
    page.goto(f"{gatehouse.url}/admin/audit/?kind=audit_exported")
    text = taken(page, "JSON Lines", tmp_path)
    assert [json.loads(line)["kind"] for line in text.splitlines()] == ["audit_exported"] * len(text.splitlines())
    newest = json.loads(text.splitlines()[0])
    assert newest["detail"] == {"format": "jsonl", "asked": "kind=audit_exported"}


def test_a_viewer_looks_and_takes_nothing_away(gatehouse: Gatehouse, window: Visit) -> None:
    page = at_the_dashboard(gatehouse, window, "viewer", PASSWORD)
    expect(go(gatehouse, page, "?person=past-person")).to_have_count(50)
    for name in ("CSV", "JSON Lines"):
        expect(page.get_by_role("link", name=name)).to_have_count(0)
    window.expected_statuses.add(403)
    page.goto(f"{gatehouse.url}/admin/calls/export.csv")
    expect(page.get_by_role("heading", level=1)).to_have_text("This page is not open to you")


@pytest.mark.parametrize("login", ["", "alice"])
@pytest.mark.parametrize("path", ["", "export.csv", "export.jsonl"])
def test_others_are_asked_for_a_password(gatehouse: Gatehouse, window: Visit, login: str, path: str) -> None:
    if login:
        window.page.goto(f"{gatehouse.url}/admin/")
        press(window.page, "Sign in with GitHub")
        at_github(window.page, login)
    window.page.goto(f"{gatehouse.url}/admin/calls/{path}")
    expect(window.page.locator("#login-form")).to_be_visible()
    expect(window.page.locator("ol.events")).to_have_count(0)


def test_a_fault_has_a_page_that_names_itself_and_leads_back(gatehouse: Gatehouse, desk: Visit) -> None:
    page = desk.page
    gatehouse.served.manage("shell", "-c", SPOILS)
    try:
        page.goto(f"{gatehouse.url}/admin/calls/?reference=past-3")
        expect(page.get_by_role("heading", level=1)).to_have_text("Something broke on our side")
        desk.shoot("calls-fault")
    finally:
        gatehouse.served.manage("shell", "-c", MENDS)
    reference = page.locator("#reference").inner_text()
    assert reference in gatehouse.served.output
    assert "Traceback" not in page.content()
    expect(page.get_by_text("in the server's log")).to_be_visible()
    said = [text for text in desk.complaints if "status of 500" in text]
    assert desk.complaints == said
    desk.complaints.clear()
    press(page, "Go to the dashboard")
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
