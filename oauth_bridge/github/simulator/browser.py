"""Plays the person without a browser: opens the page, reads its form, presses a button, reads where it leads."""

import ssl
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx2


class NotAuthorized(AssertionError):
    """The page has no such button, or the press led nowhere: the message says what the page shows."""


class _Page(HTMLParser):
    """What a person can use on a page: its form, its buttons, and the link onwards."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.buttons: set[tuple[str, str]] = set()
        self.onwards: str | None = None
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = has.get("action", "")
        elif tag == "input":
            self.fields[has["name"]] = has.get("value", "")
        elif tag == "button":
            self.buttons.add((has["name"], has["value"]))
        elif tag == "a" and has.get("id") == "callback":
            self.onwards = has["href"]

    def handle_data(self, data: str) -> None:
        self.words += data.split()


def press(authorize_url: str, button: tuple[str, str]) -> str:
    """Open the authorization page, press the button with this name and value, and return the URL that it leads to.

    Raises:
        NotAuthorized: there is no such button, or it leads nowhere.
    """
    # No proxy of the environment, and no certificate authorities to load: the simulator is on this machine, on plain http.
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with httpx2.Client(trust_env=False, verify=tls, timeout=15) as client:
        page = _Page(client.get(authorize_url).text)
        if button not in page.buttons:
            raise NotAuthorized(f"no button {button[1]!r} on the page: {' '.join(page.words)}")
        answer = _Page(client.post(urljoin(authorize_url, page.action), data={**page.fields, button[0]: button[1]}).text)
    if answer.onwards is None:
        raise NotAuthorized(f"the button {button[1]!r} leads nowhere: {' '.join(answer.words)}")
    return answer.onwards
