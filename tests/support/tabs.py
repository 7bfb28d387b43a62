"""More than one browser, more than one tab: what the consent tests play with."""

import httpx2

from tests.conftest import Live
from tests.support.flow import Browser, Consent, OAuthClient, query


def open_consent(live: Live, client: OAuthClient, browser: Browser | None = None) -> tuple[Browser, Consent]:
    """Return a browser that shows the consent page of a client."""
    browser = browser or live.browser()
    return browser, browser.consent(client.authorize_url())


def signed_in_browser(live: Live, *, login: str = "alice") -> Browser:
    """Return a browser whose person has been here before, through some client."""
    browser = live.browser()
    browser.sign_in(OAuthClient.register(live.url, client_name="Earlier Program").authorize_url(), login=login)
    return browser


def post_consent(browser: Browser, fields: dict[str, str], **headers: str) -> httpx2.Response:
    """Post the consent form with fields and headers as given; ``Origin`` is ours unless it says otherwise."""
    return browser.http.post("/auth", data=fields, headers={"Origin": browser.url, **headers})


def assert_no_code(answer: httpx2.Response, what: object = None) -> None:
    """Nothing that was sent back carries a code, and nobody is sent on to GitHub."""
    location = answer.headers.get("location", "")
    assert "code=" not in location, (what, location)
    assert "/login/oauth/authorize" not in location, (what, location)


def assert_code(answer: httpx2.Response, client: OAuthClient) -> str:
    """Return the URL that carries a code to the client."""
    location: str = answer.headers["location"]
    assert location.startswith(client.redirect_uri + "?")
    assert query(location)["code"]
    return location
