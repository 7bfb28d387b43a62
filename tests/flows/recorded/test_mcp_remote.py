"""mcp-remote 0.15.1, recorded on 2026-11-24 in front of the server, with a local program behind it that speaks 2025-06-18.

Node's HTTP client adds ``Sec-Fetch-Mode: cors`` and ``Accept-Language: *`` to every request, though it is no browser.
"""

from typing import Any

import pytest

from tests.conftest import Live
from tests.flows.recorded.program import DEAD, DELETED, Json, Program, delete_client, error_of, install, told
from tests.flows.recorded.talk import BOTH, Talk
from tests.oauth_bridge.protocol.real_registrations import REGISTRATIONS

SCOPE = "read:user user:email offline_access"
NODE = {"Accept_Language": "*", "Sec_Fetch_Mode": "cors"}
REVISION = {"MCP_Protocol_Version": "2025-11-25"}
REGISTRATION = REGISTRATIONS["mcp-remote"]


def mcp_remote(live: Live) -> Program:
    return install(live, "undici", "http://localhost:34420/oauth/callback", **NODE)


def trial(program: Program, **changes: Any) -> Talk:
    """Return the throw-away session with which it finds out what works."""
    nobody = {"name": "mcp-remote-fallback-test", "version": "0.0.0"}
    return Talk(program, "2025-11-25", nobody, says_method=True, **changes)


def real(program: Program) -> Talk:
    """Return the session of the program behind it; method and name are in headers, which is no sign of 2026-07-28."""
    return Talk(program, "2025-06-18", {"name": "claude-ai (via mcp-remote 0.15.1)", "version": "0.1.0"}, says_method=True)


def start(program: Program) -> Json:
    """Do what every start begins with: a GET that must be a challenge, and both documents before anything is tried."""
    return program.discover(
        program.http.get("/mcp", headers={"Accept": BOTH}), Accept="application/json", Accept_Encoding="identity"
    )


def converse(program: Program) -> None:
    """Open the throw-away session, leave it open, and use a second one."""
    first = trial(program)
    first.shake_hands()
    first.listen()
    second = real(program)
    second.shake_hands()
    second.listen()
    second.works()


def signed_in(live: Live) -> tuple[Program, Json]:
    program = mcp_remote(live)
    start(program)
    assert told(program.http.get("/mcp", headers={"Accept": BOTH}))["scope"] == "read:user user:email"
    metadata = program.discover(trial(program).knock(), **REVISION)
    program.register(REGISTRATION)
    program.sign_in(metadata, scope=SCOPE, prompt="consent")
    return program, metadata


def refresh_form(program: Program) -> dict[str, str]:
    """Return what it sends besides the token: it repeats the scope."""
    return {"resource": program.resource, "client_id": program.client_id, "scope": SCOPE}


def test_it_signs_in_uses_a_tool_and_refreshes(live: Live) -> None:
    program, _ = signed_in(live)
    converse(program)
    program.let_access_token_expire()
    start(program)
    program.discover(trial(program, token=program.tokens["access_token"]).try_call("calculate", {}), **REVISION)
    program.refresh(**refresh_form(program))
    converse(program)


def test_private_repositories_bring_the_person_back_for_more(live: Live) -> None:
    """Step-up, recorded: it reads the scope of the 403, asks for it besides its own, and repeats the call."""
    program, metadata = signed_in(live)
    second = real(program)
    second.shake_hands()
    refusal = second.try_call("get_github_repos", {"visibility": "private"})
    challenge = told(refusal, 403)
    assert challenge["error"] == "insufficient_scope"
    assert set(challenge["scope"].split()) == {*SCOPE.split(), "repo"}
    program.sign_in(metadata, scope=f"{SCOPE} repo", prompt="consent")
    assert program.tokens["scope"] == f"{SCOPE} repo"
    found = second.call("get_github_repos", {"visibility": "private"})["repositories"]
    assert found
    assert all(repository["private"] for repository in found)


def test_a_dead_refresh_token_brings_the_person_back_with_the_same_client(live: Live) -> None:
    """Recorded: it loads ``/auth`` by itself first, without cookies, to see whether its client is still known."""
    program, metadata = signed_in(live)
    assert error_of(program.try_refresh("gone", **refresh_form(program))) == DEAD
    url = program.authorize_url(metadata, scope=SCOPE, prompt="consent")
    probe = mcp_remote(live).http.get(url, headers={"Accept": "application/json", "User-Agent": "node"})
    assert probe.status_code == 200
    program.redeem(program.come_back(url), client_id=program.client_id, resource=program.resource)
    converse(program)


@pytest.mark.parametrize("where", ["refresh", "probe"])
def test_a_deleted_client_registers_again(live: Live, where: str) -> None:
    """At ``/token`` (recorded) as at ``/auth`` (read in its code: JSON, 400 or 401, ``invalid_client``)."""
    program, metadata = signed_in(live)
    gone = program.client_id
    delete_client(program)
    if where == "refresh":
        assert error_of(program.try_refresh(program.tokens["refresh_token"], **refresh_form(program))) == DELETED
    else:
        url = program.authorize_url(metadata, scope=SCOPE, prompt="consent")
        status, code = error_of(program.http.get(url, headers={"Accept": "application/json"}))
        assert status in {400, 401}
        assert code == "invalid_client"
    program.register(REGISTRATION)
    assert program.client_id != gone
    program.sign_in(metadata, scope=SCOPE, prompt="consent")
    converse(program)
