"""An operator ends everything while somebody signs in: nobody waits in a circle, and nothing gets through in between."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections

from oauth_bridge import codes, endings
from oauth_bridge.models import Person, Session
from tests.conftest import Live
from tests.support.flow import OAuthClient, query
from tests.support.tabs import signed_in_browser

# An end that finds no row held is over long before; one that waits for a row goes on waiting.
PATIENCE_SECONDS = 3

Reaching = Callable[[], endings.Reach]


class Ending:
    """An operator who ends something in a transaction of their own; ``failures`` is what went wrong."""

    def __init__(self, reach: Reaching) -> None:
        self.failures: list[BaseException] = []
        self._reach = reach
        self._operator = Person.objects.create(username="root", is_staff=True, is_superuser=True)
        self._thread = threading.Thread(target=self._end)

    def begin(self) -> None:
        """Begin it, and return when it is over or has waited for a while."""
        self._thread.start()
        self._thread.join(PATIENCE_SECONDS)

    def finish(self) -> None:
        """Return when it is over."""
        self._thread.join(20)
        assert not self._thread.is_alive()

    def _end(self) -> None:
        try:
            endings.end(self._reach(), operator=self._operator, ask_again=True)
        except BaseException as error:  # noqa: BLE001  whatever it is, it is the finding
            self.failures.append(error)
        finally:
            connections.close_all()


@pytest.fixture
def during_the_code(live: Live, monkeypatch: pytest.MonkeyPatch) -> Callable[[Reaching], Ending]:
    """Return a function that has an operator end something when the next code is about to be given."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: whoever comes second waits at its beginning")
    give = codes._code

    def prepare(reach: Reaching) -> Ending:
        ending = Ending(reach)

        def giving(*arguments: Any) -> str | None:
            monkeypatch.setattr(codes, "_code", give)
            ending.begin()
            return give(*arguments)

        monkeypatch.setattr(codes, "_code", giving)
        return ending

    return prepare


def site() -> endings.Reach:
    return endings.Reach(endings.Whose.SITE, None)


def alice() -> endings.Reach:
    return endings.Reach(endings.Whose.PERSON, Person.objects.get(github_id=1001))


@pytest.mark.parametrize("reach", [site, alice])
def test_a_sign_in_that_is_being_written_ends_too(
    live: Live, during_the_code: Callable[[Reaching], Ending], reach: Reaching
) -> None:
    """Its credential is locked, its code is on its way: who ends waits for both, in that order, and finds the code."""
    signed_in_browser(live)
    client, browser = OAuthClient.register(live.url, client_name="Under Way"), live.browser()
    ending = during_the_code(reach)
    callback = browser.sign_in(client.authorize_url())
    ending.finish()
    assert ending.failures == []
    assert client.redeem(callback).json()["error"] == "invalid_grant"
    assert not Session.objects.filter(ended_at__isnull=True).exists()


@pytest.mark.parametrize("reach", [site, alice])
def test_an_allow_that_is_under_way_gives_no_code_past_the_end(
    live: Live, during_the_code: Callable[[Reaching], Ending], reach: Reaching
) -> None:
    """Who is signed in needs no more than the press: the end waits for it, and voids its code."""
    browser, client = signed_in_browser(live), OAuthClient.register(live.url, client_name="Under Way")
    consent = browser.consent(client.authorize_url())
    ending = during_the_code(reach)
    answer = browser.press(consent, "allow")
    ending.finish()
    assert ending.failures == []
    assert query(answer.headers["location"])["code"]
    assert client.redeem(answer.headers["location"]).json()["error"] == "invalid_grant"
    assert not Session.objects.filter(ended_at__isnull=True).exists()
