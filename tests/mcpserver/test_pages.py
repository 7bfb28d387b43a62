"""The pages for people: what they say, and that a strict content security policy has nothing to refuse in them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.functional import SimpleLazyObject

from mcpserver import pages
from tests.mcpserver.html import Page
from wire import request_id

REFERENCE = "7f3c9a2e41d84b06"
PERMISSIONS = [{"name": "read:user", "title": "Know who you are", "text": "Your GitHub login."}]
CLIENT = {"name": "Claude Code", "client_id": "3f9a", "website": "https://claude.ai", "registered": None}
LOCAL = {"host": "localhost", "uri": "http://localhost:5000/callback", "is_local": True, "is_private_scheme": False}
APP = {"host": "cursor://", "uri": "cursor://x/callback", "is_local": False, "is_private_scheme": True}
HOSTED = {"host": "claude.ai", "uri": "https://claude.ai/cb", "is_local": False, "is_private_scheme": False}
ALICE = {"login": "alice", "name": "Alice", "avatar_url": "https://avatars.githubusercontent.com/u/1"}
CONSENT = {"client": CLIENT, "redirect": LOCAL, "permissions": PERMISSIONS, "person": None, "pending": "p3nd1ng"}
NOT_ALLOWED = {"login": "mallory", "client_name": None, "contact": None, "return_url": None}
ERROR = {"status": 400, "title": "T", "what_happened": "H", "whose_turn": "Yours", "what_to_do": "D", "action": None}
_SESSION = {
    "id": "5f0f7a3e-0000-4000-8000-000000000000",
    "client_name": "Claude Code",
    "published_by": "claude.ai",
    "hosts": ("localhost", "claude.ai", "one.example", "two.example"),
    "device": "Firefox on Linux",
    "address": "192.0.2.1",
    "created_at": datetime(2026, 6, 1, tzinfo=UTC),
    "last_used_at": datetime(2026, 6, 2, tzinfo=UTC),
    "last_used": "3 hours ago",
    "over_since": datetime(2026, 6, 3, tzinfo=UTC),
    "state": "ended by you",
    "scopes": (PERMISSIONS[0],),
}
ACCOUNT = {"person": ALICE, "alive": [_SESSION, _SESSION | {"address": None}], "alive_count": 2, "over": [_SESSION]}

EVERY_PAGE = [
    ("consent.html", CONSENT),
    ("consent.html", CONSENT | {"person": ALICE, "redirect": HOSTED}),
    ("not_allowed.html", NOT_ALLOWED),
    ("error.html", ERROR),
    ("already_answered.html", {}),
    ("signed_out.html", {}),
    ("sign_in.html", {"next_url": "/"}),
    ("account.html", ACCOUNT),
    ("account.html", {"person": ALICE, "alive": [], "alive_count": 0, "over": []}),
]


@pytest.fixture(autouse=True)
def reference():
    token = request_id.current.set(REFERENCE)
    yield REFERENCE
    request_id.current.reset(token)


def get(path: str = "/", accept: str = "text/html") -> HttpRequest:
    return RequestFactory().get(path, headers={"accept": accept})


def read(template: str, context: dict[str, object]) -> Page:
    return Page(render_to_string(template, context, get()))


def home() -> Page:
    return Page(pages.home(get()).content.decode())


@pytest.fixture(params=["home", *EVERY_PAGE], ids=lambda case: case if isinstance(case, str) else case[0])
def page(request) -> Page:
    return home() if request.param == "home" else read(*request.param)


def test_a_strict_policy_has_nothing_to_refuse(page):
    """CSP 3: no inline script, style or handler, and nothing fetched from elsewhere."""
    assert not page.all("style")
    for element in page.elements:
        assert "style" not in element.attributes
        assert not [name for name in element.attributes if name.startswith("on")]
        fetched = element.attributes.get("src") or (element.tag == "link" and element.attributes["href"]) or "/static/"
        assert fetched.startswith("/static/")
    assert all(script.attributes["src"] and not script.text for script in page.all("script"))


def test_every_page_can_be_used_by_ear_and_by_keyboard(page):
    """WCAG 2.2 §1.1.1, §2.4.1, §2.4.2, §3.1.1, §4.1.2."""
    identifiers = [e.attributes["id"] for e in page.elements if "id" in e.attributes]
    assert len(identifiers) == len(set(identifiers))
    assert page.one("html").attributes["lang"] == "en"
    assert page.one("h1").text.strip()
    assert page.one("title").text.strip()
    assert page.elements[[e.tag for e in page.elements].index("body") + 1].attributes["href"] == "#content"
    assert all("alt" in image.attributes for image in page.all("img"))
    for element in page.elements:
        for name in ("aria-labelledby", "data-copy"):
            assert element.attributes.get(name, "content") in identifiers
    assert not [e for e in page.elements if "autofocus" in e.attributes or int(e.attributes.get("tabindex", 0)) > 0]


def test_every_inner_link_leads_somewhere(page):
    identifiers = {e.attributes.get("id") for e in page.elements}
    targets = [a.attributes["href"][1:] for a in page.all("a") if a.attributes["href"].startswith("#")]
    assert targets
    assert set(targets) <= identifiers


def test_copy_buttons_stay_hidden_without_a_script(page):
    assert all("hidden" in button.attributes for button in page.all("button") if "data-copy" in button.attributes)


def test_the_home_page_fills_in_the_address(settings):
    settings.PUBLIC_URL = "https://mcp.example.org"
    page = home()
    url = "https://mcp.example.org/mcp"
    for snippet in ("mcp-url", "claude-url", "chatgpt-url", "inspector-url"):
        assert page.by_id(snippet).text == url
    assert page.by_id("claude-code-command").text == f"claude mcp add --transport http gatehouse {url}"
    assert json.loads(page.by_id("vs-code-json").text) == {"servers": {"gatehouse": {"type": "http", "url": url}}}
    assert json.loads(page.by_id("cursor-json").text) == {"mcpServers": {"gatehouse": {"url": url}}}
    assert json.loads(page.by_id("mcp-remote-json").text)["mcpServers"]["gatehouse"]["args"][-1] == url
    assert [a for a in page.all("a") if a.attributes["href"].startswith("vscode:mcp/install?")]
    assert [a for a in page.all("a") if a.attributes["href"].startswith("cursor://anysphere.cursor-deeplink/mcp/install?")]


@pytest.mark.parametrize(("public_url", "warns"), [("http://localhost:8000", True), ("https://mcp.example.org", False)])
def test_the_home_page_says_when_hosted_programs_cannot_reach_it(settings, public_url, warns):
    settings.PUBLIC_URL = public_url
    assert bool(home().all("p", **{"class": "note"})) is warns


@pytest.mark.parametrize("simulator", [True, False])
def test_the_simulator_is_announced_on_every_page(settings, simulator):
    settings.GITHUB_SIMULATOR = simulator
    for page in [home(), *(read(*case) for case in EVERY_PAGE)]:
        assert bool(page.all("p", **{"class": "banner"})) is simulator


@pytest.mark.parametrize("view", [pages.home, pages.robots, pages.favicon])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_pages_are_only_read(view: Callable[[HttpRequest], HttpResponse], method):
    assert view(RequestFactory().generic(method, "/")).status_code == 405


def test_robots_may_see_the_start_page_alone():
    """RFC 9309 §2.2.2: the longest match wins, and ``$`` ends it."""
    lines = pages.robots(get("/robots.txt")).content.decode().splitlines()
    assert lines[0] == "User-agent: *"
    assert "Allow: /$" in lines
    assert "Disallow: /" in lines


def test_the_favicon_is_where_browsers_look_for_it():
    assert pages.favicon(get("/favicon.ico")).headers["Location"] == "/static/gatehouse/favicon.ico"


def test_consent_names_who_asks_where_it_goes_and_what_it_may_do():
    """MCP 2026-07-28 security best practices, consent UI requirements."""
    page = read("consent.html", CONSENT)
    assert "Claude Code" in page.one("h1").text
    assert page.one("p", **{"class": "host"}).text == "localhost"
    assert "read:user" in page.one("ul", **{"class": "permissions"}).text
    assert "http://localhost:5000/callback" in page.one("details").text
    assert "3f9a" in page.one("details").text


@pytest.mark.parametrize(("redirect", "warns"), [(LOCAL, True), (APP, True), (HOSTED, False)])
def test_consent_warns_before_answering_a_program_on_this_computer(redirect, warns):
    """MCP 2026-07-28 basic/authorization, localhost redirect URI risks."""
    main = read("consent.html", CONSENT | {"redirect": redirect}).one("main").text
    assert ("only if you started this yourself" in main) is warns
    assert ("to its last letter" in main) is not warns


def test_consent_is_one_form_that_refuses_as_easily_as_it_allows():
    page = read("consent.html", CONSENT)
    form = page.one("form")
    assert (form.attributes["method"], form.attributes["action"]) == ("post", "/auth")
    assert page.one("input", name="pending").attributes["value"] == "p3nd1ng"
    assert page.one("input", name="csrfmiddlewaretoken").attributes["type"] == "hidden"
    # The first button is the one that a browser presses for a stray Enter.
    assert [b.attributes["value"] for b in page.all("button", name="decision")] == ["deny", "allow"]
    assert not [b for b in page.all("button", name="decision") if "disabled" in b.attributes]


def test_consent_shows_who_is_signed_in_and_offers_another_account():
    page = read("consent.html", CONSENT | {"person": ALICE})
    assert "Signed in as alice" in page.one("form").text
    assert page.one("button", value="switch").text == "Use another account"
    assert "githubusercontent" not in page.source


def test_consent_says_that_github_comes_next_for_a_stranger():
    assert "takes you to GitHub to sign in" in read("consent.html", CONSENT).one("form").text


def test_hostile_names_stay_text_and_stay_in_their_place():
    hostile = '<script>alert(1)</script>"><b onclick=x>\u202e'
    client = {"name": hostile, "client_id": hostile, "website": hostile, "registered": None}
    person = ALICE | {"login": hostile, "name": hostile}
    redirect = LOCAL | {"host": hostile, "uri": hostile}
    page = read("consent.html", CONSENT | {"client": client, "redirect": redirect, "person": person})
    assert len(page.all("script")) == 1
    assert not page.all("b")
    assert page.source.count("\u202e") == len([bdi for bdi in page.all("bdi") if "\u202e" in bdi.text]) == 7


def test_a_person_who_is_not_on_the_list_learns_whose_turn_it_is():
    main = read("not_allowed.html", NOT_ALLOWED).one("main").text
    assert "mallory" in main
    assert "Trying again will not help until they add you" in main
    assert REFERENCE in main


def test_the_way_back_to_the_client_carries_the_refusal():
    url = "http://localhost:5000/cb?error=access_denied&state=a%26b"
    page = read("not_allowed.html", NOT_ALLOWED | {"return_url": url, "client_name": "Claude Code"})
    link = page.one("a", **{"class": "button primary"})
    assert link.attributes["href"] == url
    assert link.text == "Back to Claude Code"


def test_the_operators_contact_is_shown_when_there_is_one():
    assert "ops@example.org" in read("not_allowed.html", NOT_ALLOWED | {"contact": "ops@example.org"}).one("main").text


def test_signing_in_keeps_the_way_onwards_whole():
    page = read("sign_in.html", {"next_url": "/admin/?a=1&next=//evil#x"})
    href = page.one("a", **{"class": "button primary wide"}).attributes["href"]
    assert urlsplit(href).path == "/login/github"
    assert parse_qs(urlsplit(href).query) == {"next": ["/admin/?a=1&next=//evil#x"]}


@pytest.mark.parametrize(
    ("view", "status", "code"),
    [
        (pages.bad_request, 400, "invalid_request"),
        (pages.permission_denied, 403, "access_denied"),
        (pages.not_found, 404, "not_found"),
        (pages.csrf_failure, 403, "access_denied"),
        (pages.server_error, 500, "server_error"),
    ],
)
def test_every_failure_has_a_page_and_a_form_for_programs(view: Callable[[HttpRequest], HttpResponse], status, code):
    """RFC 6749 §5.2 for the names; the reference is the same in both."""
    answer = view(get("/secret-path"))
    page = Page(answer.content.decode())
    assert answer.status_code == status
    assert page.by_id("reference").text == REFERENCE
    assert "secret-path" not in page.source
    answer = view(get(accept="application/json"))
    assert (answer.status_code, json.loads(answer.content)["error"]) == (status, code)


def test_the_reason_of_a_refusal_is_for_the_log():
    secret = "CSRF token from POST has the value 1234"
    assert "1234" not in pages.csrf_failure(get(), reason=secret).content.decode()
    assert "1234" not in pages.not_found(get(), ValueError(secret)).content.decode()


def test_a_program_that_posts_to_a_wrong_path_hears_404():
    """A refusal for want of a CSRF token would hide the mistake."""
    request = RequestFactory(enforce_csrf_checks=True).post("/mpc", headers={"accept": "application/json"})
    answer = CsrfViewMiddleware(pages.not_found).process_view(request, pages.not_found, (), {}) or pages.not_found(request)
    assert answer.status_code == 404


def test_the_account_page_ends_one_session_or_all_by_a_form_of_its_own_each():
    page = read("account.html", ACCOUNT)
    assert [f.attributes["action"] for f in page.all("form")] == ["/account"] * 3
    assert {f.attributes["method"] for f in page.all("form")} == {"post"}
    assert [i.attributes["value"] for i in page.all("input", name="end")] == [_SESSION["id"], _SESSION["id"], "all"]
    assert len(page.all("input", name="csrfmiddlewaretoken")) == 3
    assert [b.text for b in page.all("button")] == ["End this session"] * 2 + ["End all sessions now", "Copy"]


def test_the_account_page_keeps_hostile_texts_in_their_place():
    hostile = '<script>alert(1)</script>"><b onclick=x>\u202e'
    session = _SESSION | {"client_name": hostile, "published_by": hostile, "hosts": (hostile,)}
    page = read("account.html", ACCOUNT | {"alive": [session], "over": [session]})
    assert len(page.all("script")) == 1
    assert not page.all("b")
    assert page.source.count("\u202e") == len([bdi for bdi in page.all("bdi") if "\u202e" in bdi.text]) == 4


def test_a_page_stands_while_the_database_is_away():
    """The page that says so names nobody, and does not fail for the same reason."""

    class Away:
        @property
        def github_id(self):
            raise OperationalError("the database is away")

    request = get()
    request.user = SimpleLazyObject(lambda: Away().github_id)
    page = Page(pages.unavailable(request).content.decode())
    assert page.one("h1").text == "The server is not ready"
    assert not page.all("nav", **{"class": "person-nav"})
