"""The pages beside the consent page: whole, quiet, and of use."""

import base64
import json
from urllib.parse import parse_qs, unquote, urlsplit

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


def test_the_kit_holds_this_servers_address_in_each_programs_own_form(gatehouse: Gatehouse, window: Visit) -> None:
    """What stands there is what the programs' own manuals say, filled in: nothing is left to replace."""
    url, page = f"{gatehouse.url}/mcp", window.page
    page.goto(gatehouse.url)
    texts = {
        "claude-url": url,
        "claude-code-command": f"claude mcp add --transport http gatehouse {url}",
        "vs-code-json": {"servers": {"gatehouse": {"type": "http", "url": url}}},
        "vs-code-command": f'code --add-mcp \'{{"name":"gatehouse","type":"http","url":"{url}"}}\'',
        "cursor-json": {"mcpServers": {"gatehouse": {"url": url}}},
        "chatgpt-url": url,
        "inspector-command": "npx @modelcontextprotocol/inspector",
        "inspector-url": url,
        "mcp-remote-json": {"mcpServers": {"gatehouse": {"command": "npx", "args": ["-y", "mcp-remote", url]}}},
    }
    for name, expected in texts.items():
        shown = page.locator(f"#{name}").inner_text().strip()
        assert (shown if isinstance(expected, str) else json.loads(shown)) == expected, name


@pytest.mark.parametrize(("button", "scheme"), [("Add to VS Code", "vscode:"), ("Add to Cursor", "cursor:")])
def test_an_editor_is_opened_with_this_server_filled_in(gatehouse: Gatehouse, window: Visit, button: str, scheme: str) -> None:
    """The page's own policy must not stand in the way of the editor's scheme."""
    window.page.goto(gatehouse.url)
    with window.page.expect_event("requestfailed", lambda request: request.url.startswith(scheme)) as opened:
        press(window.page, button)
    parts = urlsplit(opened.value.url)
    if scheme == "vscode:":
        server = json.loads(unquote(parts.query))
        assert (server["name"], server["type"], server["url"]) == ("gatehouse", "http", f"{gatehouse.url}/mcp")
    else:
        asked = parse_qs(parts.query)
        assert asked["name"] == ["gatehouse"]
        assert json.loads(base64.b64decode(asked["config"][0])) == {"url": f"{gatehouse.url}/mcp"}
    # Headless, no app answers to the scheme. Had the policy stopped it, there would be a complaint instead.
    assert opened.value.failure == "net::ERR_ABORTED"


def test_where_the_clipboard_is_closed_the_text_is_marked(gatehouse: Gatehouse, window: Visit) -> None:
    page = window.page
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined});")
    page.goto(gatehouse.url)
    button = page.get_by_role("button", name="Copy the server address")
    button.click()
    expect(button).to_contain_text("Marked")
    assert page.evaluate("getSelection().toString()").strip() == f"{gatehouse.url}/mcp"
