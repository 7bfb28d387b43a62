"""``/account``, over HTTP: a person sees and ends their own sessions, and nobody else's."""

import re
import uuid

import httpx2
import pytest
from pytest_django import Settings

from oauth_bridge.models import AllowRule, AuthEvent, Client, Person, Session
from tests.conftest import Live
from tests.support.dashboard import Operator
from tests.support.flow import Browser, OAuthClient, connect, form_fields, signed_in
from tests.support.rows import let_pass
from tests.support.tabs import signed_in_browser

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def end(browser: Browser, what: object, **headers: str) -> httpx2.Response:
    """Press a button of the page, whichever session its form names."""
    fields = form_fields(browser.http.get("/account").text) | {"end": str(what)}
    return browser.http.post("/account", data=fields, headers={"Origin": browser.url, **headers})


def session_of(client: OAuthClient) -> Session:
    return Session.objects.get(client__client_id=client.client_id)


def test_a_stranger_is_sent_to_sign_in_and_comes_back(live: Live) -> None:
    browser = live.browser()
    answer = browser.http.get("/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/account")
    assert "/login/github?next=%2Faccount" in browser.http.get(answer.headers["location"]).text
    answer = browser.http.get("/login/github", params={"next": "/account"})
    assert browser.at_github(answer.headers["location"], login="alice").headers["location"] == "/account"
    assert "No program is signed in for you." in browser.http.get("/account").text


def test_an_operator_with_a_password_is_nobody_here(live: Live) -> None:
    assert Operator(live).http.get("/account").headers["location"] == "/login?next=/account"


def test_it_shows_what_each_session_is(live: Live) -> None:
    client = OAuthClient.register(live.url, client_name="Desk <b>Assistant</b>")
    browser = Browser(live.url, live.simulator, headers={"User-Agent": FIREFOX})
    assert client.redeem(browser.sign_in(client.authorize_url())).status_code == 200
    answer = browser.http.get("/account")
    assert answer.status_code == 200
    assert "no-store" in answer.headers["cache-control"]
    page = answer.text
    for shown in (
        "just now",
        "Desk &lt;b&gt;Assistant&lt;/b&gt;",
        "127.0.0.1",
        "Firefox on Linux",
        "read:user",
        "user:email",
        "alice",
    ):
        assert shown in page, shown
    assert str(session_of(client).pk) in page
    assert not any(secret in page for secret in client.tokens.values() if isinstance(secret, str) and len(secret) > 40)


def test_ending_one_session_stops_it_at_once_and_leaves_the_others(live: Live) -> None:
    first, second = signed_in(live.url, live.simulator), signed_in(live.url, live.simulator)
    browser = signed_in_browser(live)
    assert first.mcp().status_code == second.mcp().status_code == 200
    answer = end(browser, session_of(first).pk)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert first.mcp().status_code == 401
    assert first.refresh().json()["error"] == "invalid_grant"
    assert second.mcp().status_code == 200
    page = browser.http.get("/account").text
    assert "The session has ended." in page
    assert "ended by you" in page
    assert "The session has ended." not in browser.http.get("/account").text
    event = AuthEvent.objects.get(kind="session_ended")
    assert (event.session, event.detail) == (session_of(first), {"reason": "person"})


def test_ending_all_ends_ones_own_alone(live: Live) -> None:
    AllowRule.objects.create(login="bob")
    mine = [signed_in(live.url, live.simulator) for _ in range(3)]
    theirs = signed_in(live.url, live.simulator, login="bob")
    browser = signed_in_browser(live)
    assert end(browser, "all").status_code == 303
    assert "3 sessions have ended." in browser.http.get("/account").text
    assert {client.mcp().status_code for client in mine} == {401}
    assert theirs.mcp().status_code == 200


def test_nobody_sees_or_ends_somebody_elses_session(live: Live) -> None:
    AllowRule.objects.create(login="bob")
    victim = signed_in(live.url, live.simulator, client_name="Alice's Program")
    attacker = signed_in_browser(live, login="bob")
    page = attacker.http.get("/account").text
    assert "Alice" not in page
    assert str(session_of(victim).pk) not in page
    own = signed_in(live.url, live.simulator, login="bob")
    for what in (session_of(victim).pk, session_of(victim).pk.hex, "all ", "", "x", uuid.uuid4(), "\u00fc", session_of(own).pk):
        assert end(attacker, what).status_code == 303
    assert victim.mcp().status_code == 200
    assert own.mcp().status_code == 401


