"""kill -9 between any two writes of code exchange and refresh, and a client that asks once again (fault table, G5).

Six sweeps of nine kills each. Set ``CRASH_SWEEPS`` for more.
"""

import os

import pytest

from oauth_bridge.models import AuthEvent, Grant, RefreshToken, Session
from oauth_bridge.protocol import tokens
from tests.conftest import Live
from tests.crash import ledger
from tests.crash.deaths import Death, alive, at_every_point
from tests.races.held import Posting
from tests.races.test_one_server import code_form
from tests.races.test_replicas import refresh_form
from tests.support.flow import OAuthClient, signed_in
from tests.support.replicas import House
from tests.support.tabs import signed_in_browser

WAYS = ["restarted", "other", "beside"]
SWEEPS = range(int(os.environ.get("CRASH_SWEEPS", "1")))
LOST = "after COMMIT"
OF_A_CODE = [
    "before UPDATE client",
    "before UPDATE grant",
    "before INSERT session",
    "before INSERT accesstoken",
    "before INSERT refreshtoken",
    "before UPDATE grant",
    "before INSERT authevent",
    "before COMMIT",
    LOST,
]
OF_A_REFRESH = [
    "before UPDATE client",
    "before UPDATE refreshtoken",
    "before UPDATE accesstoken",
    "before UPDATE session",
    "before INSERT authevent",
    "before INSERT accesstoken",
    "before INSERT refreshtoken",
    "before COMMIT",
    LOST,
]


@pytest.mark.parametrize("sweep", SWEEPS)
@pytest.mark.parametrize("way", WAYS)
def test_a_code_is_good_until_it_is_committed_and_never_twice(house: House, town: Live, way: str, sweep: int) -> None:
    """Before the commit the same code still works; after it the code is spent, and showing it again ends what it made."""
    browser = signed_in_browser(town)
    client = OAuthClient.register(town.url, client_name="Racer")

    def fresh_code() -> Posting:
        return "/token", code_form(client, browser.sign_in(client.authorize_url()))

    points = []
    for death in at_every_point(house, way, fresh_code):
        points.append(death.point)
        _judge_code(house, client, death)
        ledger.check()
    assert points == OF_A_CODE
    # The last request lived; every kill but one was before the commit, and its client has a session now.
    assert Session.objects.filter(ended_at=None).count() == len(OF_A_CODE)
    assert Grant.objects.filter(used_at__isnull=False).count() == len(OF_A_CODE) + 1


def _judge_code(house: House, client: OAuthClient, death: Death) -> None:
    if death.point != LOST:
        alive(house, client, death.answer)
        return
    assert death.answer.status_code == 400
    assert death.answer.json()["error"] == "invalid_grant"
    code = tokens.checksum(death.posting[1]["code"])
    assert Session.objects.get(grants__code=code).end_reason == Session.EndReason.CODE_REPLAY


@pytest.mark.parametrize("sweep", SWEEPS)
@pytest.mark.parametrize("way", WAYS)
def test_a_session_outlives_every_death_at_its_refresh(house: House, town: Live, way: str, sweep: int) -> None:
    """One and the same session through all kills: asked again, it goes on, with the one pair that there is."""
    client = signed_in(town.url, town.simulator)
    points = []
    for death in at_every_point(house, way, lambda: ("/token", refresh_form(client))):
        points.append(death.point)
        alive(house, client, death.answer)
        ledger.check()
        usable = RefreshToken.objects.get(revoked=None)
        assert usable.token_checksum == tokens.checksum(client.tokens["refresh_token"])
    assert points == OF_A_REFRESH
    assert Session.objects.get().ended_at is None
    # Only where the answer was lost after the commit is the second one a repetition.
    assert AuthEvent.objects.filter(kind=AuthEvent.Kind.REFRESH_REPEATED).count() == 1
    assert AuthEvent.objects.filter(kind=AuthEvent.Kind.TOKENS_REFRESHED).count() == len(OF_A_REFRESH) + 1
