"""MCP Inspector 2.12.0. Its CLI was recorded on 2026-11-24 in both eras; what its web page does is reconstructed.

The web page runs the same SDK in a browser ("direct" mode), so that each request is preceded by a preflight for exactly the
headers that the CLI was seen to send.
"""

import pytest

from tests.conftest import Live
from tests.flows.recorded.program import DEAD, DELETED, Json, Program, delete_client, error_of, install, told
from tests.flows.recorded.talk import StatelessTalk, Talk
from tests.oauth_bridge.protocol.real_registrations import REGISTRATIONS

SCOPE = "read:user user:email offline_access"
PAGE = "http://localhost:6274"
CAPABILITIES = {
    "roots": {"listChanged": True},
    "extensions": {"io.modelcontextprotocol/tasks": {}, "io.modelcontextprotocol/skills": {}},
}
LOOKING = {"MCP_Protocol_Version": "2025-11-25"}


def inspector(live: Live) -> Program:
    return install(live, "node", "http://127.0.0.1:6276/oauth/callback")


def talk(program: Program, kind: type[Talk] = Talk) -> Talk:
    return kind(program, "2025-11-25", {"name": "inspector-cli", "version": "2.12.0"}, CAPABILITIES)


def register(program: Program) -> None:
    program.register({**REGISTRATIONS["Inspector"], "redirect_uris": [program.redirect_uri]})


def signed_in(live: Live) -> tuple[Program, Json]:
    program = inspector(live)
    metadata = program.discover(talk(program).knock(), **LOOKING)
    register(program)
    program.sign_in(metadata, scope=SCOPE, prompt="consent")
    return program, metadata


def use(program: Program) -> None:
    conversation = talk(program)
    conversation.shake_hands()
    conversation.listen()
    conversation.works()


def test_it_signs_in_uses_a_tool_and_refreshes(live: Live) -> None:
    program, _ = signed_in(live)
    use(program)
    program.let_access_token_expire()
    told(talk(program).try_call("calculate", {}))
    program.refresh(resource=program.resource, client_id=program.client_id)
    use(program)


def test_it_speaks_the_stateless_era(live: Live) -> None:
    """``--protocol-era modern``: the first question of all is ``server/discover``, and a 401 to it starts the sign-in."""
    program = inspector(live)
    conversation = StatelessTalk(program, "2026-07-28", {"name": "inspector-cli", "version": "2.12.0"}, CAPABILITIES)
    metadata = program.discover(conversation.discover(authorized=False), **LOOKING)
    register(program)
    program.sign_in(metadata, scope=SCOPE, prompt="consent")
    found = conversation.discover().json()["result"]
    assert found["supportedVersions"][0] == "2026-07-28"
    assert "calculate" in conversation.tools(_meta={"io.modelcontextprotocol/logLevel": "debug"})
    conversation.works()


def test_the_command_line_cannot_step_up_and_loses_nothing_by_it(live: Live) -> None:
    """Recorded: it answers the 403 by a refresh, gets the scope that it had, and gives up. The session must survive that."""
    program, metadata = signed_in(live)
    conversation = talk(program)
    conversation.shake_hands()
    refusal = told(conversation.try_call("get_github_repos", {"visibility": "private"}), 403)
    assert "repo" in refusal["scope"].split()
    program.refresh(resource=program.resource, client_id=program.client_id)
    use(program)
    # What its web page asks the person instead.
    program.sign_in(metadata, scope=refusal["scope"], prompt="consent")
    assert conversation.call("get_github_repos", {"visibility": "private"})["repositories"]


def test_a_dead_refresh_token_and_a_deleted_client_start_over(live: Live) -> None:
    """SDK 1.32: ``invalid_grant`` forgets the tokens, ``invalid_client`` the client as well; then one more attempt."""
    program, metadata = signed_in(live)
    form = {"resource": program.resource, "client_id": program.client_id}
    assert error_of(program.try_refresh("gone", **form)) == DEAD
    program.sign_in(metadata, scope=SCOPE, prompt="consent")
    use(program)
    delete_client(program)
    assert error_of(program.try_refresh(program.tokens["refresh_token"], **form)) == DELETED
    register(program)
    program.sign_in(metadata, scope=SCOPE, prompt="consent")
    use(program)


def preflight(program: Program, path: str, method: str, *headers: str) -> None:
    """Ask as a browser does before a request that a form could not send (Fetch standard, CORS-preflight fetch)."""
    asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": ",".join(sorted(headers))}
    answer = program.http.options(path, headers={"Sec-Fetch-Mode": "cors", **asked})
    assert answer.status_code == 204, (path, answer.text)
    assert answer.headers["access-control-allow-origin"] in {"*", PAGE}
    assert method in answer.headers["access-control-allow-methods"]
    allowed = {name.strip().lower() for name in answer.headers["access-control-allow-headers"].split(",")}
    assert set(headers) <= allowed, path


@pytest.mark.parametrize("kind", [Talk, StatelessTalk])
def test_its_web_page_gets_through_every_preflight(live: Live, kind: type[Talk]) -> None:
    """Preflights come without token and are answered before anybody asks for one; the 401 must be readable by the page."""
    program = install(live, "Mozilla/5.0", f"{PAGE}/oauth/callback", Origin=PAGE)
    preflight(program, "/mcp", "POST", "content-type", "mcp-protocol-version", "mcp-method")
    conversation = talk(program, kind)
    refusal = conversation.knock()
    assert refusal.headers["access-control-allow-origin"] == PAGE
    assert "www-authenticate" in refusal.headers["access-control-expose-headers"].lower()
    for path in ("/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-authorization-server"):
        preflight(program, path, "GET", "mcp-protocol-version")
    metadata = program.discover(refusal, **LOOKING)
    preflight(program, "/register", "POST", "content-type")
    register(program)
    program.sign_in(metadata, scope=SCOPE, prompt="consent")
    preflight(program, "/mcp", "POST", "authorization", "content-type", "mcp-protocol-version", "mcp-method", "mcp-name")
    preflight(program, "/mcp", "GET", "authorization", "last-event-id", "mcp-protocol-version", "mcp-session-id")
    if kind is Talk:
        conversation.shake_hands()
    conversation.works()
    program.refresh(resource=program.resource, client_id=program.client_id)
    assert conversation.try_call("calculate", {}).headers["access-control-allow-origin"] == PAGE
