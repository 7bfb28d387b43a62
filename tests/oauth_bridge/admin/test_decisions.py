"""What an operator decides on the pages of access: by whom it may be decided, and that it bites at once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from oauth_bridge.models import AccessRequest, AllowRule, AuthEvent, Client, Grant, Person, Session
from tests.conftest import Live
from tests.oauth_bridge.admin.team import Colleague
from tests.support.dashboard import Operator
from tests.support.flow import signed_in
from tests.support.tabs import signed_in_browser

SITE = "oauth_bridge/session/end/site/all/"


def test_all_sessions_end_and_the_page_says_how_many_first(live: Live) -> None:
    AllowRule.objects.create(login="bob")
    clients = [signed_in(live.url, live.simulator), signed_in(live.url, live.simulator, login="bob")]
    operator = Operator(live)
    assert "<strong>2</strong> active sessions will end" in operator.page(SITE)
    assert [client.mcp().status_code for client in clients] == [200, 200]
    assert operator.post(SITE).status_code == 302
    assert [client.mcp().status_code for client in clients] == [401, 401]
    assert "2 sessions ended." in operator.page("oauth_bridge/session/")
    assert set(AuthEvent.objects.filter(kind="session_ended").values_list("operator", flat=True)) == {"root"}


@pytest.mark.parametrize("whose", ["session", "person", "client"])
def test_an_end_reaches_what_it_names_and_no_more(live: Live, whose: str) -> None:
    AllowRule.objects.create(login="bob")
    first, other = signed_in(live.url, live.simulator), signed_in(live.url, live.simulator, login="bob")
    session = Session.objects.get(client__client_id=first.client_id)
    key = {"session": session.pk, "person": session.person_id, "client": session.client_id}[whose]
    assert Operator(live).post(f"oauth_bridge/session/end/{whose}/{key}/").status_code == 302
    assert (first.mcp().status_code, other.mcp().status_code) == (401, 200)
    assert first.refresh().json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "path", ["session/nobody", "session/00000000-0000-0000-0000-000000000000", "person/0", "else/1", "client/x"]
)
def test_an_end_of_nothing_is_not_found(live: Live, path: str) -> None:
    signed_in(live.url, live.simulator)
    assert Operator(live).http.get(f"/admin/oauth_bridge/session/end/{path}/").status_code == 404


def test_a_code_that_is_under_way_ends_with_its_person(live: Live) -> None:
    """Otherwise the client would be back a moment later, without anybody having pressed anything."""
    client = signed_in(live.url, live.simulator)
    callback = live.browser().sign_in(client.authorize_url())
    person = Person.objects.get(github_id=1001)
    Operator(live).post(f"oauth_bridge/session/end/person/{person.pk}/")
    assert client.redeem(callback).json()["error"] == "invalid_grant"
    assert not Session.objects.filter(ended_at__isnull=True).exists()


def test_a_code_that_is_under_way_ends_with_its_client(live: Live) -> None:
    """Its people sign in anew, as the page says, when it is switched on again."""
    client = signed_in(live.url, live.simulator)
    callback = live.browser().sign_in(client.authorize_url())
    operator, key = Operator(live), Client.objects.get(client_id=client.client_id).pk
    operator.act("client", "switch_off", key)
    operator.act("client", "switch_on", key)
    assert client.redeem(callback).json()["error"] == "invalid_grant"
    assert not Session.objects.filter(ended_at__isnull=True).exists()


def test_asking_for_everything_anew_leads_through_github(live: Live) -> None:
    """Without it, whoever is signed in to the pages needs no more than *Allow*."""
    client, browser = signed_in(live.url, live.simulator), signed_in_browser(live)
    open_page = browser.consent(client.authorize_url())
    person = Person.objects.get(github_id=1001)
    Operator(live).post(f"oauth_bridge/session/end/person/{person.pk}/", ask_again="on")
    answer = browser.press(browser.consent(client.authorize_url()), "allow")
    assert answer.headers["location"].startswith(live.simulator.url)
    assert browser.press(open_page, "allow").headers.get("location", "").startswith(live.simulator.url)


def test_forget_leaves_nothing_but_what_happened(live: Live) -> None:
    client = signed_in(live.url, live.simulator)
    person = Person.objects.get(github_id=1001)
    AccessRequest.objects.create(github_id=1001, login="alice", at=timezone.now())
    operator, path = Operator(live), f"oauth_bridge/person/{person.pk}/forget/confirm/"
    assert operator.post(path, login="bob").status_code == 200
    assert client.mcp().status_code == 200
    before = AuthEvent.objects.count()
    assert operator.post(path, login="Alice").status_code == 302
    assert client.mcp().status_code == 401
    assert client.refresh().json()["error"] == "invalid_grant"
    for model in (Session, Grant, AccessRequest, AllowRule):
        assert not model._default_manager.exists(), model
    assert not Person.objects.filter(github_id=1001).exists()
    assert AuthEvent.objects.count() >= before
    assert not AuthEvent.objects.filter(login="alice").exists()
    assert not [event for event in AuthEvent.objects.all() if "alice" in str(event.detail) or event.person_id == person.pk]


def test_who_is_cut_off_and_let_back_signs_in_anew(live: Live) -> None:
    client = signed_in(live.url, live.simulator)
    operator, person = Operator(live), Person.objects.get(github_id=1001)
    assert "<strong>1</strong> active session will end" in operator.page(f"oauth_bridge/person/{person.pk}/cut-off/confirm/")
    operator.post(f"oauth_bridge/person/{person.pk}/cut-off/confirm/")
    assert client.mcp().status_code == 401
    operator.post(f"oauth_bridge/person/{person.pk}/let-back/confirm/")
    assert client.refresh().json()["error"] == "invalid_grant"
    assert client.redeem(live.browser().sign_in(client.authorize_url())).status_code == 200


@pytest.mark.parametrize(("role", "status"), [("operator", 302), ("viewer", 403)])
def test_operators_decide_and_viewers_do_not(live: Live, role: str, status: int) -> None:
    """Each form that decides, sent by hand: hidden buttons are no protection."""
    client = signed_in(live.url, live.simulator)
    session = Session.objects.select_related("client", "person").get()
    asked = AccessRequest.objects.create(github_id=6666, login="mallory", at=timezone.now())
    colleague = Colleague(live, role)
    token = {"csrfmiddlewaretoken": colleague.http.cookies["gatehouse_csrf"]}
    forms: list[tuple[str, dict[str, str]]] = [
        (f"accessrequest/{asked.pk}/decide/", {"decision": "refuse"}),
        ("allowrule/add/", {"kind": "login", "login": "carol"}),
        (f"client/{session.client_id}/decide/", {"what": "switch_off"}),
        (f"client/{session.client_id}/decide/", {"what": "switch_on"}),
        (f"session/end/session/{session.pk}/", {}),
        (SITE.removeprefix("oauth_bridge/"), {}),
        (f"person/{session.person_id}/cut-off/confirm/", {}),
        (f"person/{session.person_id}/let-back/confirm/", {}),
        (f"person/{session.person_id}/forget/confirm/", {"login": "alice"}),
    ]
    for path, form in forms:
        answer = colleague.http.post(f"/admin/oauth_bridge/{path}", data={**token, **form}, headers={"Origin": live.url})
        assert answer.status_code == status, (path, answer.text[:300])
    assert (client.mcp().status_code == 200) == (role == "viewer")
    assert AllowRule.objects.filter(login="carol").exists() == (role == "operator")
    assert Person.objects.filter(github_id=1001).exists() == (role == "viewer")


def test_a_viewer_sees_every_page_and_no_button_that_decides(live: Live) -> None:
    signed_in(live.url, live.simulator)
    AccessRequest.objects.create(github_id=6666, login="mallory", at=timezone.now())
    viewer, session = Colleague(live, "viewer"), Session.objects.get()
    paths = [f"{table}/" for table in ("session", "client", "person", "allowrule", "accessrequest")]
    paths += [f"session/{session.pk}/change/", f"client/{session.client_id}/change/", f"person/{session.person_id}/change/"]
    paths += [f"allowrule/{AllowRule.objects.get().pk}/change/"]
    for path in paths:
        page = viewer.page(f"oauth_bridge/{path}")
        for sign in ("/end/", "/decide/", "/confirm/", "allowrule/add/", 'name="_save"', 'name="_preview"', 'name="action"'):
            assert sign not in page, (path, sign)
    assert viewer.http.get("/admin/oauth_bridge/client/new/").status_code == 403


def test_a_request_is_answered_by_one_press_once(live: Live) -> None:
    asked = AccessRequest.objects.create(github_id=6666, login="mallory", at=timezone.now())
    operator, path = Operator(live), "oauth_bridge/accessrequest/"
    day = (timezone.now() + timedelta(days=3)).date().isoformat()
    token = {"csrfmiddlewaretoken": operator.http.cookies["gatehouse_csrf"]}

    def press(**form: str) -> int:
        url = f"/admin/{path}{asked.pk}/decide/"
        return operator.http.post(url, data={**token, **form}, headers={"Origin": live.url}).status_code

    assert "1 waits for your answer" in operator.page(path)
    assert press(decision="approve", until="2020-01-01") == 302
    assert not AllowRule.objects.filter(login="mallory").exists()
    assert press(decision="else") == 404
    assert press(decision="approve", until=day) == 302
    assert "Allowed: mallory." in operator.page(path)
    rule = AllowRule.objects.get(login="mallory")
    assert rule.expires_at is not None
    assert press(decision="refuse") == 302
    assert "Somebody has decided that already." in operator.page(path)
    assert AccessRequest.objects.get().state == "approved"


def test_a_client_is_switched_off_and_on_from_its_page(live: Live) -> None:
    client = signed_in(live.url, live.simulator)
    operator, key = Operator(live), Client.objects.get().pk
    token = {"csrfmiddlewaretoken": operator.http.cookies["gatehouse_csrf"]}

    def press(what: str) -> str:
        url = f"/admin/oauth_bridge/client/{key}/decide/"
        assert operator.http.post(url, data={**token, "what": what}, headers={"Origin": live.url}).status_code == 302
        return operator.page(f"oauth_bridge/client/{key}/change/")

    assert "Switched off. 1 session ended." in press("switch_off")
    assert client.mcp().status_code == 401
    assert "Switched on." in press("switch_on")
    assert "is on already" in press("switch_on")
    assert "Only a client with a document" in press("blocked")
    assert "There is no such decision" in press("__class__")
    told = AuthEvent.objects.filter(kind="client_changed").order_by("pk")
    assert [(event.operator, event.detail["switched"]) for event in told] == [("root", "off"), ("root", "on")]
