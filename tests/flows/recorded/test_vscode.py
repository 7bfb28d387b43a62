"""Visual Studio Code. Reconstructed from its source (``src/vs/base/common/oauth.ts``, ``extHostAuthentication.ts`` of common
and of node, read in November 2026) and from microsoft/vscode#278512 and #252892. Its document is recorded.
"""

import pytest

from tests.conftest import Live
from tests.flows.recorded.program import DEAD, DELETED, Json, Program, delete_client, error_of, install, told
from tests.flows.recorded.talk import Talk
from tests.oauth_bridge.protocol.real_registrations import REGISTRATIONS
from tests.support.document_site import DOCUMENTS, DocumentSite

SCOPE = "read:user user:email"
LOOKING = {"Accept": "application/json", "MCP_Protocol_Version": "2025-11-25"}
# With a page that hands over to the program by its own scheme; on its usual port; on any other, when that one is taken.
WAITS = ["https://vscode.dev/redirect", "http://127.0.0.1:33418/", "http://127.0.0.1:51234/"]


def vscode(live: Live, redirect_uri: str = WAITS[1]) -> Program:
    return install(live, "Visual Studio Code/1.108.0", redirect_uri)


def talk(program: Program) -> Talk:
    capabilities = {"roots": {"listChanged": True}, "sampling": {}, "elicitation": {"form": {}, "url": {}}}
    client = {"name": "Visual Studio Code", "version": "1.108.0"}
    return Talk(program, "2025-11-25", client, capabilities, accept="text/event-stream, application/json")


def discovered(program: Program) -> Json:
    return program.discover(talk(program).knock(), **LOOKING)


def sign_in(program: Program, metadata: Json, scope: str = SCOPE) -> None:
    """Its ``state`` is the address that its web page sends the browser on to, and must come back byte for byte."""
    authority = program.live.url.removeprefix("http://")
    state = f"vscode://dynamicauthprovider/{authority}/authorize?nonce=6Lb%2BkQ%3D%3D&x=%20 y"
    code = program.come_back(program.authorize_url(metadata, scope=scope, state=state))
    program.redeem(code, client_id=program.client_id, resource=program.resource)


def use(program: Program) -> None:
    conversation = talk(program)
    conversation.shake_hands()
    conversation.listen()
    conversation.works()


@pytest.mark.parametrize("redirect_uri", WAITS)
@pytest.mark.parametrize("is_published", [True, False], ids=["document", "registration"])
def test_it_signs_in_uses_a_tool_and_refreshes(live: Live, site: DocumentSite, is_published: bool, redirect_uri: str) -> None:
    """It asks for what the challenge names; without ``offline_access`` it still needs no person after an hour."""
    program = vscode(live, redirect_uri)
    metadata = discovered(program)
    if is_published:
        program.client_id = site.publish(DOCUMENTS["vscode"])
    else:
        known = program.register(REGISTRATIONS["VS Code"])
        assert known["grant_types"] == ["authorization_code", "refresh_token"], "what is not served is left out of the answer"
    sign_in(program, metadata)
    use(program)
    program.let_access_token_expire()
    assert told(talk(program).try_call("calculate", {}))["error"] == "invalid_token"
    program.refresh(client_id=program.client_id)
    use(program)


def test_an_address_that_it_guesses_is_served(live: Live) -> None:
    """A build that reads no metadata uses MCP 2025-03-26's fallback: ``/authorize``, ``/token``, ``/register``."""
    program = vscode(live)
    program.register(REGISTRATIONS["VS Code"])
    sign_in(program, {"authorization_endpoint": f"{live.url}/authorize"})
    use(program)


def test_private_repositories_bring_the_person_back_for_more(live: Live) -> None:
    """A 403 with ``insufficient_scope`` opens its sign-in again with the scopes that it names."""
    program = vscode(live)
    metadata = discovered(program)
    program.register(REGISTRATIONS["VS Code"])
    sign_in(program, metadata)
    conversation = talk(program)
    conversation.shake_hands()
    refusal = told(conversation.try_call("get_github_repos", {"visibility": "private"}), 403)
    assert refusal["error"] == "insufficient_scope"
    sign_in(program, metadata, refusal["scope"])
    assert conversation.call("get_github_repos", {"visibility": "private"})["repositories"]


def test_a_dead_token_brings_the_person_back_and_a_deleted_client_registers_again(live: Live) -> None:
    """``invalid_client`` makes it generate a new id by registering; ``invalid_grant`` keeps the id."""
    program = vscode(live)
    metadata = discovered(program)
    program.register(REGISTRATIONS["VS Code"])
    sign_in(program, metadata)
    assert error_of(program.try_refresh("gone", client_id=program.client_id)) == DEAD
    sign_in(program, metadata)
    use(program)
    delete_client(program)
    refresh_token = program.tokens["refresh_token"]
    assert error_of(program.try_refresh(refresh_token, client_id=program.client_id)) == DELETED
    program.register(REGISTRATIONS["VS Code"])
    sign_in(program, metadata)
    use(program)
