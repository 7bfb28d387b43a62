"""ChatGPT. Reconstructed; nothing of it runs outside OpenAI's network. Its two documents are recorded.

Sources: OpenAI's apps documentation (authentication), getsentry/sentry-mcp#1271 and BasedHardware/omi#8824 (a document and a
callback for each connector), Waishnav/devspace#44 (OIDC's address is tried), koala73/worldmonitor#8305 (``iss``),
cloudflare/workers-oauth-provider#293 (``private_key_jwt`` although the document also lists ``none``).
"""

import pytest

from tests.conftest import Live
from tests.flows.recorded.program import DEAD, DELETED, Json, Program, delete_client, error_of, install, told
from tests.flows.recorded.talk import Talk
from tests.support.document_site import DOCUMENTS, DocumentSite, page
from tests.support.signing import TYPE, assertion, jwk

SCOPE = "read:user user:email offline_access"
CONNECTORS = ("chatgpt", "chatgpt-connector")


def chatgpt(live: Live, site: DocumentSite, connector: str) -> Program:
    """Return a connector whose document and keys are published."""
    site.pages["/oauth/jwks.json"] = page({"keys": [jwk()]})
    program = install(live, "openai-mcp/1.0.0", DOCUMENTS[connector]["redirect_uris"][0])
    program.client_id = site.publish(DOCUMENTS[connector])
    return program


def talk(program: Program) -> Talk:
    return Talk(program, "2025-06-18", {"name": "openai-mcp", "version": "1.0.0"})


def signed(program: Program) -> dict[str, str]:
    """Return how it proves itself: a new signature each time, addressed to the issuer."""
    return {
        "client_id": program.client_id,
        "client_assertion_type": TYPE,
        "client_assertion": assertion(program.client_id, program.live.url),
    }


def sign_in(program: Program, metadata: Json, **parameters: str) -> None:
    """It may add a query to the resource, and takes the code only from an answer with ``iss``."""
    resource = f"{program.resource}?connector=7"
    code = program.come_back(program.authorize_url(metadata, scope=SCOPE, **{"resource": resource, **parameters}))
    program.redeem(code, resource=resource, **signed(program))


def discovered(program: Program) -> Json:
    metadata = program.discover(talk(program).knock())
    program.nothing_at("/.well-known/openid-configuration", "/.well-known/openid-configuration/mcp")
    assert metadata["authorization_response_iss_parameter_supported"] is True
    assert "private_key_jwt" in metadata["token_endpoint_auth_methods_supported"]
    assert "RS256" in metadata["token_endpoint_auth_signing_alg_values_supported"]
    return metadata


@pytest.mark.parametrize("connector", CONNECTORS)
def test_it_signs_in_uses_a_tool_and_refreshes(live: Live, site: DocumentSite, connector: str) -> None:
    program = chatgpt(live, site, connector)
    metadata = discovered(program)
    sign_in(program, metadata)
    conversation = talk(program)
    conversation.shake_hands()
    conversation.works()
    program.let_access_token_expire()
    told(conversation.try_call("calculate", {}))
    program.refresh(**signed(program))
    conversation.works()


def test_it_may_come_without_a_signature_but_not_with_a_wrong_one(live: Live, site: DocumentSite) -> None:
    """Its document lists ``none`` too, and PKCE protects the code; a proof that is offered must hold all the same."""
    program = chatgpt(live, site, "chatgpt")
    metadata = discovered(program)
    code = program.come_back(program.authorize_url(metadata, scope=SCOPE))
    forged = {**signed(program), "client_assertion": assertion(program.client_id, live.url, name="another")}
    grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": program.redirect_uri}
    assert error_of(program.token(**grant, code_verifier=program.verifier, **forged)) == DELETED
    program.redeem(code, resource=program.resource, client_id=program.client_id)
    talk(program).works()
    program.refresh(client_id=program.client_id)


def test_every_tool_says_whether_it_only_reads(live: Live, site: DocumentSite) -> None:
    """Some plans call nothing else."""
    program = chatgpt(live, site, "chatgpt-connector")
    sign_in(program, discovered(program))
    conversation = talk(program)
    conversation.shake_hands()
    assert {tool["annotations"]["readOnlyHint"] for tool in conversation.tools().values()} == {True}


def test_a_dead_token_brings_the_person_back_and_a_forgotten_client_costs_nothing(live: Live, site: DocumentSite) -> None:
    """Known by its document, it is known again as soon as it asks: nothing has to be registered."""
    program = chatgpt(live, site, "chatgpt-connector")
    metadata = discovered(program)
    sign_in(program, metadata)
    assert error_of(program.try_refresh("gone", **signed(program))) == DEAD
    sign_in(program, metadata)
    talk(program).works()
    delete_client(program)
    assert error_of(program.try_refresh(program.tokens["refresh_token"], **signed(program))) == DELETED
    sign_in(program, metadata)
    talk(program).works()
