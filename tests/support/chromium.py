"""Headless Chromium, and an ear at its console: a page that logs an error or breaks its own policy fails its test."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, WebError, sync_playwright

from tests.support import needs
from tests.support.accessibility import serious_findings
from tests.support.processes import PROJECT

SCREENSHOTS = PROJECT / "var/screenshots"
DESKTOP, PHONE = {"width": 1100, "height": 800}, {"width": 375, "height": 812}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Chromium says so of every page that is not a 2xx, also of those that are meant to be.
_STATUS_OF_PAGE = re.compile(r"Failed to load resource: the server responded with a status of (4\d\d)")

Scheme = Literal["light", "dark"]


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """Run a browser, with more ``arguments`` than usual. Skips the test where there is none.

    While it runs, its thread has a running event loop: neither ``asyncio.run`` nor Django's ORM can be used there.
    """
    path = needs.program("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *arguments], timeout=60_000)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visit:
    """One person's browser: fresh cookies, one window. ``complaints`` is all that its consoles said, but for ``expected``."""

    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    failed: list[Request] = field(default_factory=list)
    expected_statuses: set[int] = field(default_factory=set)

    def hear_message(self, message: ConsoleMessage) -> None:
        """Keep errors and warnings; a policy that is broken is among them."""
        if message.type not in {"error", "warning"}:
            return
        status = _STATUS_OF_PAGE.match(message.text)
        is_page = message.location.get("url") == message.page.url if message.page else False
        if status and is_page and int(status[1]) in self.expected_statuses:
            return
        self.complaints.append(f"{message.type} at {message.location.get('url')}: {message.text}")

    def hear_request(self, request: Request) -> None:
        """Keep the request."""
        self.requests.append(request)

    def hear_failure(self, request: Request) -> None:
        """Keep a request that led nowhere."""
        self.failed.append(request)

    def hear_error(self, error: WebError) -> None:
        """Keep what a script threw."""
        self.complaints.append(f"exception: {error.error}")

    def shoot(self, name: str) -> None:
        """Keep pictures of the page: light, dark, and on a phone, where nothing may stick out at the side.

        In light and dark axe may find nothing serious.
        """
        self.page.wait_for_load_state("load")
        for scheme in ("light", "dark"):
            self._picture(f"{name}-{scheme}", scheme)
            self._judge(name, scheme)
        self.page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a plain dict of the right shape
        self._picture(f"{name}-phone", "light")
        width = self.page.evaluate("document.documentElement.scrollWidth")
        self.page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
        assert width <= PHONE["width"], f"{name} is {width} px wide on a phone"

    def _judge(self, name: str, scheme: Scheme) -> None:
        heard = list(self.complaints)
        self.page.emulate_media(color_scheme=scheme)
        assert (found := serious_findings(self.page)) == [], f"{name}, {scheme}: " + "\n".join(found)
        self.page.emulate_media(color_scheme="light")
        # What axe itself did to the page, against its policy, is no fault of the page.
        self.complaints[:] = heard

    def _picture(self, name: str, scheme: Scheme) -> None:
        self.page.emulate_media(color_scheme=scheme)
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True, animations="disabled")
        self.page.emulate_media(color_scheme="light")


@contextmanager
def visit(browser: Browser, *, java_script: bool = True, any_certificate: bool = False) -> Iterator[Visit]:
    """Open a window; at the end of the block no console may have complained."""
    context = browser.new_context(
        viewport=DESKTOP,  # type: ignore[arg-type]
        java_script_enabled=java_script,
        ignore_https_errors=any_certificate,
        reduced_motion="reduce",
    )
    context.set_default_timeout(20_000)
    window = Visit(context, context.new_page())
    context.on("console", window.hear_message)
    context.on("weberror", window.hear_error)
    context.on("request", window.hear_request)
    context.on("requestfailed", window.hear_failure)
    try:
        yield window
        assert window.complaints == [], "\n".join(window.complaints)
    finally:
        context.close()
