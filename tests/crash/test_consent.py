"""kill -9 between any two writes of a consent: pressing Allow again gives the one code that there is."""

from oauth_bridge.models import AuthEvent, Grant, PendingAuthorization
from tests.conftest import Live
from tests.crash import ledger
from tests.crash.deaths import at_every_point
from tests.races.held import Posting
from tests.support.flow import OAuthClient
from tests.support.replicas import House
from tests.support.tabs import open_consent, signed_in_browser

OF_A_CONSENT = [
    "before UPDATE pendingauthorization",
    "before INSERT authevent",
    "before UPDATE pendingauthorization",
    "before INSERT grant",
    "before COMMIT",
    "after COMMIT",
]


def test_allow_can_be_pressed_again_after_every_death(house: House, town: Live) -> None:
    """No half of an answer is left: consent and its event, one code, and that code works."""
    browser = signed_in_browser(town)
    client = OAuthClient.register(town.url, client_name="Racer")

    def fresh_form() -> Posting:
        _, consent = open_consent(town, client, browser)
        return "/auth", {**consent.fields, "decision": "allow"}

    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.http.cookies.jar)
    of_client = Grant.objects.filter(application__client_id=client.client_id)
    points = []
    for death in at_every_point(house, "restarted", fresh_form, headers={"Cookie": cookies, "Origin": town.url}):
        points.append(death.point)
        assert death.answer.status_code == 303, death.point
        assert of_client.count() == len(points)
        assert client.redeem(death.answer.headers["location"]).status_code == 200
        ledger.check()
    assert [point for point in points if point != "before UPDATE django_session"] == OF_A_CONSENT
    answered = PendingAuthorization.objects.filter(allowed_at__isnull=False).count()
    assert AuthEvent.objects.filter(kind=AuthEvent.Kind.CONSENT_GIVEN).count() == answered == len(points) + 2
