"""Somebody whom no rule lets in asks for it: as the account that GitHub confirmed, once, and the operator decides."""

import re
from datetime import timedelta
from html import unescape

import httpx2
import pytest
from django.core import signing
from django.utils import timezone
from pytest_django import Settings

from oauth_bridge.models import AccessRequest, AllowRule, AuthEvent, Person, Session
from tests.conftest import Live
from tests.support.dashboard import Operator
from tests.support.flow import Browser, OAuthClient, form_fields, query, signed_in
from tests.support.rows import granted
from tests.support.tabs import open_consent

TABLE = "accessrequest"


def turned_away(live: Live, login: str = "mallory", client: OAuthClient | None = None) -> tuple[Browser, httpx2.Response]:
    """Return a browser on the page that says that the account is not on the list."""
    browser, consent = open_consent(live, client or OAuthClient.register(live.url))
    answer = browser.at_github(browser.press(consent, "allow").headers["location"], login=login)
    assert answer.status_code == 403
    return browser, answer


def ask(browser: Browser, page: httpx2.Response, message: str = "", **changes: str) -> httpx2.Response:
    form = {**form_fields(page.text), "message": message, **changes}
    return browser.http.post("/login/access", data=form, headers={"Origin": browser.url})


def asked(live: Live, login: str = "mallory", message: str = "") -> AccessRequest:
    assert ask(*turned_away(live, login), message).status_code == 200
    return AccessRequest.objects.get(login=login)


def may_come_in(live: Live, login: str) -> bool:
    browser, consent = open_consent(live, OAuthClient.register(live.url))
    return browser.at_github(browser.press(consent, "allow").headers["location"], login=login).status_code == 303


def test_the_request_names_the_account_that_github_confirmed(live: Live) -> None:
    client = OAuthClient.register(live.url, client_name="Claude Code")
    browser, page = turned_away(live, client=client)
    assert "Ask for access" in page.text
    answer = ask(browser, page, "I work with Alice.", login="alice", github_id="1001")
    assert answer.status_code == 200
    assert "The operator was asked" in answer.text
    assert "no-store" in answer.headers["cache-control"]
    row = AccessRequest.objects.get()
    assert (row.github_id, row.login, row.message, row.client_name, row.state) == (
        6666, "mallory", "I work with Alice.", "Claude Code", "open",
    )  # fmt: skip
    assert granted() == {}
    # The way back to the client is still there, and says what happened.
    href = unescape(next(part for part in answer.text.split('"') if part.startswith(client.redirect_uri)))
    assert query(href)["error"] == "access_denied"
    event = AuthEvent.objects.get(kind="access_requested")
    assert (event.login, event.client_name, event.detail) == ("mallory", "Claude Code", {"github_id": 6666})


def test_nobody_asks_in_another_browser_or_with_a_ticket_of_their_own(live: Live) -> None:
    browser, page = turned_away(live)
    ticket = form_fields(page.text)["ticket"]
    forged = signing.dumps({"github_id": 1001, "login": "alice", "pending": None}, key="a guess")
    stranger = live.browser()
    stranger.consent(OAuthClient.register(live.url).authorize_url())
    token = form_fields(stranger.http.get(OAuthClient.register(live.url).authorize_url()).text)["csrfmiddlewaretoken"]
    for someone, value in [(stranger, ticket), (browser, forged), (browser, ""), (browser, ticket[:-2]), (browser, "x" * 9000)]:
        csrf = token if someone is stranger else form_fields(page.text)["csrfmiddlewaretoken"]
        form = {"csrfmiddlewaretoken": csrf, "ticket": value}
        answer = someone.http.post("/login/access", data=form, headers={"Origin": live.url})
        assert answer.status_code == 400, value[:20]
    assert not AccessRequest.objects.exists()


def test_a_ticket_is_good_for_ten_minutes(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, page = turned_away(live)
    import time

    now = time.time()
    with monkeypatch.context() as later:
        later.setattr(signing.time, "time", lambda: now + 601)
        assert ask(browser, page).status_code == 400
    assert ask(browser, page).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
def test_only_a_form_of_ours_asks(live: Live, method: str) -> None:
    browser, page = turned_away(live)
    ticket = form_fields(page.text)["ticket"]
    assert browser.http.request(method, "/login/access", params={"ticket": ticket}).status_code in {403, 405}
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}):
        assert browser.http.post("/login/access", data=form_fields(page.text), headers=headers).status_code == 403
    assert browser.http.post("/login/access", data={"ticket": ticket}, headers={"Origin": live.url}).status_code == 403
    assert not AccessRequest.objects.exists()


def test_an_account_asks_once(live: Live) -> None:
    browser, page = turned_away(live)
    assert ask(browser, page, "first").status_code == 200
    assert ask(browser, page, "second").status_code == 200
    _, again = turned_away(live)
    assert "The operator was asked" in again.text
    assert "ticket" not in form_fields(again.text)
    assert AccessRequest.objects.get().message == "first"
    # A refusal holds for a day, also against a ticket that is still good.
    AccessRequest.objects.update(state="refused", decided_at=timezone.now())
    ask(browser, page, "third")
    assert AccessRequest.objects.count() == 1
    AccessRequest.objects.update(decided_at=timezone.now() - timedelta(days=1, seconds=1))
    assert "ticket" in form_fields(turned_away(live)[1].text)


def test_asking_is_throttled(live: Live, settings: Settings) -> None:
    browser, page = turned_away(live)
    settings.RATE_LOGIN = (3, 86_400)
    answers = [ask(browser, page) for _ in range(6)]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0


