"""The browser session at sign-in: a new key, the old one gone, one statement."""

import pytest
from django.contrib.sessions.backends.base import UpdateError
from pytest_django import DjangoAssertNumQueries

from oauth_bridge.browser_sessions import SessionStore

pytestmark = pytest.mark.django_db


def saved(**data: str) -> SessionStore:
    session = SessionStore()
    session.update(data)
    session.save()
    return session


def test_a_new_session_costs_one_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    session = SessionStore()
    with django_assert_num_queries(1):
        session.cycle_key()
        session["who"] = "alice"
        session.save()
    assert SessionStore(session.session_key)["who"] == "alice"


def test_a_planted_key_does_not_survive_a_sign_in() -> None:
    """Session fixation: what was known before is worth nothing after, and the data go with the new key."""
    old = saved(basket="full").session_key
    session = SessionStore(old)
    session.cycle_key()
    session["who"] = "alice"
    session.save()
    assert session.session_key not in {None, old}
    assert not SessionStore().exists(str(old))
    assert dict(SessionStore(session.session_key).items()) == {"basket": "full", "who": "alice"}


def test_a_session_that_is_kept_is_written_in_its_place() -> None:
    first = saved(who="alice")
    again = SessionStore(first.session_key)
    again["who"] = "bob"
    again.save()
    assert again.session_key == first.session_key
    assert SessionStore(first.session_key)["who"] == "bob"


def test_a_session_that_was_ended_meanwhile_does_not_come_back() -> None:
    first = saved(who="alice")
    late = SessionStore(first.session_key)
    late["who"] = "alice"
    SessionStore(first.session_key).flush()
    with pytest.raises(UpdateError):
        late.save()
    assert not SessionStore().exists(str(first.session_key))
