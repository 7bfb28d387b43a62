"""The operator's pages: for operators alone, without any secret, and what they switch off is off at once."""

import re

import pytest
from pytest_django import Settings

from oauth_bridge.models import AccessRequest, AllowRule, Client, Grant, Person, Session
from tests.conftest import Live
from tests.support.dashboard import PASSWORD, Operator, sign_in
from tests.support.flow import OAuthClient, connect, signed_in
from tests.support.tabs import signed_in_browser


def every_page() -> list[str]:
    """Return the paths below ``/admin/`` of each list, each row and each form."""
    rows = {"session": Session, "client": Client, "person": Person, "allowrule": AllowRule, "accessrequest": AccessRequest}
    paths = ["", "password_change/", "oauth_bridge/"]
    for table, model in rows.items():
        paths += [f"oauth_bridge/{table}/", f"oauth_bridge/{table}/?q=a"]
        paths += [
            f"oauth_bridge/{table}/{row.pk}/{page}/" for row in model._default_manager.all() for page in ("change", "history")
        ]
    return [*paths, "oauth_bridge/allowrule/add/", f"oauth_bridge/allowrule/{AllowRule.objects.get().pk}/delete/"]


def test_a_stranger_sees_a_password_form_and_nothing_else(live: Live) -> None:
    client = signed_in(live.url, live.simulator)
    token = client.tokens["access_token"]
    for headers in ({}, {"Authorization": f"Bearer {token}"}, {"X-Remote-User": "root", "Remote-User": "root"}):
        http = connect(live.url)
        for path in every_page():
            answer = http.get(f"/admin/{path}", headers=headers)
            assert answer.status_code == 302, path
            assert answer.headers["location"].startswith("/admin/login/?next="), path
    for table in ("accesstoken", "refreshtoken", "grant", "idtoken", "githubcredential", "pendingauthorization"):
        assert connect(live.url).get(f"/admin/oauth_bridge/{table}/").status_code in {302, 404}


def test_a_person_of_github_is_no_operator(live: Live) -> None:
    """Signed in and allowed, but without the right: no page opens, and no form is taken."""
    browser = signed_in_browser(live)
    session = Session.objects.first()
    for path in every_page():
        assert browser.http.get(f"/admin/{path}").status_code in {302, 403}, path
    form = {"action": "end_sessions", "_selected_action": str(session and session.pk)}
    assert browser.http.post("/admin/oauth_bridge/session/", data=form, headers={"Origin": live.url}).status_code in {302, 403}
    assert not Session.objects.filter(ended_at__isnull=False).exists()


def test_no_page_shows_a_token_a_secret_or_a_hash(live: Live) -> None:
    """CVE-2026 of the stock admin (#1736): lists, rows, searches and histories are searched for everything secret."""
    public = signed_in(live.url, live.simulator)
    secret = signed_in(live.url, live.simulator, token_endpoint_auth_method="client_secret_basic")
    public.refresh()
    operator = Operator(live)
    text = "\n".join(operator.page(path) for path in every_page())
    hidden = [public.tokens["access_token"], public.tokens["refresh_token"], secret.client_secret, public.verifier]
    hidden += [row.client_secret for row in Client.objects.all() if row.client_secret]
    hidden += [row.password for row in Person.objects.all()] + [row.code for row in Grant.objects.all()]
    for value in hidden:
        assert value
        assert value not in text, value[:8]
    assert not re.search(r"\b[0-9a-f]{64}\b", text), "a SHA-256 is shown"
    assert not re.search(r"\bgh[ou]_|gth_|pbkdf2|md5\$|client_secret_sha256", text)
    assert public.client_id in text


def test_ending_a_session_bites_at_once(live: Live) -> None:
    """Access and refresh token both, and only of that session; what is recorded stays."""
    client, other = signed_in(live.url, live.simulator), signed_in(live.url, live.simulator)
    assert client.mcp().status_code == other.mcp().status_code == 200
    operator = Operator(live)
    row = Session.objects.get(client__client_id=client.client_id)
    assert operator.act("session", "end_sessions", row.pk).status_code == 302
    assert client.mcp().status_code == 401
    assert client.refresh().json()["error"] == "invalid_grant"
    assert other.mcp().status_code == 200
    row.refresh_from_db()
    assert row.end_reason == Session.EndReason.OPERATOR
    assert "by an operator" in operator.page(f"oauth_bridge/session/{row.pk}/change/")
    assert operator.act("session", "end_sessions", row.pk).status_code == 302


