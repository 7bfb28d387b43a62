"""What the consent page shows, and what a browser must not do with it (MCP security best practices, Consent UI)."""

from html.parser import HTMLParser

import pytest

from tests.conftest import Live
from tests.support.flow import OAuthClient
from tests.support.tabs import open_consent

Attributes = list[tuple[str, str | None]]


class Page(HTMLParser):
    """A page's skeleton (its tags, with the attributes that could run or fetch something) and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.skeleton: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        self.skeleton.append((tag, tuple(pair for pair in attrs if pair[0] not in {"value", "datetime"})))

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


def test_the_page_says_who_asks_for_what_and_where_the_answer_goes(live: Live) -> None:
    """MCP security best practices, Consent UI Requirements."""
    client = OAuthClient.register(live.url, client_name="Paint Shop", redirect_uris=["https://paint.example/cb"])
    browser, consent = open_consent(live, client)
    for text in ("Paint Shop", "paint.example", "https://paint.example/cb", "read:user", "user:email", client.client_id):
        assert text in consent.response.text
    assert "repo</code>" not in consent.response.text
    more = browser.consent(client.authorize_url(scope="read:user repo"))
    assert "private repositories" in more.response.text


def test_the_page_can_be_neither_framed_nor_kept(live: Live) -> None:
    """Clickjacking and the back button: the headers that a browser obeys."""
    client = OAuthClient.register(live.url, redirect_uris=["https://paint.example/cb"])
    _, consent = open_consent(live, client)
    headers = consent.response.headers
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert set(policy["form-action"].split()) == {"'self'", live.simulator.url, "https://paint.example"}
    assert "unsafe" not in headers["content-security-policy"]
    for line in headers.get_list("set-cookie"):
        assert "httponly" in line.lower()
        assert "samesite=lax" in line.lower()
        assert "domain" not in line.lower()


HOSTILE_NAMES = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7*7 }}{% load x %}",
    "</title><h1>GitHub</h1>",
    "<!--",
    "&lt;b&gt;",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_name_is_only_text(live: Live, name: str) -> None:
    """Stored script: the page has the very tags and attributes that it has for a plain name, and shows the text as it is."""
    _, plain = open_consent(live, OAuthClient.register(live.url, client_name="Plain", client_uri="https://c.example/"))
    site = "https://c.example/'onmouseover='alert(1)\"><script>"
    _, consent = open_consent(live, OAuthClient.register(live.url, client_name=name, client_uri=site))
    page = Page(consent.response.text)
    assert page.skeleton == Page(plain.response.text).skeleton
    assert name in page.texts
    assert site in page.texts


def test_a_name_cannot_turn_the_text_around(live: Live) -> None:
    """Marks of direction and of no width would let a name read as another one."""
    _, consent = open_consent(live, OAuthClient.register(live.url, client_name="\u202eelgooG\u2066\u200b\ufeff"))
    assert not set("\u202e\u2066\u200b\ufeff") & set(consent.response.text)
    assert "elgooG" in Page(consent.response.text).texts
