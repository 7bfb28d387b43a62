"""The pictures of the documentation, taken anew: ``python -m tests.support.screenshots`` (needs Chromium).

A development server on an empty database, with a few people signed in through programs that everybody knows; another with a
made-up month.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

from oauth_bridge.github.simulator.server import Simulator
from tests.support.chromium import Visit, chromium, visit
from tests.support.desk import SESSIONS
from tests.support.flow import OAuthClient, close_all
from tests.support.gatehouse import Gatehouse
from tests.support.gatehouse import gatehouse as serve
from tests.support.loopback import listener
from tests.support.processes import PROJECT

TARGET = PROJECT / "docs/screenshots"
# What `make run` shows to everybody, whichever port is free on this machine.
SHOWN_URL = "http://localhost:8000"
SIGN_INS = (
    ("alice", "MCP Inspector"),
    ("bob", "Cursor"),
    ("alice", "Visual Studio Code"),
    ("carol", "Claude Code"),
    ("bob", "Claude Code"),
)


def main() -> None:
    """Write every picture."""
    with shown() as (gatehouse, browser):
        for login, program in SIGN_INS:
            sign_in(gatehouse, browser, login, program)
        with visit(browser) as window:
            home(window)
            consent(gatehouse, window)
            admin(window, gatehouse.password)
    with shown() as (gatehouse, browser):
        gatehouse.served.manage("demo", "--people", "40", "--sessions", "160", "--calls", "6000")
        with visit(browser) as window:
            month(window, gatehouse.password)
            matrix(window)
    close_all()


@contextmanager
def shown() -> Iterator[tuple[Gatehouse, Browser]]:
    """Serve, and run a browser that finds the server at ``SHOWN_URL``."""
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as gatehouse:
        with chromium(f"--host-resolver-rules=MAP localhost:8000 127.0.0.1:{gatehouse.served.server.port}") as browser:
            yield gatehouse, browser


@contextmanager
def server(folder: Path) -> Iterator[Gatehouse]:
    """Serve with a GitHub simulator of our own, so that no page says that sign-in is simulated."""
    with Simulator() as simulator:
        github = {"GITHUB_URL": simulator.url, "GITHUB_API_URL": simulator.api_url}
        credentials = {"GITHUB_CLIENT_ID": "pictures", "GITHUB_CLIENT_SECRET": "pictures"}
        with serve(folder, PUBLIC_URL=SHOWN_URL, ALLOWED_USERNAMES="alice,bob,carol", **github, **credentials) as running:
            yield running


def sign_in(gatehouse: Gatehouse, browser: Browser, login: str, program: str) -> None:
    """Let somebody sign in through a program."""
    with visit(browser) as window, listener() as waiting:
        client = gatehouse.client(waiting.redirect_uri, client_name=program)
        page = open_consent(window, client)
        page.get_by_role("button", name="Allow").click()
        page.locator(f'button[name="login"][value="{login}"]').click()
        client.redeem(waiting.arrival()).raise_for_status()


def home(window: Visit) -> None:
    """Take the upper part of the start page."""
    window.page.goto(SHOWN_URL)
    take(window.page, "home", height=590)


def consent(gatehouse: Gatehouse, window: Visit) -> None:
    """Take the consent page, in light and dark."""
    page = open_consent(window, gatehouse.client("https://claude.ai/api/mcp/auth_callback", client_name="Claude"))
    take(page, "consent-light")
    page.emulate_media(color_scheme="dark")
    take(page, "consent-dark")
    page.emulate_media(color_scheme="light")


def admin(window: Visit, password: str) -> None:
    """Take the operator's list of sessions, one of which has been ended."""
    page = enter(window, password)
    page.set_viewport_size({"width": 1360, "height": 760})
    page.goto(f"{SHOWN_URL}{SESSIONS}")
    page.locator("#result_list tbody tr", has_text="Cursor").locator("input").check()
    page.locator("select[name=action]").select_option("end_sessions")
    page.get_by_role("button", name="Go", exact=True).click()
    page.locator(".messagelist").wait_for()
    take(page, "admin-sessions", height=760)


def month(window: Visit, password: str) -> None:
    """Take the upper part of the overview, and the list of sessions on a phone in the dark."""
    page = enter(window, password)
    page.set_viewport_size({"width": 1360, "height": 1000})
    page.locator(".part", has_text="Seen from outside").wait_for()
    take(page, "overview", height=1000)
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    page.goto(f"{SHOWN_URL}{SESSIONS}")
    take(page, "sessions-phone", height=1100)


def matrix(window: Visit) -> None:
    """Take the matrix of who may use what, from where there are rules, with a cell that was touched."""
    page = window.page
    page.set_viewport_size({"width": 1480, "height": 860})
    page.emulate_media(color_scheme="light")
    page.goto(f"{SHOWN_URL}/admin/tools/")
    page.locator(".matrix tr.set", has_text="set:issues").evaluate(
        "row => { row.closest('.matrix').scrollTop = row.offsetTop - row.closest('table').tHead.offsetHeight }"
    )
    page.get_by_role("combobox", name="get_issue for release team", exact=True).select_option("deny")
    take(page, "permissions", height=860)


def enter(window: Visit, password: str) -> Page:
    """Sign in to the dashboard."""
    page = window.page
    page.goto(f"{SHOWN_URL}/admin/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.locator("#user-tools").wait_for()
    return page


def open_consent(window: Visit, client: OAuthClient) -> Page:
    """Open a client's consent page, at the address that is shown."""
    window.page.goto(SHOWN_URL + client.authorize_url(resource=f"{SHOWN_URL}/mcp"))
    return window.page


def take(page: Page, name: str, *, height: int | None = None) -> None:
    """Write a picture: the whole page, or its upper ``height`` pixels."""
    file = TARGET / f"{name}.png"
    if height is None:
        page.screenshot(path=file, full_page=True, animations="disabled")
    else:
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(
            path=file, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height}, animations="disabled"
        )
    sys.stdout.write(f"{file}\n")


if __name__ == "__main__":
    main()