def test_a_client_that_is_switched_off_is_off_everywhere(live: Live) -> None:
    client = signed_in(live.url, live.simulator)
    callback = live.browser().sign_in(client.authorize_url())
    assert client.mcp().status_code == 200
    operator = Operator(live)
    key = Client.objects.get().pk
    operator.act("client", "switch_off", key)
    assert client.mcp().status_code == 401
    assert client.refresh().json()["error"] == client.redeem(callback).json()["error"] == "invalid_client"
    assert client.http.get(client.authorize_url()).status_code == 400
    operator.act("client", "switch_on", key)
    # What was ended stays ended: the people sign in anew.
    assert client.mcp().status_code == 401
    assert client.refresh().json()["error"] == "invalid_grant"
    assert client.redeem(live.browser().sign_in(client.authorize_url())).status_code == 200


def test_a_person_who_is_switched_off_is_off_everywhere(live: Live) -> None:
    client = signed_in(live.url, live.simulator)
    browser = signed_in_browser(live)
    assert client.mcp().status_code == 200
    operator = Operator(live)
    person = Person.objects.get(github_id=1001)
    operator.act("person", "switch_off", person.pk)
    assert client.mcp().status_code == 401
    assert client.refresh().json()["error"] == "invalid_grant"
    answer = browser.press(browser.consent(client.authorize_url()), "allow")
    assert answer.headers["location"].startswith(live.simulator.url)
    assert browser.at_github(answer.headers["location"], login="alice").status_code == 403


def test_an_operator_cannot_lock_themselves_out(live: Live) -> None:
    operator = Operator(live)
    operator.act("person", "switch_off", *Person.objects.values_list("pk", flat=True))
    assert Person.objects.get(username="root").is_active
    operator.page("")


@pytest.mark.parametrize("way", ["one", "many"])
def test_a_rule_that_is_deleted_takes_its_sessions_along(live: Live, way: str) -> None:
    AllowRule.objects.create(login="bob")
    alice, bob = signed_in(live.url, live.simulator), signed_in(live.url, live.simulator, login="bob")
    assert alice.mcp().status_code == bob.mcp().status_code == 200
    operator = Operator(live)
    key = AllowRule.objects.get(login="alice").pk
    if way == "one":
        assert operator.post(f"oauth_bridge/allowrule/{key}/delete/", post="yes").status_code == 302
    else:
        operator.post("oauth_bridge/allowrule/", action="delete_selected", _selected_action=str(key), post="yes")
    assert not AllowRule.objects.filter(login="alice").exists()
    assert alice.mcp().status_code == 401
    assert alice.refresh().json()["error"] == "invalid_grant"
    assert bob.mcp().status_code == 200
    assert Session.objects.get(person__github_id=1001).end_reason == Session.EndReason.NOT_ALLOWED


NO_LOGINS = ["", "a b", "alice@example.com", "al\u0131ce", "-alice", "a" * 40, "*", "alice,bob", "<b>"]


def test_a_rule_for_what_cannot_be_a_login_is_not_taken(live: Live) -> None:
    operator = Operator(live)
    for login in NO_LOGINS:
        assert operator.post("oauth_bridge/allowrule/add/", login=login).status_code == 200, login
    assert AllowRule.objects.count() == 1


def test_a_rule_twice_is_a_message_not_a_fault(live: Live) -> None:
    operator = Operator(live)
    assert operator.post("oauth_bridge/allowrule/add/", login="ALICE").status_code == 200
    assert operator.post("oauth_bridge/allowrule/add/", login="@bob").status_code == 302
    assert set(AllowRule.objects.values_list("login", flat=True)) == {"alice", "bob"}


def test_nothing_is_written_by_hand_that_the_server_writes(live: Live) -> None:
    """No form changes a client's redirect URIs, a person's number or a session's end, and none deletes the record."""
    client = signed_in(live.url, live.simulator)
    operator = Operator(live)
    rows = {
        "session": Session.objects.get().pk,
        "client": Client.objects.get().pk,
        "person": Person.objects.get(github_id=1001).pk,
    }
    change = {"redirect_uris": "https://evil.example/", "github_id": "6666", "is_staff": "on", "ended_at_0": "2020-01-01"}
    for table, key in rows.items():
        assert operator.http.get(f"/admin/oauth_bridge/{table}/add/").status_code == 403
        assert operator.http.get(f"/admin/oauth_bridge/{table}/{key}/delete/").status_code == 403
        assert operator.post(f"oauth_bridge/{table}/{key}/change/", **change).status_code == 403
    assert Client.objects.get().redirect_uris == client.redirect_uri
    assert Person.objects.get(github_id=1001).is_staff is False


