"""The two discovery documents. Everything in them comes from the configured origin, nothing from the request."""

from oauth_bridge.protocol import key_sets, registration, resources, scopes


def authorization_server(origin: str, *, client_documents: bool) -> dict[str, object]:
    """Return the authorization server's metadata (RFC 8414 §2). ``issuer`` is the origin, without a trailing slash.

    ``client_documents`` says whether Client ID Metadata Documents are fetched here.
    """
    return {
        "issuer": origin,
        "authorization_endpoint": f"{origin}/auth",
        "token_endpoint": f"{origin}/token",
        "registration_endpoint": f"{origin}/register",
        "revocation_endpoint": f"{origin}/revoke",
        "introspection_endpoint": f"{origin}/introspect",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(registration.GRANT_TYPES),
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": list(registration.AUTH_METHODS),
        "token_endpoint_auth_signing_alg_values_supported": list(key_sets.ALGORITHMS),
        "revocation_endpoint_auth_methods_supported": list(registration.AUTH_METHODS),
        "revocation_endpoint_auth_signing_alg_values_supported": list(key_sets.ALGORITHMS),
        "introspection_endpoint_auth_methods_supported": list(registration.SECRET_METHODS),
        "scopes_supported": list(scopes.LISTED_SCOPES),
        "authorization_response_iss_parameter_supported": True,
        "client_id_metadata_document_supported": client_documents,
        "ui_locales_supported": ["en"],
        "service_documentation": f"{origin}/",
    }


def protected_resource(origin: str, path: str) -> dict[str, object] | None:
    """Return the metadata of the resource at ``path`` (RFC 9728 §2; ``""`` is the origin), or None where there is none.

    ``resource`` is the identifier that the well-known URL was built from (RFC 9728 §3.3): clients stop on another.
    """
    resource = f"{origin}{path}"
    if resource not in resources.own(origin):
        return None
    return {
        "resource": resource,
        "authorization_servers": [origin],
        "scopes_supported": list(scopes.BASE_SCOPES),
        "bearer_methods_supported": ["header"],
        "resource_name": "Gatehouse",
        "resource_documentation": f"{origin}/",
    }
