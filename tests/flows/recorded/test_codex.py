"""Codex 0.169.0, recorded on 2026-11-24 (``codex mcp add``, ``login``, and a start of the program with an expired token).

The document's ``client_id`` was recorded up to the authorization URL. Read in its library rmcp: the list of addresses that it
tries for metadata where it may not follow ``authorization_servers`` (a server in a private network).
"""

import pytest

from tests.conftest import Live
from tests.flows.recorded.program import DEAD, DELETED, Json, Program, delete_client, error_of, install, told
from tests.flows.recorded.talk import Talk
from tests.oauth_bridge.protocol.real_registrations import REGISTRATIONS
from tests.support.document_site import DOCUMENTS, DocumentSite

SCOPE = "read:user user:email offline_access"
ITSELF = {"name": "codex-mcp-client", "title": "Codex", "version": "0.169.0"}
# It names a revision that is not served at /mcp while it looks for documents; that must not matter.
LOOKING = {"MCP_Protocol_Version": "2024-11-05", "Accept": "*/*"}


def codex(live: Live) -> Program:
    return install(live, "codex-mcp-client/0.169.0", "http://127.0.0.1:40607/callback")


def talk(program: Program) -> Talk:
    """Return a conversation; the order of ``Accept`` is its own, and it opens no stream."""
    accept = "text/event-stream, application/json"
    return Talk(program, "2025-06-18", ITSELF, {"elicitation": {"form": {}, "url": {}}}, accept=accept)


def discovered(program: Program) -> Json:
    """It goes through all of discovery twice: once to see whether sign-in is offered, once to sign in."""
    found = [
        program.discover(program.http.get("/mcp", headers={"MCP-Protocol-Version": "2024-11-05"}), **LOOKING) for _ in range(2)
    ]
    assert found[0] == found[1]
    return found[0]


def register(program: Program) -> None:
    program.register({**REGISTRATIONS["Codex"], "redirect_uris": [program.redirect_uri]})


def refresh_form(program: Program) -> dict[str, str]:
    return {"scope": SCOPE, "client_id": program.client_id, "resource": program.resource}


def use(program: Program) -> None:
    conversation = talk(program)
    conversation.shake_hands()
    assert "calculate" in conversation.tools(_meta={"progressToken": 0})
    conversation.works()


def signed_in(live: Live) -> tuple[Program, Json]:
    program = codex(live)
    metadata = discovered(program)
    register(program)
    program.sign_in(metadata, scope=SCOPE)
    return program, metadata


@pytest.mark.parametrize("name", ["codex", "codex-callback", None])
def test_it_signs_in_uses_a_tool_and_refreshes(live: Live, site: DocumentSite, name: str | None) -> None:
    """By either of its documents or registered; a port of its choice; it refreshes when it starts, before it asks anything."""
    program = codex(live)
    metadata = discovered(program)
    if name is None:
        register(program)
    else:
        program.client_id = site.publish(DOCUMENTS[name])
        path = DOCUMENTS[name]["redirect_uris"][0].removeprefix("http://127.0.0.1")
        program.redirect_uri = f"http://127.0.0.1:40607{path}"
    program.sign_in(metadata, scope=SCOPE)
    use(program)
    program.let_access_token_expire()
    discovered(program)
    program.refresh(**refresh_form(program))
    use(program)


def test_it_finds_the_server_without_following_the_announcement(live: Live) -> None:
    """Three addresses must be a clean 404, for a 200 would be taken for an issuer ``…/mcp``; the fourth is ours."""
    program = codex(live)
    assert told(program.http.get("/mcp"))["resource_metadata"]
    program.nothing_at(
        "/.well-known/oauth-authorization-server/mcp",
        "/.well-known/openid-configuration/mcp",
        "/mcp/.well-known/openid-configuration",
        **LOOKING,
    )
    metadata = program.document("/.well-known/oauth-authorization-server", **LOOKING)
    register(program)
    program.sign_in(metadata, scope=SCOPE)
    use(program)


def test_private_repositories_are_refused_with_what_to_ask_for(live: Live) -> None:
    """Read in rmcp: a 403 with ``insufficient_scope`` is shown with the scope, and the person logs in again with it."""
    program, metadata = signed_in(live)
    conversation = talk(program)
    conversation.shake_hands()
    refusal = told(conversation.try_call("get_github_repos", {"visibility": "private"}), 403)
    assert refusal["error"] == "insufficient_scope"
    program.sign_in(metadata, scope=refusal["scope"])
    assert conversation.call("get_github_repos", {"visibility": "private"})["repositories"]


def test_a_dead_refresh_token_ends_in_a_new_login(live: Live) -> None:
    """Recorded: after ``invalid_grant`` it asks nothing more; ``codex mcp login`` registers anew, on another port."""
    program, metadata = signed_in(live)
    assert error_of(program.try_refresh("gone", **refresh_form(program))) == DEAD
    before = program.client_id
    program.redirect_uri = "http://127.0.0.1:35549/callback"
    discovered(program)
    register(program)
    assert program.client_id != before
    program.sign_in(metadata, scope=SCOPE)
    use(program)


def test_a_deleted_client_ends_in_a_new_login(live: Live) -> None:
    program, metadata = signed_in(live)
    delete_client(program)
    assert error_of(program.try_refresh(program.tokens["refresh_token"], **refresh_form(program))) == DELETED
    register(program)
    program.sign_in(metadata, scope=SCOPE)
    use(program)
