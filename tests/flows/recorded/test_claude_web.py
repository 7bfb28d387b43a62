"""Claude's hosted service: web, desktop, mobile. Reconstructed; nothing of it runs outside Anthropic's network.

Sources: Anthropic's connector documentation (authentication, troubleshooting), anthropics/claude-ai-mcp issues #70 (no version
header after the handshake), #840 (``offline_access`` if listed), #966 (two registrations for one attempt),
hauptsacheNet/typo3-mcp-server#110 (``server/discover`` first), PrefectHQ/fastmcp#4264 (refresh from two addresses),
anthropics/claude-code#84614 (only ``invalid_client`` at the token endpoint makes it register again). Its document is recorded.
"""

from typing import Any

import pytest

from oauth_bridge.models import Client, RefreshToken
from oauth_bridge.protocol import lifetimes
from tests.conftest import Live
from tests.flows.recorded.program import DEAD, DELETED, Json, Program, delete_client, error_of, install, told
from tests.flows.recorded.talk import StatelessTalk, Talk
from tests.oauth_bridge.protocol.real_registrations import REGISTRATIONS
from tests.support.document_site import DOCUMENTS, DocumentSite
from tests.support.rows import let_pass

HOSTED = {"name": "Anthropic/ClaudeAI", "version": "1.0.0"}
# Some connections ask for a scope of an older server of Anthropic's own.
SCOPES = ("read:user user:email offline_access", "read:user user:email offline_access claudeai", "claudeai")


def claude(live: Live) -> Program:
    return install(live, "python-httpx/0.28.1", "https://claude.ai/api/mcp/auth_callback")


def talk(program: Program, kind: type[Talk] = Talk, **changes: Any) -> Talk:
    options: Json = {"headers": {"User-Agent": "Claude-User"}, "says_revision": False, **changes}
    return kind(program, "2025-11-25", HOSTED, **options)


def register(program: Program) -> None:
    """Register twice within a second, and go on with the second; a secret is sent in the body from then on."""
    program.register(REGISTRATIONS["Claude"])
    first = program.client_id
    program.register(REGISTRATIONS["Claude"])
    assert program.client_id != first, "a client with a secret shares its registration with nobody"


def credentials(program: Program) -> dict[str, str]:
    secret = {"client_secret": program.client_secret} if program.client_secret else {}
    return {"client_id": program.client_id, **secret}


def sign_in(program: Program, metadata: Json, scope: str) -> None:
    program.redeem(
        program.come_back(program.authorize_url(metadata, scope=scope)), resource=program.resource, **credentials(program)
    )


@pytest.mark.parametrize("is_stateless", [True, False], ids=["stateless", "handshake"])
@pytest.mark.parametrize("is_published", [True, False], ids=["document", "registration"])
def test_it_signs_in_uses_a_tool_and_refreshes(live: Live, site: DocumentSite, is_published: bool, is_stateless: bool) -> None:
    program = claude(live)
    opening = StatelessTalk(program, "2026-07-28", HOSTED, headers={"User-Agent": "Claude-User"})
    metadata = program.discover(opening.discover(authorized=False))
    assert metadata["client_id_metadata_document_supported"] is True
    assert {"none", "client_secret_post"} <= set(metadata["token_endpoint_auth_methods_supported"])
    if is_published:
        program.client_id = site.publish(DOCUMENTS["claude"])
    else:
        register(program)
    sign_in(program, metadata, SCOPES[0])
    assert "2026-07-28" in opening.discover().json()["result"]["supportedVersions"]
    conversation = opening if is_stateless else talk(program)
    if not is_stateless:
        conversation.shake_hands()
    conversation.works()
    # Five minutes before the hour is over, then again when it is.
    program.refresh(**credentials(program))
    conversation.works()
    program.let_access_token_expire()
    assert told(conversation.try_call("calculate", {}))["error"] == "invalid_token"
    program.refresh(**credentials(program))
    conversation.works()


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_of_another_server_is_left_out_and_not_fatal(live: Live, scope: str) -> None:
    """RFC 6749 §3.3: the answer says what was granted."""
    program = claude(live)
    metadata = program.discover(talk(program).knock())
    register(program)
    sign_in(program, metadata, scope)
    granted = set(program.tokens["scope"].split())
    assert {"read:user", "user:email"} <= granted <= set(SCOPES[0].split())
    talk(program).works()


def test_without_the_challenge_it_finds_the_documents_by_their_addresses(live: Live) -> None:
    """The order of its documentation: path, then root; OIDC's address must be a clean 404."""
    program = claude(live)
    resource = program.document("/.well-known/oauth-protected-resource/mcp")
    assert resource["resource"] == program.resource
    assert (
        program.document("/.well-known/oauth-protected-resource")["authorization_servers"] == resource["authorization_servers"]
    )
    program.nothing_at("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server/mcp")


def test_an_older_build_names_no_resource(live: Live) -> None:
    """MCP 2025-03-26 had none: such a token is good at ``/mcp``."""
    program = claude(live)
    metadata = program.discover(talk(program).knock())
    register(program)
    code = program.come_back(program.authorize_url(metadata, scope=SCOPES[0], resource=None))
    program.redeem(code, **credentials(program))
    talk(program).works()


def test_a_refresh_whose_answer_was_lost_is_repeated_from_another_address(live: Live) -> None:
    """Within a minute the same successor; that one must be as good as if nothing had happened."""
    program = claude(live)
    metadata = program.discover(talk(program).knock())
    register(program)
    sign_in(program, metadata, SCOPES[0])
    lost = program.try_refresh(program.tokens["refresh_token"], **credentials(program)).json()
    let_pass(lifetimes.REFRESH_GRACE - 10, RefreshToken)
    program.refresh(**credentials(program))
    assert program.tokens["refresh_token"] == lost["refresh_token"]
    program.refresh(**credentials(program))
    talk(program).works()


def test_a_dead_token_and_a_deleted_client_are_told_apart(live: Live) -> None:
    program = claude(live)
    metadata = program.discover(talk(program).knock())
    register(program)
    sign_in(program, metadata, SCOPES[0])
    assert error_of(program.try_refresh("gone", **credentials(program))) == DEAD
    sign_in(program, metadata, SCOPES[0])
    talk(program).works()
    delete_client(program)
    assert error_of(program.try_refresh(program.tokens["refresh_token"], **credentials(program))) == DELETED
    register(program)
    sign_in(program, metadata, SCOPES[0])
    talk(program).works()
    assert Client.objects.get(client_id=program.client_id).name == "Claude"
