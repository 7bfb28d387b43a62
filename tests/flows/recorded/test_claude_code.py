"""Claude Code 2.1.197, recorded on 2026-11-24 through a recording proxy (``claude mcp add``, ``list``, ``login``, ``logout``).

Not in the record, and taken from its issues: two windows that refresh at once (anthropics/claude-code#65036), a port of its
own choice (#66511). With documents it differs in ``client_id`` alone, which was recorded up to the authorization URL.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from oauth_bridge.models import Session
from tests.conftest import Live
from tests.flows.recorded.program import DEAD, DELETED, Json, Program, delete_client, error_of, install
from tests.flows.recorded.talk import BOTH, Talk
from tests.oauth_bridge.protocol.real_registrations import REGISTRATIONS
from tests.support.document_site import DOCUMENTS, DocumentSite

SCOPE = "read:user user:email offline_access"
REVISION = "2025-11-25"
HERSELF = {
    "name": "claude-code",
    "title": "Claude Code",
    "version": "2.1.197",
    "description": "Anthropic's agentic coding tool",
    "websiteUrl": "https://claude.com/claude-code",
}
# Without ``offline_access``, which it then asks for all the same.
REGISTRATION = REGISTRATIONS["Claude Code"]


def claude_code(live: Live) -> Program:
    return install(live, "claude-code/2.1.197 (cli)", "http://localhost:3118/callback", MCP_Protocol_Version=REVISION)


def talk(program: Program, **changes: Any) -> Talk:
    return Talk(program, REVISION, HERSELF, {"roots": {}, "elicitation": {}}, **changes)


def discovered(program: Program) -> Json:
    """It asks in this order at a 401, and in the other one whenever it knows the server already."""
    return program.discover(talk(program).knock(), Accept="*/*")


def registered(live: Live) -> tuple[Program, Json]:
    program = claude_code(live)
    metadata = discovered(program)
    program.register(REGISTRATION, Accept=BOTH)
    return program, metadata


@pytest.mark.parametrize("is_published", [True, False], ids=["document", "registration"])
def test_it_signs_in_uses_a_tool_and_refreshes(live: Live, site: DocumentSite, is_published: bool) -> None:
    program = claude_code(live)
    metadata = discovered(program)
    assert metadata["client_id_metadata_document_supported"] is True
    if is_published:
        program.client_id = site.publish(DOCUMENTS["claude-code"])
    else:
        program.register(REGISTRATION, Accept=BOTH)
    program.sign_in(metadata, scope=SCOPE)
    assert program.tokens["scope"] == SCOPE
    conversation = talk(program)
    conversation.shake_hands()
    conversation.listen()
    conversation.works()
    program.let_access_token_expire()
    program.discover(talk(program, token=program.tokens["access_token"]).try_call("calculate", {}), Accept="*/*")
    program.refresh(resource=program.resource, client_id=program.client_id)
    talk(program).shake_hands()
    talk(program).works()


def test_another_window_may_wait_on_another_port(live: Live, site: DocumentSite) -> None:
    """RFC 8252 §7.3, for ``localhost`` too: the document names no port."""
    program = claude_code(live)
    metadata = discovered(program)
    program.client_id = site.publish(DOCUMENTS["claude-code"])
    for redirect_uri in ("http://localhost:51877/callback", "http://127.0.0.1:40123/callback"):
        program.redirect_uri = redirect_uri
        program.sign_in(metadata, scope=SCOPE)
        talk(program).works()


def test_two_windows_that_refresh_at_once_both_go_on(live: Live) -> None:
    """The grace: both get the same successor, the session lives, and so does the access token of the one that was late."""
    program, metadata = registered(live)
    program.sign_in(metadata, scope=SCOPE)
    old = program.tokens
    windows = [claude_code(live) for _ in range(2)]

    def refresh(window: Program) -> Json:
        form = {"resource": program.resource, "client_id": program.client_id}
        answer = window.try_refresh(old["refresh_token"], **form)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(refresh, windows)
    assert (first["access_token"], first["refresh_token"]) == (second["access_token"], second["refresh_token"])
    for token in (old["access_token"], first["access_token"]):
        talk(program, token=token).works()


def test_a_dead_refresh_token_brings_the_person_back_with_the_same_client(live: Live) -> None:
    """It reads ``invalid_grant``, tries the access token once more, then shows "needs authentication"."""
    program, metadata = registered(live)
    program.sign_in(metadata, scope=SCOPE)
    dead = program.try_refresh("gone", resource=program.resource, client_id=program.client_id)
    assert error_of(dead) == DEAD
    program.discover(talk(program, token="gone").try_call("calculate", {}), Accept="*/*")
    known = program.client_id
    program.sign_in(metadata, scope=SCOPE)
    talk(program).works()
    assert program.client_id == known


def test_a_deleted_client_registers_again(live: Live) -> None:
    """``invalid_client`` makes it forget the client; the next 401 makes it register the same once more."""
    program, metadata = registered(live)
    program.sign_in(metadata, scope=SCOPE)
    gone = program.client_id
    delete_client(program)
    dead = program.try_refresh(program.tokens["refresh_token"], resource=program.resource, client_id=gone)
    assert error_of(dead) == DELETED
    program.discover(talk(program).try_call("calculate", {}), Accept="*/*")
    program.register(REGISTRATION, Accept=BOTH)
    assert program.client_id != gone
    program.sign_in(metadata, scope=SCOPE)
    talk(program).works()


def test_signing_out_revokes_both_tokens(live: Live) -> None:
    """RFC 7009 §2.2: it revokes the refresh token, then the access token that ended with it, and wants 200 twice."""
    program, metadata = registered(live)
    program.sign_in(metadata, scope=SCOPE)
    root = program.document("/.well-known/oauth-protected-resource", Accept="*/*")
    assert root["authorization_servers"] == [live.url]
    for name in ("refresh_token", "access_token"):
        form = {"token": program.tokens[name], "token_type_hint": name, "client_id": program.client_id}
        answer = program.http.post(metadata["revocation_endpoint"], data=form, headers={"User-Agent": "axios/1.15.2"})
        assert answer.status_code == 200
    assert Session.objects.get().ended_at is not None
    assert talk(program).try_call("calculate", {}).status_code == 401
