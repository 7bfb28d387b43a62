"""Advisories on whose data it is: every answer to who asked, every handle for its owner, every tool for its caller."""

from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from oauth_bridge.models import AllowRule
from tests.conftest import Live
from tests.security.whoami import login_in, whoami
from tests.support.flow import OAuthClient, signed_in


def two_people(live: Live) -> tuple[OAuthClient, OAuthClient]:
    """Return a client of Alice's and one of Bob's."""
    AllowRule.objects.create(login="bob")
    return signed_in(live.url, live.simulator), signed_in(live.url, live.simulator, login="bob", client_name="Bob's")


def test_cve_2026_25536_and_cve_2020_35681_every_answer_goes_to_who_asked(live: Live) -> None:
    """TypeScript SDK and Channels: with equal JSON-RPC ids, or under load, somebody got the answer of somebody else."""
    clients = dict(zip(("alice", "bob"), two_people(live), strict=True))

    def call(number: int) -> tuple[str, int, httpx2.Response]:
        login = "alice" if number % 2 else "bob"
        return login, number // 4, whoami(clients[login], request_id=number // 4)

    with ThreadPoolExecutor(8) as callers:
        for login, request_id, answer in callers.map(call, range(80)):
            assert (login_in(answer), answer.json()["id"]) == (login, request_id)


def test_cve_2026_52870_a_handle_of_somebody_else_opens_nothing(live: Live) -> None:
    """Python SDK: tasks and sessions were looked up by their handle alone. Here identity comes from the token alone."""
    alice, bob = two_people(live)
    assert login_in(whoami(alice)) == "alice"
    for name in ("Mcp-Session-Id", "X-Session-Id", "X-User", "X-Forwarded-User", "Remote-User", "Last-Event-Id"):
        for value in (alice.tokens["access_token"], "alice", "1001", "1"):
            answer = whoami(bob, **{name: value})
            assert answer.status_code in {400, 404} or login_in(answer) == "bob", name
    for method in ("tasks/get", "tasks/result", "tasks/list", "tasks/cancel"):
        assert "error" in bob.mcp(method, taskId="1").json(), method


def test_asana_2025_each_tool_answers_for_its_caller_alone(live: Live) -> None:
    """Asana's server: the check of the tenant was lost on the way that MCP took to the data."""
    alice, bob = two_people(live)
    for client, login, other in ((alice, "alice", "bob"), (bob, "bob", "alice")):
        rows = client.call("get_github_repos", limit=100)["structuredContent"]["repositories"]
        assert {row["full_name"].partition("/")[0] for row in rows} == {login}
        for name in ("login", "user", "github_id", "session_id"):
            assert client.call("get_user_info", **{name: other})["isError"], "an argument chose the person"
        assert client.call("get_user_info")["structuredContent"]["login"] == login


@pytest.mark.parametrize(
    "arguments",
    [
        {"visibility": "../../user"},
        {"visibility": "all&affiliation=collaborator"},
        {"page": "1/../../user/emails"},
        {"limit": "10?x=/"},
        {"limit": 10.5},
        {"path": "/user/emails"},
    ],
)
def test_cve_2026_32871_no_argument_becomes_a_part_of_a_path(live: Live, arguments: dict[str, object]) -> None:
    """FastMCP: a parameter with ``../`` reached other paths of the backend, with the person's credential."""
    client = signed_in(live.url, live.simulator)
    before = len(live.simulator.requests)
    assert client.call("get_github_repos", **arguments)["isError"]
    assert len(live.simulator.requests) == before
