"""As whom a tool may be tried without that person's client."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from mcpserver import trying
from oauth_bridge.models import Client, Person, Session
from tests.conftest import Live
from tests.support.flow import OAuthClient, signed_in

NOW = timezone.now()


@pytest.fixture
def client(live: Live) -> OAuthClient:
    return signed_in(live.url, live.simulator)


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Person, {"is_active": False}),
        (Client, {"disabled_at": NOW}),
        (Session, {"ended_at": NOW}),
        (Session, {"expires_at": NOW - timedelta(seconds=1)}),
    ],
    ids=["a person who is switched off", "a client that is switched off", "a session that was ended", "one that ran out"],
)
def test_nobody_is_called_for_who_could_not_call(client: OAuthClient, model: Any, change: dict[str, Any]) -> None:
    """Each alone is enough, though the session's row says nothing of person and client."""
    assert trying.principal_of("ALICE").login == "alice"
    model.objects.update(**change)
    assert not trying.lasting_sessions().exists()
    with pytest.raises(trying.NotSignedIn, match="alice has no session"):
        trying.principal_of("alice")


def test_of_several_sessions_it_is_the_one_used_last(live: Live, client: OAuthClient) -> None:
    other = signed_in(live.url, live.simulator)
    for used, hours in ((client, 1), (other, 2)):
        Session.objects.filter(client__client_id=used.client_id).update(last_used_at=NOW - timedelta(hours=hours))
    assert trying.principal_of("alice").client_id == client.client_id