@pytest.mark.parametrize("forged", ["no token", "foreign token", "foreign origin", "get"])
def test_another_site_ends_nothing(live: Live, forged: str) -> None:
    client, browser = signed_in(live.url, live.simulator), signed_in_browser(live)
    fields = form_fields(browser.http.get("/account").text) | {"end": "all"}
    origin = live.url
    match forged:
        case "no token":
            del fields["csrfmiddlewaretoken"]
        case "foreign token":
            fields |= form_fields(signed_in_browser(live).http.get("/account").text) | {"end": "all"}
        case "foreign origin":
            origin = "https://evil.example"
    method = "GET" if forged == "get" else "POST"
    answer = browser.http.request(
        method, "/account", headers={"Origin": origin}, **({"params": fields} if forged == "get" else {"data": fields})
    )
    assert answer.status_code == (200 if forged == "get" else 403)
    assert client.mcp().status_code == 200


def test_what_is_over_is_told_apart(live: Live) -> None:
    expired = signed_in(live.url, live.simulator, client_name="Expired Program")
    let_pass(181 * 86_400, Session)
    switched_off = signed_in(live.url, live.simulator, client_name="Switched Off Program")
    Client.objects.filter(client_id=switched_off.client_id).update(disabled_at="2026-01-01T00:00:00Z")
    browser = signed_in_browser(live)
    page = browser.http.get("/account").text
    assert "No program is signed in for you." in page
    over = page[page.index("No longer active") :]
    assert "expired" in over[over.index("Expired Program") :]
    assert "the program is switched off" in over[over.index("Switched Off Program") :]
    assert end(browser, session_of(expired).pk).status_code == 303


def test_a_very_long_list_is_cut_and_said_so(live: Live) -> None:
    signed_in(live.url, live.simulator)
    session = Session.objects.get()
    for _ in range(104):
        session.pk = uuid.uuid4()
        session.save(force_insert=True)
    page = signed_in_browser(live).http.get("/account").text
    assert "These are the latest 100 of 105." in page
    assert len(re.findall(r'name="end" value="[0-9a-f-]{36}"', page)) == 100


def test_pages_of_a_signed_in_person_lead_to_the_account_and_out(live: Live) -> None:
    """On the consent page there is one decision; it says itself who is signed in."""
    browser = signed_in_browser(live)
    for path in ("/", "/login", "/account", "/nowhere"):
        page = browser.http.get(path).text
        assert 'href="/account"' in page, path
        assert 'action="/logout"' in page, path
    consent = browser.consent(OAuthClient.register(live.url).authorize_url())
    assert 'action="/logout"' not in consent.response.text
    fields = form_fields(browser.http.get("/account").text)
    assert browser.http.post("/logout", data=fields, headers={"Origin": live.url}).status_code == 200
    assert browser.http.get("/account").status_code == 303
    for path in ("/", "/login", "/nowhere"):
        assert 'href="/account"' not in browser.http.get(path).text
        assert 'href="/account"' not in connect(live.url).get(path).text


def test_a_person_who_was_switched_off_is_nobody(live: Live) -> None:
    browser = signed_in_browser(live)
    Person.objects.update(is_active=False)
    assert browser.http.get("/account").status_code == 303
    assert 'href="/account"' not in browser.http.get("/").text


def test_other_methods_are_refused_and_a_flood_is_slowed(live: Live, settings: Settings) -> None:
    browser = signed_in_browser(live)
    assert browser.http.put("/account", headers={"Origin": live.url}).status_code in {403, 405}
    answers = [end(browser, "x") for _ in range(61)]
    assert {answer.status_code for answer in answers[:60]} == {303}
    assert answers[60].status_code == 429
    assert int(answers[60].headers["retry-after"]) > 0
    assert answers[60].headers["content-type"].startswith("text/html")
