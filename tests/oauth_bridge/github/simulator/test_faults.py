"""Faults: each hits what it was armed for, as often as it was armed for, and then GitHub is well again."""

import threading

import httpx2
import pytest

from oauth_bridge.github.simulator import Simulator
from tests.oauth_bridge.github.simulator.conftest import Api
from tests.oauth_bridge.github.simulator.test_exchange import code_of, exchange
from wire import strict_json


def test_a_fault_hits_its_path_as_often_as_asked_and_nothing_else(alice: Api, simulator: Simulator) -> None:
    simulator.fault("/api/v3/user/emails", "status", status=502, times=2)
    assert alice.get("/user").status_code == 200
    assert [alice.get("/user/emails").status_code for _ in range(3)] == [502, 502, 200]


def test_a_fault_without_a_number_stays_until_reset(alice: Api, simulator: Simulator) -> None:
    simulator.fault("/api/v3/user", "status", times=None)
    assert [alice.get("/user").status_code for _ in range(4)] == [500] * 4
    simulator.reset()
    assert alice.get("/user").status_code == 200


def test_faults_come_in_the_order_in_which_they_were_armed(alice: Api, simulator: Simulator) -> None:
    simulator.fault("/api/v3/user", "status", status=500)
    simulator.fault("/api/v3/user", "status", status=503)
    assert [alice.get("/user").status_code for _ in range(3)] == [500, 503, 200]


@pytest.mark.parametrize("status", [403, 429])
def test_too_many_requests_say_when_to_come_back(alice: Api, simulator: Simulator, status: int) -> None:
    simulator.fault("/api/v3/user", "status", status=status, retry_after=17)
    response = alice.get("/user")
    assert response.status_code == status
    assert response.headers["retry-after"] == "17"
    assert "secondary rate limit" in response.json()["message"]


def test_invalid_json_says_that_it_is_json_and_is_not(alice: Api, simulator: Simulator) -> None:
    simulator.fault("/api/v3/user", "invalid_json")
    response = alice.get("/user")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("application/json")
    with pytest.raises(strict_json.InvalidJSON):
        strict_json.loads(response.content)


def test_wrong_types_keep_the_outline(alice: Api, simulator: Simulator) -> None:
    right = alice.get("/user").json()
    simulator.fault("/api/v3/user", "wrong_types")
    wrong = alice.get("/user").json()
    assert set(wrong) == set(right)
    assert wrong["id"] == "1001"
    assert wrong["login"] == 5
    assert not any(type(wrong[name]) is type(right[name]) for name in right if not isinstance(right[name], dict))
    simulator.fault("/api/v3/user/repos", "wrong_types")
    assert isinstance(alice.get("/user/repos").json(), dict)


def test_html_and_null(alice: Api, simulator: Simulator) -> None:
    simulator.fault("/api/v3/user", "html")
    simulator.fault("/api/v3/user", "null")
    assert alice.get("/user").headers["content-type"].startswith("text/html")
    assert alice.get("/user").json() is None


def test_redirect_and_huge(alice: Api, simulator: Simulator) -> None:
    simulator.fault("/api/v3/user", "redirect", location="http://169.254.169.254/")
    simulator.fault("/api/v3/user", "huge")
    assert alice.get("/user").headers["location"] == "http://169.254.169.254/"
    assert len(alice.get("/user").content) > 10_000_000


def test_a_fault_at_the_token_endpoint_leaves_the_code_usable(http: httpx2.Client, simulator: Simulator) -> None:
    simulator.fault("/login/oauth/access_token", "status", status=500)
    code = code_of(simulator)
    assert exchange(http, code=code).status_code == 500
    assert "access_token" in exchange(http, code=code).json()


def test_slow_answers_come_in_the_end(alice: Api, simulator: Simulator) -> None:
    simulator.fault("/api/v3/user", "slow", seconds=0.05)
    response = alice.get("/user")
    assert response.json()["login"] == "alice"
    assert response.elapsed.total_seconds() >= 0.05


def test_a_hanging_request_gets_nothing_until_the_caller_gives_up(simulator: Simulator) -> None:
    simulator.fault("/api/v3/meta", "hang")
    with pytest.raises(httpx2.ReadTimeout):
        httpx2.get(simulator.api_url + "/meta", timeout=0.1, trust_env=False)
    assert httpx2.get(simulator.api_url + "/meta", timeout=5, trust_env=False).status_code == 200


def test_reset_lets_a_hanging_request_go(simulator: Simulator) -> None:
    simulator.fault("/api/v3/meta", "hang")
    answers: list[int] = []
    caller = threading.Thread(
        target=lambda: answers.append(httpx2.get(simulator.api_url + "/meta", timeout=10, trust_env=False).status_code)
    )
    caller.start()
    while not simulator.state.faults.holding:
        caller.join(0.01)
    simulator.reset()
    caller.join(5)
    assert answers == [200]
