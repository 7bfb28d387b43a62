"""A sick GitHub (study of faults: 5xx, limits, nonsense, silence): a page with a way back, never a traceback or a grant."""

from typing import Any

import httpx2
import pytest

from oauth_bridge.github import api
from oauth_bridge.github.simulator import endpoints
from oauth_bridge.github.simulator.messages import json_response
from tests.conftest import Live
from tests.support.flow import OAuthClient, query
from tests.support.rows import granted
from tests.support.tabs import assert_code, assert_no_code, open_consent

EXCHANGE, ACCOUNT = "/login/oauth/access_token", "/api/v3/user"
FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("status", {"status": 500}),
    ("status", {"status": 502}),
    ("status", {"status": 429}),
    ("status", {"status": 403}),
    ("status", {"status": 404}),
    ("status", {"status": 401}),
    ("invalid_json", {}),
    ("wrong_types", {}),
    ("null", {}),
    ("html", {}),
    ("redirect", {"location": "/login"}),
]


def come_back(live: Live, client: OAuthClient) -> httpx2.Response:
    browser, consent = open_consent(live, client)
    return browser.at_github(browser.press(consent, "allow").headers["location"], login="alice")


def assert_page(answer: httpx2.Response, live: Live, what: object) -> None:
    """A page that says whose turn it is, with the one way back: an error, to the client, with its state."""
    assert answer.status_code == 502, (what, answer.text[:500])
    assert answer.headers["content-type"].startswith("text/html")
    assert "Traceback" not in answer.text, what
    assert "GitHub did not answer" in answer.text, what
    assert "error=temporarily_unavailable" in answer.text, what
    assert_no_code(answer, what)
    assert granted() == {}, what


@pytest.mark.parametrize("path", [EXCHANGE, ACCOUNT])
def test_nothing_that_github_says_wrongly_becomes_a_sign_in(live: Live, path: str) -> None:
    client = OAuthClient.register(live.url)
    for kind, details in FAULTS:
        live.simulator.fault(path, kind, **details)  # type: ignore[arg-type]
        assert_page(come_back(live, client), live, (path, kind, details))
        live.simulator.reset()
    answer = come_back(live, client)
    assert client.redeem(assert_code(answer, client)).status_code == 200


@pytest.mark.parametrize("path", [EXCHANGE, ACCOUNT])
def test_a_github_that_keeps_silent_costs_a_moment_and_not_the_worker(
    live: Live, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(api, "SECONDS", 0.2)
    client = OAuthClient.register(live.url)
    live.simulator.fault(path, "hang", times=None)
    answer = come_back(live, client)
    assert_page(answer, live, path)
    assert answer.elapsed.total_seconds() < 5
    assert client.http.get("/health").status_code == 200


def test_the_time_that_github_gets_is_bounded_by_default() -> None:
    """Two requests at most wait for GitHub one after the other: ten seconds in all."""
    assert 0 < api.SECONDS <= 5


def test_an_answer_that_never_ends_is_not_read_to_its_end(live: Live) -> None:
    client = OAuthClient.register(live.url)
    live.simulator.fault(ACCOUNT, "huge")
    assert_page(come_back(live, client), live, "huge")


BAD_ACCOUNTS: list[Any] = [
    {"id": 1001},
    {"login": "alice"},
    {"id": "1001", "login": "alice"},
    {"id": 1001.5, "login": "alice"},
    {"id": True, "login": "alice"},
    {"id": 1001, "login": ["alice"]},
    {"id": 1001, "login": None},
    [],
    "alice",
    {"id": 10**30, "login": "alice"},
    {"id": -1, "login": "alice"},
    {"id": 0, "login": "alice"},
]


def test_an_account_without_a_proper_id_and_login_is_nobody(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """People are keyed by GitHub's number: what is none must not be taken for one."""
    client = OAuthClient.register(live.url)
    for account in BAD_ACCOUNTS:
        monkeypatch.setattr(endpoints, "json_response", lambda *_, account=account, **__: json_response(account))
        assert_page(come_back(live, client), live, account)


def test_the_way_back_names_the_client_and_its_state(live: Live) -> None:
    client = OAuthClient.register(live.url)
    live.simulator.fault(EXCHANGE, "status", status=500)
    page = come_back(live, client).text
    href = next(part for part in page.split('"') if part.startswith(client.redirect_uri)).replace("&amp;", "&")
    told = query(href)
    assert (told["error"], told["state"], told["iss"]) == ("temporarily_unavailable", "state-1", live.url)
