"""GitHub from threads: what counts as an answer, what as a refusal, and that nothing takes longer than it may."""

import time
from typing import Any

import pytest

from oauth_bridge.github import api
from oauth_bridge.github.simulator.server import Simulator

FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("status", {"status": 500}),
    ("status", {"status": 503}),
    ("status", {"status": 429}),
    # A "secondary" limit, and error pages of something in between: not GitHub's word about anybody.
    ("status", {"status": 403}),
    ("status", {"status": 404}),
    ("status", {"status": 401}),
    ("invalid_json", {}),
    ("null", {}),
    ("html", {}),
    ("huge", {}),
    ("redirect", {"location": "/api/v3/user"}),
]


def get(path: str, token: str, *, seconds: float = 5.0) -> dict[str, Any] | None:
    return api.get(path, token=token, until=time.monotonic() + seconds)


def test_an_object_is_an_answer_and_404_is_none(simulator: Simulator) -> None:
    token = simulator.access_token("carol", scope="read:org")
    found = get("/user/memberships/orgs/acme", token)
    assert found is not None
    assert found["state"] == "active"
    assert get("/user/memberships/orgs/other", token) is None


def test_refusals_are_told_apart(simulator: Simulator) -> None:
    with pytest.raises(api.TokenRefused):
        get("/user", "gho_made_up")
    with pytest.raises(api.Forbidden):
        get("/user/memberships/orgs/acme", simulator.access_token("carol", scope="read:user"))


@pytest.mark.parametrize(("kind", "details"), FAULTS)
def test_anything_else_says_nothing(simulator: Simulator, kind: str, details: dict[str, Any]) -> None:
    simulator.fault("/api/v3/user", kind, **details)  # type: ignore[arg-type]
    with pytest.raises(api.Unavailable):
        get("/user", simulator.access_token("carol"))


def test_a_used_up_limit_is_not_a_refusal(simulator: Simulator) -> None:
    simulator.configure(rate_limit=1)
    token = simulator.access_token("carol")
    assert get("/user", token) is not None
    with pytest.raises(api.Unavailable):
        get("/user", token)


def test_a_secondary_limit_without_a_header_is_not_a_refusal(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    from oauth_bridge.github.simulator import calls, endpoints

    words = "You have exceeded a secondary rate limit."
    monkeypatch.setattr(endpoints, "not_found", lambda: calls.refusal(403, words))
    with pytest.raises(api.Unavailable):
        get("/user/memberships/orgs/other", simulator.access_token("carol", scope="read:org"))


def test_a_silent_github_costs_the_time_it_may_and_no_more(simulator: Simulator) -> None:
    simulator.fault("/api/v3/user", "hang")
    begun = time.monotonic()
    with pytest.raises(api.Unavailable):
        get("/user", simulator.access_token("carol"), seconds=0.3)
    assert 0.25 < time.monotonic() - begun < 2


def test_a_time_that_is_over_asks_nothing(simulator: Simulator) -> None:
    with pytest.raises(api.Unavailable):
        get("/user", simulator.access_token("carol"), seconds=-1)
    assert simulator.requests == []


@pytest.mark.parametrize("token", ["", "a b", "a\r\nX: y", "\u00e4", "x" * 513])
def test_what_cannot_be_a_token_is_not_sent(simulator: Simulator, token: str) -> None:
    with pytest.raises(api.TokenRefused):
        get("/user", token)
    assert simulator.requests == []


def test_no_error_quotes_the_token(simulator: Simulator) -> None:
    simulator.fault("/api/v3/user", "status", status=500)
    token = simulator.access_token("carol")
    with pytest.raises(api.Unavailable) as caught:
        get("/user", token)
    assert token not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_a_refresh_token_that_is_none_any_more_is_refused(simulator: Simulator) -> None:
    simulator.configure(expiring_tokens=True)
    with pytest.raises(api.TokenRefused):
        api.refresh("ghr_made_up", until=api.deadline())


@pytest.mark.parametrize(("kind", "details"), [*FAULTS, ("wrong_types", {})])
def test_no_answer_to_a_refresh_says_nothing(simulator: Simulator, kind: str, details: dict[str, Any]) -> None:
    simulator.fault("/login/oauth/access_token", kind, **details)  # type: ignore[arg-type]
    with pytest.raises(api.Unavailable):
        api.refresh("ghr_x", until=api.deadline())


def test_a_wrong_secret_of_ours_is_not_the_persons_fault(simulator: Simulator, caplog: pytest.LogCaptureFixture) -> None:
    """``incorrect_client_credentials``: told to the operator, and nobody's credential dies of it."""
    simulator.configure(client_secret="another")
    with pytest.raises(api.Unavailable):
        api.refresh("ghr_x", until=api.deadline())
    assert "GITHUB_CLIENT_SECRET" in caplog.text
    assert "test-client-secret" not in caplog.text
