"""Who gets in: GitHub's number for an account once it is known, its login before that, and nothing else that it says."""

import httpx2
import pytest
from pytest_django import Settings

from oauth_bridge.models import AllowRule, Client, Person, Session
from tests.conftest import Live
from tests.support.flow import OAuthClient, query, signed_in
from tests.support.rows import granted
from tests.support.tabs import assert_no_code, open_consent


def come_back(live: Live, login: str, client: OAuthClient | None = None) -> httpx2.Response:
    """Allow a client and sign in at GitHub as ``login``; return what the callback answers."""
    browser, consent = open_consent(live, client or OAuthClient.register(live.url))
    return browser.at_github(browser.press(consent, "allow").headers["location"], login=login)


def assert_turned_away(answer: httpx2.Response, login: str, client: OAuthClient, issuer: str) -> None:
    """A page for the person, with ``access_denied`` for the client behind its one button (RFC 6749 §4.1.2.1)."""
    assert answer.status_code == 403
    assert_no_code(answer)
    assert "not on the list" in answer.text
    assert login in answer.text
    href = next(part for part in answer.text.split('"') if part.startswith(client.redirect_uri)).replace("&amp;", "&")
    told = query(href)
    assert (told["error"], told["state"], told["iss"]) == ("access_denied", "state-1", issuer)
    assert "code" not in told


@pytest.mark.parametrize("login", ["bob", "mallory"])
def test_who_is_not_on_the_list_gets_a_page_and_no_row(live: Live, login: str) -> None:
    """Mallory's display name is "alice" and she claims Alice's e-mail address: neither counts."""
    client = OAuthClient.register(live.url)
    answer = come_back(live, login, client)
    assert_turned_away(answer, login, client, live.url)
    assert granted() == {}
    assert AllowRule.objects.get().github_id is None
    assert not any(name.endswith("_session") for name in answer.cookies)


def test_someone_turned_away_is_not_signed_in_here(live: Live) -> None:
    client = OAuthClient.register(live.url)
    browser, consent = open_consent(live, client)
    browser.at_github(browser.press(consent, "allow").headers["location"], login="mallory")
    assert "Signed in as" not in browser.consent(client.authorize_url()).response.text
    assert browser.press(consent, "allow").headers["location"].startswith(live.simulator.url)


@pytest.mark.parametrize("rule", ["Alice", "ALICE"])
def test_the_case_of_a_login_makes_no_difference(live: Live, rule: str) -> None:
    AllowRule.objects.update(login=rule)
    assert come_back(live, "alice").status_code == 303


@pytest.mark.parametrize("rule", ["alic", "a%", "al\u0131ce", "alice "])
def test_a_rule_that_is_only_like_a_login_lets_nobody_in(live: Live, rule: str) -> None:
    """No substring, no pattern, no look-alike (CVE-2024-32879 and its kind)."""
    AllowRule.objects.update(login=rule)
    assert come_back(live, "alice").status_code == 403
    assert granted() == {}


def test_a_login_that_github_could_not_have_is_nobodys(live: Live) -> None:
    """A look-alike in GitHub's own answer: refused although a rule with those very letters exists."""
    live.simulator.add_person("\u0430lice", person_id=7777)
    AllowRule.objects.create(login="\u0430lice")
    assert come_back(live, "\u0430lice").status_code == 403
    assert granted() == {}


def test_an_empty_list_lets_nobody_in(live: Live) -> None:
    AllowRule.objects.all().delete()
    assert come_back(live, "alice").status_code == 403
    assert granted() == {}


def test_everybody_may_come_in_only_where_that_was_chosen(live: Live, settings: Settings) -> None:
    """``ALLOW_EVERYONE``: an explicit choice; who was switched off stays out, and nobody becomes an operator by it."""
    AllowRule.objects.all().delete()
    settings.ALLOW_EVERYONE = True
    client = signed_in(live.url, live.simulator, login="mallory")
    assert client.call("get_user_info")["structuredContent"]["login"] == "mallory"
    person = Person.objects.get()
    assert (person.github_id, person.is_staff, person.is_superuser) == (6666, False, False)
    Person.objects.update(is_active=False)
    assert come_back(live, "mallory").status_code == 403


