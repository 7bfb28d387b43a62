"""The two discovery documents, whole: clients compare some of their members as texts."""

import pytest

from oauth_bridge.protocol import metadata

ORIGIN = "https://gate.example"


def test_the_authorization_server_says_what_it_does() -> None:
    """RFC 8414 §2, RFC 9207 §3, RFC 7636 §6.2; MCP 2026-07-28 authorization."""
    methods = ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"]
    algorithms = ["RS256", "PS256", "ES256", "EdDSA"]
    assert metadata.authorization_server(ORIGIN, client_documents=True) == {
        "issuer": "https://gate.example",
        "authorization_endpoint": "https://gate.example/auth",
        "token_endpoint": "https://gate.example/token",
        "registration_endpoint": "https://gate.example/register",
        "revocation_endpoint": "https://gate.example/revoke",
        "introspection_endpoint": "https://gate.example/introspect",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "scopes_supported": ["read:user", "user:email", "offline_access"],
        "authorization_response_iss_parameter_supported": True,
        "client_id_metadata_document_supported": True,
        "ui_locales_supported": ["en"],
        "service_documentation": "https://gate.example/",
    }


@pytest.mark.parametrize(("path", "resource"), [("/mcp", "https://gate.example/mcp"), ("", "https://gate.example")])
def test_a_resource_names_itself_and_its_authorization_server(path: str, resource: str) -> None:
    """RFC 9728 §2, §3.3: ``resource`` is what the well-known URL was built from."""
    assert metadata.protected_resource(ORIGIN, path) == {
        "resource": resource,
        "authorization_servers": ["https://gate.example"],
        "scopes_supported": ["read:user", "user:email"],
        "bearer_methods_supported": ["header"],
        "resource_name": "Gatehouse",
        "resource_documentation": "https://gate.example/",
    }


@pytest.mark.parametrize(
    "path", ["/", "/mcp/", "/MCP", "/mcp/x", "/sse/", "/messages", "/admin", "mcp", ".evil.example", "@evil.example"]
)
def test_there_is_no_document_for_anything_else(path: str) -> None:
    """RFC 9728 §3: no path of a request may find its way into ``resource``."""
    assert metadata.protected_resource(ORIGIN, path) is None
