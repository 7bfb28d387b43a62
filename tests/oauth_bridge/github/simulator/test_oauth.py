"""GitHub: "Authorizing OAuth apps", step 1 and 2."""

from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest

from oauth_bridge.github.simulator import Simulator
from oauth_bridge.github.simulator.browser import NotAuthorized
from tests.oauth_bridge.github.simulator.conftest import CALLBACK, Clock

GOOD = {"client_id": "gatehouse", "redirect_uri": CALLBACK, "scope": "read:user user:email", "state": "a&b=c"}


def authorize_url(simulator: Simulator, **changes: str | None) -> str:
    parameters = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    return f"{simulator.url}/login/oauth/authorize?{urlencode(parameters)}"


def test_the_page_shows_who_asks_for_what_and_sends_nobody_on_by_itself(simulator: Simulator, http: httpx2.Client) -> None:
    response = http.get(authorize_url(simulator, client_id="<b>app</b>"))
    assert response.status_code == 200
    assert "location" not in response.headers
    assert "http-equiv" not in response.text
    for text in (
        "development only",
        "&lt;b&gt;app&lt;/b&gt;",
        CALLBACK,
        "read:user",
        "user:email",
        "Authorize as Alice",
        "Cancel",
    ):
        assert text in response.text
    assert "<b>app" not in response.text


def test_the_pages_load_nothing_from_elsewhere_and_stand_under_a_strict_policy(
    simulator: Simulator, http: httpx2.Client
) -> None:
    response = http.get(authorize_url(simulator))
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<script" not in response.text
    assert "<style" not in response.text
    assert http.get("/assets/simulator.css").headers["content-type"].startswith("text/css")


@pytest.mark.parametrize("login", ["alice", "bob", "carol", "dave", "mallory"])
def test_each_button_leads_back_with_a_code_and_the_state_untouched(simulator: Simulator, login: str) -> None:
    callback = urlsplit(simulator.approve(authorize_url(simulator), login=login))
    answer = parse_qs(callback.query)
    assert f"{callback.scheme}://{callback.netloc}{callback.path}" == CALLBACK
    assert answer["state"] == ["a&b=c"]
    assert len(answer["code"][0]) == 20


def test_a_query_in_the_redirect_uri_is_kept(simulator: Simulator) -> None:
    callback = simulator.approve(authorize_url(simulator, redirect_uri=CALLBACK + "?x=1", state=None), login="bob")
    assert callback.startswith(CALLBACK + "?x=1&code=")


def test_cancel_leads_back_with_access_denied(simulator: Simulator) -> None:
    answer = parse_qs(urlsplit(simulator.deny(authorize_url(simulator))).query)
    assert answer["error"] == ["access_denied"]
    assert answer["state"] == ["a&b=c"]
    assert "code" not in answer


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": None},
        {"client_id": "two words"},
        {"redirect_uri": None},
        {"redirect_uri": "/callback"},
        {"redirect_uri": "http://example.com/callback"},
        {"redirect_uri": "http://127.0.0.1.example.com/callback"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": "https://user@example.com/"},
        {"redirect_uri": "https://example.com/#part"},
        {"redirect_uri": "https://[::1"},
        {"redirect_uri": "https://example.com/\r\nx"},
        {"code_challenge": "A" * 43},
        {"code_challenge": "A" * 43, "code_challenge_method": "plain"},
        {"code_challenge": "short", "code_challenge_method": "S256"},
    ],
)
def test_a_request_that_github_would_refuse_gets_a_page_without_buttons(
    simulator: Simulator, http: httpx2.Client, changes: dict[str, str | None]
) -> None:
    response = http.get(authorize_url(simulator, **changes))
    assert response.status_code == 400
    assert "<button" not in response.text


@pytest.mark.parametrize(
    "uri", ["https://gatehouse.example/callback", "http://[::1]:9/c", "http://127.9.9.9/c", "http://localhost/c"]
)
def test_https_anywhere_and_http_on_this_machine_may_be_redirected_to(simulator: Simulator, uri: str) -> None:
    assert simulator.approve(authorize_url(simulator, redirect_uri=uri), login="alice").startswith(uri + "?code=")


def test_a_press_without_the_page_leads_nowhere(simulator: Simulator, http: httpx2.Client) -> None:
    """Another site can make a browser post the form, but cannot know the ticket on the page."""
    response = http.post("/login/oauth/authorize", data={"login": "alice", "ticket": "guessed", **GOOD})
    assert response.status_code == 400
    assert "code=" not in response.text


def test_a_page_goes_stale_after_ten_minutes(simulator: Simulator, http: httpx2.Client, clock: Clock) -> None:
    page = http.get(authorize_url(simulator)).text
    ticket = page.split('name="ticket" value="')[1].split('"')[0]
    assert http.post("/login/oauth/authorize", data={"login": "alice", "ticket": ticket}).status_code == 200
    clock.seconds += 601
    assert http.post("/login/oauth/authorize", data={"login": "alice", "ticket": ticket}).status_code == 400


def test_a_code_is_no_ticket(simulator: Simulator, http: httpx2.Client) -> None:
    code = parse_qs(urlsplit(simulator.approve(authorize_url(simulator), login="alice")).query)["code"][0]
    assert http.post("/login/oauth/authorize", data={"login": "bob", "ticket": code}).status_code == 400


def test_nobody_can_press_the_button_of_somebody_who_is_not_there(simulator: Simulator) -> None:
    with pytest.raises(NotAuthorized, match="no button 'zoe'"):
        simulator.approve(authorize_url(simulator), login="zoe")


def test_somebody_who_left_while_the_page_was_open_gets_no_code(simulator: Simulator, http: httpx2.Client) -> None:
    ticket = http.get(authorize_url(simulator)).text.split('name="ticket" value="')[1].split('"')[0]
    simulator.remove_person("bob")
    assert http.post("/login/oauth/authorize", data={"login": "bob", "ticket": ticket}).status_code == 400
