"""What the other files here rely on: that a faulty page is heard, and that a good one is not blamed."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import playwright.sync_api as playwright
import pytest

from tests.support.accessibility import serious_findings
from tests.support.chromium import Visit, visit

PAGE = (
    b'<!doctype html><html lang="en"><head><title>Two halves</title></head><body><main><h1>Two halves</h1><a href="/next">',
    b"Next</a></main></body></html>",
)
STRICT = "default-src 'self'; script-src 'self'"
FAULTS = {
    "inline script": b"<script>1</script>",
    "inline style": b"<p style='color: red'>red</p>",
    "another host": b"<img alt='' src='http://elsewhere.invalid/pixel.png'>",
}


class Site(BaseHTTPRequestHandler):
    """``/halves`` sends the second half later; any other path is a fault of that name."""

    second_half = threading.Event()

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Security-Policy", STRICT)
        self.end_headers()
        if self.path == "/halves":
            self.wfile.write(PAGE[0])
            self.wfile.flush()
            self.second_half.wait(10)
            self.wfile.write(PAGE[1])
        else:
            self.wfile.write(PAGE[0] + PAGE[1] + FAULTS.get(self.path[1:].replace("-", " "), b""))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its signature
        """Keep quiet."""


@pytest.fixture
def site() -> Iterator[str]:
    Site.second_half.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    Site.second_half.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_page_of_which_half_has_come_is_not_judged(site: str, window: Visit) -> None:
    """The link has no name yet: an early look would find a fault that nobody ever meets."""
    window.page.goto(f"{site}/halves", wait_until="commit")
    window.page.locator("a").wait_for(state="attached")
    # Longer than a hasty look takes: were it shorter, the test could not fail.
    later = threading.Timer(5, Site.second_half.set)
    later.start()
    try:
        assert serious_findings(window.page) == []
    finally:
        later.cancel()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_page_that_breaks_its_policy_fails_its_test(site: str, browser: playwright.Browser, fault: str) -> None:
    with pytest.raises(AssertionError, match="Content Security Policy"), visit(browser) as window:
        window.page.goto(f"{site}/{fault.replace(' ', '-')}")


def test_a_page_that_throws_fails_its_test(site: str, browser: playwright.Browser) -> None:
    with pytest.raises(AssertionError, match="thrown on purpose"), visit(browser) as window:
        throw(window.page, f"{site}/good")


def throw(page: playwright.Page, url: str) -> None:
    """Open a page, and let a script of it fail."""
    page.goto(url)
    with page.expect_event("pageerror"):
        page.evaluate("() => { setTimeout(() => { throw new Error('thrown on purpose'); }, 0); }")
