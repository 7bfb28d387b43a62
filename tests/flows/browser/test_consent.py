"""From the consent page to the program, every way through, in a real browser (MCP authorization; RFC 6749 §4.1)."""

from urllib.parse import urlsplit

import playwright.sync_api as playwright
import pytest
from playwright.sync_api import Page, expect

from tests.flows.browser.steps import asked_github, at_github, consent, press, sign_in
from tests.support.chromium import Visit, visit
from tests.support.gatehouse import Gatehouse
from tests.support.loopback import Listener

FOCUSED = """() => {
  const element = document.activeElement, style = getComputedStyle(element);
  const name = element === document.body ? "" : element.textContent.trim();
  return [name, style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2];
}"""


def test_allow_and_github_lead_back_to_the_program(gatehouse: Gatehouse, window: Visit, program: Listener) -> None:
    client = gatehouse.client(program.redirect_uri, client_name="Desk Assistant")
    page = consent(gatehouse, window, client, state="a state/with=signs&more")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Desk Assistant")
    expect(page.locator(".host")).to_have_text("127.0.0.1")
    window.shoot("consent")
    assert asked_github(gatehouse, window) == []
    press(page, "Allow")
    expect(page.get_by_role("heading", level=1)).to_have_text("Authorize an application")
    window.shoot("simulator")
    at_github(page, "alice")
    arrival = program.arrival()
    expect(page.get_by_text("Back at the program.")).to_be_visible()
    answer = dict(part.split("=", 1) for part in urlsplit(arrival).query.split("&"))
    assert answer.keys() == {"code", "state", "iss"}
    assert client.redeem(arrival).status_code == 200
    assert client.call("get_user_info")["structuredContent"]["login"] == "alice"


def test_consent_is_given_by_the_keyboard_alone(gatehouse: Gatehouse, window: Visit, program: Listener) -> None:
    """WCAG 2.1.1, 2.4.1, 2.4.3, 2.4.7: first a way past the frame, then the decision; whatever has the focus shows it."""
    client = gatehouse.client(program.redirect_uri, client_name="Desk Assistant")
    page = consent(gatehouse, window, client)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    assert passed(page, until="Allow") == ["Skip to the content", "Gatehouse", "Deny", "Allow"]
    page.keyboard.press("Enter")
    at_github(page, "alice")
    assert client.redeem(program.arrival()).status_code == 200


def passed(page: Page, *, until: str) -> list[str]:
    """Return what Tab passes from here on, by name; each must show that it has the focus. ``until`` is where a name begins."""
    names: list[str] = []
    for _ in range(30):
        name, is_shown = page.evaluate(FOCUSED)
        if name:
            names.append(name)
            assert is_shown, f"{name} has the focus and does not show it"
            if name.startswith(until):
                return names
        page.keyboard.press("Tab")
    pytest.fail(f"{until} cannot be reached by the keyboard")


def test_the_answer_carries_state_and_issuer_unchanged(gatehouse: Gatehouse, window: Visit, program: Listener) -> None:
    """RFC 6749 §4.1.2, RFC 9207 §2."""
    page = consent(gatehouse, window, gatehouse.client(program.redirect_uri), state="a state/with=signs&more")
    press(page, "Deny")
    answer = program.answer()
    assert (answer["error"], answer["state"], answer["iss"]) == ("access_denied", "a state/with=signs&more", gatehouse.url)
    assert "code" not in answer
    assert asked_github(gatehouse, window) == []


def test_a_second_program_needs_no_second_trip_to_github(gatehouse: Gatehouse, window: Visit, program: Listener) -> None:
    sign_in(gatehouse, window, program)
    second = gatehouse.client(program.redirect_uri, client_name="Second Program")
    page = consent(gatehouse, window, second)
    window.requests.clear()
    expect(page.locator(".person")).to_contain_text("Signed in as alice")
    window.shoot("consent-signed-in")
    press(page, "Allow")
    assert second.redeem(program.arrival()).status_code == 200
    assert asked_github(gatehouse, window) == []


def test_another_account_can_be_used(gatehouse: Gatehouse, window: Visit, program: Listener) -> None:
    sign_in(gatehouse, window, program, "alice")
    client = gatehouse.client(program.redirect_uri)
    page = consent(gatehouse, window, client)
    press(page, "Use another account")
    expect(page.get_by_text("You are not signed in yet.")).to_be_visible()
    press(page, "Allow")
    assert "prompt=select_account" in page.url
    at_github(page, "bob")
    assert client.redeem(program.arrival()).status_code == 200
    assert client.call("get_user_info")["structuredContent"]["login"] == "bob"


