"""Eight callers at once over two server processes: one grant, one usable refresh token, no fault (G8).

``RACE_ROUNDS`` says how often; every round ends with what an outsider sees, every test with what the tables hold.
"""

from collections import Counter

from oauth_bridge.models import AccessToken, AuthEvent, Grant, RefreshToken, Session
from tests.conftest import Live
from tests.races.held import Answer, post_together
from tests.races.test_one_server import code_form
from tests.support.flow import OAuthClient, query, signed_in
from tests.support.replicas import House
from tests.support.rows import let_pass
from tests.support.tabs import open_consent, signed_in_browser

CALLERS = 8
ALIVE = [200, 200]
Kind = AuthEvent.Kind


def statuses(answers: list[Answer]) -> Counter[int]:
    return Counter(answer.status for answer in answers)


def pairs(answers: list[Answer]) -> set[tuple[str, str]]:
    return {(answer.body["access_token"], answer.body["refresh_token"]) for answer in answers}


def events() -> Counter[str]:
    """Return how many events there are of each kind."""
    return Counter(AuthEvent.objects.values_list("kind", flat=True))


def refresh_form(client: OAuthClient) -> dict[str, str]:
    return {
        "grant_type": "refresh_token",
        "client_id": client.client_id,
        "refresh_token": client.tokens["refresh_token"],
    }


def test_one_code_has_one_winner_who_lives(house: House, town: Live, rounds: int) -> None:
    """RFC 6749 §4.1.2: the losers of a race are refused and end nothing; a replay later on ends what the code made."""
    browser = signed_in_browser(town)
    client = OAuthClient.register(town.url, client_name="Racer")
    for number in range(rounds):
        form = code_form(client, browser.sign_in(client.authorize_url()))
        answers = post_together(town.url, [("/token", form)] * CALLERS, ports=house.ports)
        assert statuses(answers) == {200: 1, 400: CALLERS - 1}, number
        assert {answer.body["error"] for answer in answers if answer.status == 400} == {"invalid_grant"}
        client.tokens = next(answer.body for answer in answers if answer.status == 200)
        assert house.statuses(client) == ALIVE
        assert RefreshToken.objects.count() == AccessToken.objects.count() == number + 1
    assert Session.objects.filter(ended_at=None).count() == Grant.objects.filter(used_at__isnull=False).count() == rounds
    assert events()[Kind.TOKENS_ISSUED] == rounds
    assert not events()[Kind.CODE_REPLAYED]
    let_pass(5, Grant)
    assert client.token(**form).json()["error"] == "invalid_grant"
    house.refuse_within_a_second(client)
    assert client.refresh().json()["error"] == "invalid_grant"
    assert Session.objects.filter(ended_at__isnull=False).count() == 1


def test_one_refresh_token_has_one_successor_for_all(house: House, town: Live, rounds: int) -> None:
    """The grace: whoever asks within it holds the same pair. Outside it, the token of long ago ends the session."""
    client = signed_in(town.url, town.simulator)
    first = dict(client.tokens)
    for number in range(rounds):
        answers = post_together(town.url, [("/token", refresh_form(client))] * CALLERS, ports=house.ports)
        assert statuses(answers) == {200: CALLERS}, number
        assert len(pairs(answers)) == 1
        assert RefreshToken.objects.filter(revoked=None).count() == 1
        client.tokens = answers[0].body
        assert house.statuses(client) == ALIVE
    assert events()[Kind.TOKENS_REFRESHED] == rounds
    assert events()[Kind.REFRESH_REPEATED] == rounds * (CALLERS - 1)
    assert Session.objects.get().ended_at is None
    let_pass(61, RefreshToken)
    assert client.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    house.refuse_within_a_second(client)
    assert client.refresh().json()["error"] == "invalid_grant"
    assert Session.objects.get().end_reason == Session.EndReason.REFRESH_REUSE


def test_a_reuse_outside_the_grace_is_found_out_by_whoever_asks(house: House, town: Live) -> None:
    """Eight at once with a token of long ago: all are refused, and the session has ended once."""
    client = signed_in(town.url, town.simulator)
    old = refresh_form(client)
    assert client.refresh().status_code == 200
    let_pass(61, RefreshToken)
    answers = post_together(town.url, [("/token", old)] * CALLERS, ports=house.ports)
    assert statuses(answers) == {400: CALLERS}
    house.refuse_within_a_second(client)
    assert events()[Kind.SESSION_ENDED] == 1
    assert RefreshToken.objects.count() == 2


def test_one_consent_form_gives_one_code(house: House, town: Live, rounds: int) -> None:
    """Allow, pressed eight times: all are sent to the client with the same code, and it can be redeemed once."""
    browser = signed_in_browser(town)
    client = OAuthClient.register(town.url, client_name="Racer")
    grants = Grant.objects.filter(application__client_id=client.client_id)
    for number in range(rounds):
        _, consent = open_consent(town, client, browser)
        form = {**consent.fields, "decision": "allow"}
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.http.cookies.jar)
        headers = {"Cookie": cookies, "Origin": town.url}
        answers = post_together(town.url, [("/auth", form)] * CALLERS, ports=house.ports, headers=headers)
        assert statuses(answers) == {303: CALLERS}, number
        assert len({answer.location for answer in answers}) == 1
        assert query(answers[0].location)["code"]
        assert grants.count() == number + 1
        assert client.redeem(answers[0].location).status_code == 200
        assert Session.objects.count() == number + 1
    # Without the browser's own sign-in before, which was another client's.
    assert AuthEvent.objects.filter(kind=Kind.CONSENT_GIVEN, client__client_id=client.client_id).count() == rounds
    assert events()[Kind.TOKENS_ISSUED] == rounds