def test_a_renamed_login_keeps_its_access_and_its_record(live: Live) -> None:
    """The number stays: same person, same rule, new name."""
    client = signed_in(live.url, live.simulator)
    live.simulator.rename("alice", "alicia")
    again = signed_in(live.url, live.simulator, login="alicia")
    person = Person.objects.get()
    assert (person.github_id, person.login) == (1001, "alicia")
    assert AllowRule.objects.get().github_id == 1001
    assert {client.mcp().status_code, again.mcp().status_code} == {200}


def test_a_recycled_login_inherits_nothing(live: Live) -> None:
    """A new account under an old name: another number, so another person, whom no rule lets in."""
    first = signed_in(live.url, live.simulator)
    live.simulator.rename("alice", "alicia")
    live.simulator.add_person("alice", person_id=9999)
    before = granted()
    client = OAuthClient.register(live.url)
    assert_turned_away(come_back(live, "alice", client), "alice", client, live.url)
    assert granted() == before
    assert AllowRule.objects.get().github_id == 1001
    assert first.mcp().status_code == 200


def test_a_recycled_login_that_is_allowed_by_its_number_is_a_new_person(live: Live) -> None:
    """Even when the operator lets the newcomer in, the record and the sessions of the old account stay its own."""
    old = signed_in(live.url, live.simulator)
    live.simulator.rename("alice", "alicia")
    live.simulator.add_person("alice", person_id=9999)
    AllowRule.objects.create(login="newcomer", github_id=9999)
    new = signed_in(live.url, live.simulator, login="alice")
    assert set(Person.objects.values_list("github_id", flat=True)) == {1001, 9999}
    assert new.call("get_user_info")["structuredContent"]["id"] == 9999
    assert old.call("get_user_info")["structuredContent"]["id"] == 1001
    assert Session.objects.filter(person__github_id=9999).count() == 1


def test_a_rule_that_is_bound_to_another_number_is_not_taken_over(live: Live) -> None:
    AllowRule.objects.update(github_id=4242)
    assert come_back(live, "alice").status_code == 403
    assert AllowRule.objects.get().github_id == 4242


def test_a_person_who_was_switched_off_cannot_come_back_by_signing_in(live: Live) -> None:
    signed_in(live.url, live.simulator)
    Person.objects.update(is_active=False)
    assert come_back(live, "alice").status_code == 403
    assert not Person.objects.get().is_active


def test_an_operator_is_made_by_a_rule_and_unmade_by_its_end(live: Live) -> None:
    """``ADMIN_USERNAMES``: staff at sign-in, and no longer at the next one once the right is gone."""
    AllowRule.objects.update(is_admin=True)
    signed_in(live.url, live.simulator)
    person = Person.objects.get()
    assert (person.is_staff, person.is_superuser, person.has_usable_password()) == (True, True, False)
    AllowRule.objects.update(is_admin=False)
    signed_in(live.url, live.simulator)
    person.refresh_from_db()
    assert (person.is_staff, person.is_superuser) == (False, False)


def test_an_operator_with_a_password_is_nobody_to_a_client(live: Live) -> None:
    """Operators are apart from GitHub's people: the session of one gives no code, and a like name takes over nobody."""
    root = Person.objects.create_superuser("github:1001x", "a long pass phrase")
    Person.objects.create_superuser("alice", "a long pass phrase")
    assert come_back(live, "alice").status_code == 303
    assert Person.objects.get(github_id=1001).pk not in {root.pk, Person.objects.get(username="alice").pk}
    assert not Person.objects.get(github_id=1001).is_staff


def test_a_client_that_nobody_signed_in_through_has_no_session(live: Live) -> None:
    client = OAuthClient.register(live.url)
    come_back(live, "mallory", client)
    assert not Session.objects.filter(client=Client.objects.get(client_id=client.client_id)).exists()
    form = {"grant_type": "client_credentials", "scope": "read:user"}
    assert client.token(**form).json()["error"] == "unsupported_grant_type"