@pytest.mark.parametrize("who", ["switched off", "look-alike"])
def test_who_could_not_be_allowed_is_not_invited_to_ask(live: Live, who: str) -> None:
    login = "alice"
    if who == "switched off":
        signed_in(live.url, live.simulator)
        Person.objects.update(is_active=False)
    else:
        login = "\u0430lice"
        live.simulator.add_person(login, person_id=7777)
    _, page = turned_away(live, login)
    assert "ticket" not in form_fields(page.text)
    assert "/login/access" not in page.text


def test_the_message_is_one_line_of_plain_text(live: Live) -> None:
    message = "<script>alert(1)</script>\r\n\x00\u202edesrever\u200b \t https://evil.example " + "x" * 500
    row = asked(live, message=message)
    assert row.message.startswith("<script>alert(1)</script> desrever https://evil.example xxx")
    assert len(row.message) == 300
    operator = Operator(live)
    for page in (f"oauth_bridge/{TABLE}/", f"oauth_bridge/{TABLE}/{row.pk}/change/"):
        shown = operator.page(page)
        assert "<script>alert" not in shown
        assert "&lt;script&gt;alert(1)" in shown
        assert not re.search(r'href="https://evil', shown)


def test_the_operator_allows_and_that_account_comes_in(live: Live) -> None:
    row = asked(live)
    assert not may_come_in(live, "mallory")
    operator = Operator(live)
    assert operator.act(TABLE, "approve", row.pk).status_code == 302
    rule = AllowRule.objects.get(login="mallory")
    assert (rule.github_id, rule.expires_at, rule.is_admin, rule.source) == (6666, None, False, "admin")
    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("approved", "root")
    assert may_come_in(live, "mallory")
    # The number was allowed, not whoever has the name tomorrow.
    live.simulator.rename("mallory", "malory")
    live.simulator.add_person("mallory", person_id=9999)
    assert may_come_in(live, "malory")
    assert not may_come_in(live, "mallory")
    told = (
        AuthEvent.objects.filter(operator="root")
        .exclude(kind="operator_signed_in")
        .order_by("pk")
        .values_list("kind", "login", "detail__github_id")
    )
    assert list(told) == [("access_decided", "mallory", 6666), ("rule_added", "mallory", 6666)]


def test_a_recycled_login_is_allowed_by_its_number(live: Live) -> None:
    """Alice's rule stays hers, though the newcomer has her old name."""
    signed_in(live.url, live.simulator)
    live.simulator.rename("alice", "alicia")
    live.simulator.add_person("alice", person_id=9999)
    Operator(live).act(TABLE, "approve", asked(live, "alice").pk)
    assert set(AllowRule.objects.values_list("login", "github_id")) == {("alice", 1001), ("alice", 9999)}
    assert may_come_in(live, "alice")
    assert may_come_in(live, "alicia")


def test_a_rule_that_waited_for_that_login_is_bound_and_no_second_one_made(live: Live) -> None:
    row = asked(live)
    AllowRule.objects.create(login="Mallory", note="before")
    Operator(live).act(TABLE, "approve", row.pk)
    rule = AllowRule.objects.get(login__iexact="mallory")
    assert (rule.github_id, rule.note) == (6666, "before")


def test_access_may_be_given_until_a_day(live: Live) -> None:
    row = asked(live)
    operator = Operator(live)
    tomorrow = (timezone.now() + timedelta(days=1)).date()
    path = f"oauth_bridge/{TABLE}/"
    for wrong in ("yesterday", "2020-01-01", "2026-02-30", "9999-12-31T00:00"):
        operator.post(path, action="approve", _selected_action=str(row.pk), until=wrong)
        assert not AllowRule.objects.filter(login="mallory").exists(), wrong
    operator.post(path, action="approve", _selected_action=str(row.pk), until=tomorrow.isoformat())
    rule = AllowRule.objects.get(login="mallory")
    assert rule.expires_at is not None
    assert rule.expires_at.date() == tomorrow + timedelta(days=1)
    client = signed_in(live.url, live.simulator, login="mallory")
    AllowRule.objects.filter(pk=rule.pk).update(expires_at=timezone.now())
    assert client.refresh().json()["error"] == "invalid_grant"
    # Asked and allowed again: the same rule opens.
    AccessRequest.objects.all().delete()
    operator.act(TABLE, "approve", asked(live).pk)
    assert AllowRule.objects.get(login="mallory").expires_at is None
    assert may_come_in(live, "mallory")


def test_a_refusal_lets_nobody_in_and_stands(live: Live) -> None:
    row = asked(live)
    operator = Operator(live)
    operator.act(TABLE, "refuse", row.pk)
    operator.act(TABLE, "approve", row.pk)
    row.refresh_from_db()
    assert row.state == "refused"
    assert not AllowRule.objects.filter(login="mallory").exists()
    assert not may_come_in(live, "mallory")


def test_requests_are_decided_by_operators_alone(live: Live) -> None:
    row = asked(live)
    browser = live.browser()
    browser.sign_in(OAuthClient.register(live.url).authorize_url())
    form = {"action": "approve", "_selected_action": str(row.pk)}
    for someone in (browser, live.browser()):
        assert someone.http.get(f"/admin/oauth_bridge/{TABLE}/").status_code in {302, 403}
        answer = someone.http.post(f"/admin/oauth_bridge/{TABLE}/", data=form, headers={"Origin": live.url})
        assert answer.status_code in {302, 403}
    operator = Operator(live)
    for page in ("add/", f"{row.pk}/delete/"):
        assert operator.http.get(f"/admin/oauth_bridge/{TABLE}/{page}").status_code == 403
    assert operator.post(f"oauth_bridge/{TABLE}/{row.pk}/change/", github_id="1001", state="approved").status_code == 403
    row.refresh_from_db()
    assert (row.state, row.github_id) == ("open", 6666)
    assert not Session.objects.filter(person__github_id=6666).exists()