def test_pressing_allow_twice_gives_one_code_that_works(gatehouse: Gatehouse, window: Visit, program: Listener) -> None:
    sign_in(gatehouse, window, program)
    client = gatehouse.client(program.redirect_uri)
    consent(gatehouse, window, client).get_by_role("button", name="Allow").dblclick()
    expect(window.page.get_by_text("Back at the program.")).to_be_visible()
    arrivals = {program.arrival()}
    while not program.arrivals.empty():
        arrivals.add(program.arrival())
    assert len(arrivals) == 1
    assert client.redeem(arrivals.pop()).status_code == 200
    assert client.mcp().status_code == 200


def test_pressing_allow_twice_before_github_still_ends_with_a_code(
    gatehouse: Gatehouse, window: Visit, program: Listener
) -> None:
    client = gatehouse.client(program.redirect_uri)
    page = consent(gatehouse, window, client)
    page.get_by_role("button", name="Allow").dblclick()
    at_github(page, "alice")
    assert client.redeem(program.arrival()).status_code == 200


def test_cancel_at_github_is_told_to_the_program(gatehouse: Gatehouse, window: Visit, program: Listener) -> None:
    page = consent(gatehouse, window, gatehouse.client(program.redirect_uri))
    press(page, "Allow")
    press(page, "Cancel")
    answer = program.answer()
    assert (answer["error"], answer["state"], answer["iss"]) == ("access_denied", "state-1", gatehouse.url)


def test_an_account_that_is_not_on_the_list_is_told_so(gatehouse: Gatehouse, window: Visit, program: Listener) -> None:
    window.expected_statuses = {403}
    page = consent(gatehouse, window, gatehouse.client(program.redirect_uri, client_name="Desk Assistant"))
    press(page, "Allow")
    at_github(page, "mallory")
    expect(page.get_by_role("heading", level=1)).to_have_text("This account is not on the list")
    window.shoot("not-allowed")
    assert program.arrivals.empty()
    press(page, "Back to Desk Assistant")
    answer = program.answer()
    assert (answer["error"], answer["state"]) == ("access_denied", "state-1")
    assert "code" not in answer


def test_a_program_with_its_own_scheme_is_opened(gatehouse: Gatehouse, window: Visit) -> None:
    """RFC 8252 §7.1: the page's own policy must not stand in the way of ``cursor://``."""
    redirect_uri = "cursor://anysphere.cursor-mcp/oauth/callback"
    client = gatehouse.client(redirect_uri, client_name="Cursor")
    page = consent(gatehouse, window, client)
    expect(page.locator(".host")).to_have_text("cursor://")
    window.shoot("consent-private-scheme")
    with page.expect_event("requestfailed", lambda request: request.url.startswith(redirect_uri)) as opened:
        press(page, "Deny")
    assert "error=access_denied" in opened.value.url
    # Headless, no app answers to the scheme. Had the policy stopped it, there would be no such request, but a complaint.
    assert opened.value.failure == "net::ERR_ABORTED"


def test_it_all_works_without_scripts(gatehouse: Gatehouse, browser: playwright.Browser, program: Listener) -> None:
    with visit(browser, java_script=False) as window:
        client = sign_in(gatehouse, window, program)
        assert client.mcp().status_code == 200
        window.page.goto(gatehouse.url)
        expect(window.page.get_by_role("button", name="Copy the server address")).to_be_hidden()


def test_an_answered_request_says_so(gatehouse: Gatehouse, window: Visit, program: Listener) -> None:
    """A form from another tab, sent again once the program has its tokens."""
    window.expected_statuses = {409}
    sign_in(gatehouse, window, program)
    client = gatehouse.client(program.redirect_uri)
    page = consent(gatehouse, window, client)
    answered = page.locator("input[name=pending]").input_value()
    press(page, "Allow")
    assert client.redeem(program.arrival()).status_code == 200
    consent(gatehouse, window, client)
    page.locator("input[name=pending]").evaluate("(field, value) => { field.value = value; }", answered)
    press(page, "Allow")
    expect(page.get_by_role("heading", level=1)).to_have_text("This request was already answered")
    window.shoot("already-answered")
    assert client.mcp().status_code == 200