@pytest.mark.parametrize("action", ["", "delete_selected", "nothing", "__class__"])
def test_an_action_that_is_not_offered_does_nothing(live: Live, action: str) -> None:
    signed_in(live.url, live.simulator)
    operator = Operator(live)
    for table, model in (("session", Session), ("client", Client), ("person", Person)):
        assert operator.act(table, action, *model._default_manager.values_list("pk", flat=True)).status_code in {200, 302}
        assert model._default_manager.count() == (2 if model is Person else 1)


def test_a_form_from_elsewhere_does_nothing(live: Live) -> None:
    """CSRF: the operator's browser is lured to another site that posts here."""
    client = signed_in(live.url, live.simulator)
    operator = Operator(live)
    path = "/admin/oauth_bridge/session/"
    form = {"action": "end_sessions", "_selected_action": str(Session.objects.get().pk)}
    token = {"csrfmiddlewaretoken": operator.http.cookies["gatehouse_csrf"]}
    for data, origin in ((form, live.url), (form | token, "https://evil.example"), (form | token, "null")):
        assert operator.http.post(path, data=data, headers={"Origin": origin}).status_code == 403
    assert client.mcp().status_code == 200


def test_an_operator_of_github_comes_and_goes_with_the_rule(live: Live) -> None:
    """``ADMIN_USERNAMES``: in through GitHub, without a password; out at the next request once the right is gone."""
    AllowRule.objects.update(is_admin=True)
    browser = signed_in_browser(live)
    assert browser.http.get("/admin/").status_code == 200
    assert browser.http.get("/admin/oauth_bridge/session/").status_code == 200
    root = Operator(live)
    rule = AllowRule.objects.get()
    assert root.post(f"oauth_bridge/allowrule/{rule.pk}/change/", note="no operator any more").status_code == 302
    assert not AllowRule.objects.get().is_admin
    assert browser.http.get("/admin/").status_code in {302, 403}
    assert not Person.objects.get(github_id=1001).is_superuser


def test_password_guessing_is_slowed(live: Live, settings: Settings) -> None:
    """60 tries, also with the right one at the end, and whatever address is claimed."""
    Person.objects.create_superuser("root", PASSWORD)
    settings.RATE_LOGIN = (5, 86_400)
    http = connect(live.url)
    statuses = [
        sign_in(http, live.url, "root", f"guess {number}", **{"X-Forwarded-For": f"203.0.113.{number}"}).status_code
        for number in range(8)
    ]
    assert statuses == [200] * 5 + [429] * 3
    assert sign_in(http, live.url, "root", PASSWORD).status_code == 429


@pytest.mark.parametrize("username", ["github:1001", "alice"])
def test_a_person_of_github_has_no_password_to_guess(live: Live, username: str) -> None:
    AllowRule.objects.update(is_admin=True)
    signed_in(live.url, live.simulator)
    for password in ("", "!", "alice", "None", Person.objects.get().password):
        assert sign_in(connect(live.url), live.url, username, password).status_code == 200


def test_the_dashboard_sends_nobody_to_another_site(live: Live) -> None:
    operator = Operator(live)
    http = connect(live.url)
    http.cookies.update(operator.http.cookies)
    for path in ("https://evil.example/", "//evil.example/", "/\\evil.example"):
        assert "evil" not in http.get("/admin/login/", params={"next": path}).headers.get("location", "")


def test_the_pages_can_be_neither_framed_nor_kept(live: Live) -> None:
    operator = Operator(live)
    for path in ("", "oauth_bridge/session/", "oauth_bridge/allowrule/add/"):
        headers = operator.http.get(f"/admin/{path}").headers
        assert headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert "no-store" in headers["cache-control"]


def test_a_hostile_name_is_only_text_at_the_dashboard(live: Live) -> None:
    """Stored script by a client that nobody checked, a person's display name, a browser's name."""
    evil = '"><script>alert(1)</script>'
    client = OAuthClient.register(
        live.url, client_name=evil, software_id=evil, client_uri="https://x/'\"><script>alert(1)</script>"
    )
    browser = live.browser()
    browser.http.headers["User-Agent"] = evil
    live.simulator.add_person("eve", person_id=5, name=evil)
    AllowRule.objects.create(login="eve")
    client.redeem(browser.sign_in(client.authorize_url(), login="eve"))
    operator = Operator(live)
    for table, model in (("session", Session), ("client", Client), ("person", Person)):
        assert "<script>alert" not in operator.page(f"oauth_bridge/{table}/")
        for row in model._default_manager.all():
            assert "<script>alert" not in operator.page(f"oauth_bridge/{table}/{row.pk}/change/")
