"""Cursor. Reconstructed: it is not to be had as a package. The registration is recorded.

Sources: erp-mafia/accounted pull request 2225 (quoting Cursor's staff: three redirect URIs in one registration), the notes of
cloudflare/workers-oauth-provider (docs/authorization-server.md), and the TypeScript SDK on which it is built.
"""

import pytest

from tests.conftest import Live
from tests.flows.recorded.program import DEAD, DELETED, Json, Program, delete_client, error_of, install, told
from tests.flows.recorded.talk import Talk
from tests.oauth_bridge.protocol.real_registrations import REGISTRATIONS
from tests.support.flow import query

SCOPE = "read:user user:email offline_access"
LOOKING = {"MCP_Protocol_Version": "2025-06-18"}
WAITS = REGISTRATIONS["Cursor"]["redirect_uris"]


def cursor(live: Live, redirect_uri: str = WAITS[0]) -> Program:
    return install(live, "Cursor/2.6.1", redirect_uri)


def talk(program: Program) -> Talk:
    return Talk(program, "2025-06-18", {"name": "cursor-vscode", "version": "1.0.0"}, {"roots": {}, "elicitation": {}})


def discovered(program: Program) -> Json:
    return program.discover(talk(program).knock(), **LOOKING)


def use(program: Program) -> None:
    conversation = talk(program)
    conversation.shake_hands()
    conversation.listen()
    conversation.works()


@pytest.mark.parametrize("redirect_uri", WAITS)
def test_it_signs_in_uses_a_tool_and_refreshes(live: Live, redirect_uri: str) -> None:
    """One registration for the program, its web agents and a development port; RFC 8252 §7.1 for the private scheme."""
    program = cursor(live, redirect_uri)
    metadata = discovered(program)
    program.register(REGISTRATIONS["Cursor"])
    program.sign_in(metadata, scope=SCOPE, prompt="consent")
    use(program)
    program.let_access_token_expire()
    told(talk(program).try_call("calculate", {}))
    program.refresh(resource=program.resource, client_id=program.client_id)
    use(program)


def test_the_page_says_that_a_program_of_this_machine_will_be_opened(live: Live) -> None:
    """A scheme belongs to whichever program took it: the person is told where the answer goes, before agreeing."""
    program = cursor(live)
    metadata = discovered(program)
    program.register(REGISTRATIONS["Cursor"])
    url = program.authorize_url(metadata, scope=SCOPE)
    consent = program.browser.consent(url)
    assert "cursor://" in consent.response.text
    assert "form-action" in consent.response.headers["content-security-policy"]
    assert " cursor:" in consent.response.headers["content-security-policy"]


def test_a_page_that_is_loaded_twice_still_takes_the_answer_of_the_first(live: Live) -> None:
    """Previews and restored tabs load the page again, with and without cookies; the form that the person sees must work."""
    program = cursor(live)
    metadata = discovered(program)
    program.register(REGISTRATIONS["Cursor"])
    url = program.authorize_url(metadata, scope=SCOPE)
    consent = program.browser.consent(url)
    live.browser().consent(url)
    program.browser.consent(url)
    answer = program.browser.press(consent, "allow")
    callback = program.browser.at_github(answer.headers["location"], login="alice").headers["location"]
    assert callback.startswith(f"{program.redirect_uri}?")
    program.redeem(query(callback)["code"], client_id=program.client_id, resource=program.resource)
    use(program)


def test_a_dead_token_brings_the_person_back_and_a_deleted_client_registers_again(live: Live) -> None:
    program = cursor(live)
    metadata = discovered(program)
    program.register(REGISTRATIONS["Cursor"])
    program.sign_in(metadata, scope=SCOPE)
    form = {"resource": program.resource, "client_id": program.client_id}
    assert error_of(program.try_refresh("gone", **form)) == DEAD
    program.sign_in(metadata, scope=SCOPE)
    use(program)
    delete_client(program)
    assert error_of(program.try_refresh(program.tokens["refresh_token"], **form)) == DELETED
    program.register(REGISTRATIONS["Cursor"])
    program.sign_in(metadata, scope=SCOPE)
    use(program)
