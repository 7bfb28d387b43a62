"""Discovery (RFC 8414, RFC 9728, MCP basic/authorization): exact documents, clean 404s, no redirects, CORS."""

import pytest

from tests.conftest import Live
from tests.support.flow import connect

AUTHORIZATION_SERVER = "/.well-known/oauth-authorization-server"
PROTECTED_RESOURCE = "/.well-known/oauth-protected-resource"
LIES = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example;proto=https"}


def test_the_authorization_server_says_exactly_what_it_can_do(live: Live) -> None:
    """RFC 8414 §2: nothing is promised that is not served, and nothing served is left out."""
    answer = connect(live.url).get(AUTHORIZATION_SERVER)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    methods = ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"]
    document = answer.json()
    assert (
        document.items()
        >= {
            "issuer": live.url,
            "authorization_endpoint": f"{live.url}/auth",
            "token_endpoint": f"{live.url}/token",
            "registration_endpoint": f"{live.url}/register",
            "revocation_endpoint": f"{live.url}/revoke",
            "introspection_endpoint": f"{live.url}/introspect",
            "authorization_response_iss_parameter_supported": True,
        }.items()
    )
    assert document["response_types_supported"] == ["code"]
    assert document["response_modes_supported"] == ["query"]
    assert document["grant_types_supported"] == ["authorization_code", "refresh_token"]
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["token_endpoint_auth_methods_supported"] == methods
    assert document["scopes_supported"] == ["read:user", "user:email", "offline_access"]
    assert "jwks_uri" not in document
    assert document["introspection_endpoint_auth_methods_supported"] == ["client_secret_basic", "client_secret_post"]


@pytest.mark.parametrize("path", ["", "/mcp"])
def test_a_resource_names_itself_as_its_document_was_asked_for(live: Live, path: str) -> None:
    """RFC 9728 §3.3: clients stop on another ``resource``. ``offline_access`` and ``repo`` are not for everybody to ask."""
    answer = connect(live.url).get(PROTECTED_RESOURCE + path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    document = answer.json()
    assert document["resource"] == live.url + path
    assert document["authorization_servers"] == [live.url]
    assert document["scopes_supported"] == ["read:user", "user:email"]
    assert document["bearer_methods_supported"] == ["header"]


@pytest.mark.parametrize(
    "path",
    [
        "/.well-known/openid-configuration",
        "/.well-known/openid-configuration/mcp",
        "/mcp/.well-known/openid-configuration",
        f"{AUTHORIZATION_SERVER}/mcp",
        f"{AUTHORIZATION_SERVER}/evil.example",
        f"{PROTECTED_RESOURCE}/admin",
        f"{PROTECTED_RESOURCE}/mcp/more",
        f"{PROTECTED_RESOURCE}mcp",
        "/.well-known/jwks.json",
        "/.well-known/",
    ],
)
def test_what_is_not_offered_is_a_clean_404(live: Live, path: str) -> None:
    """A client that probes reads JSON or nothing: no page, no redirect, no issuer that the request chose (RFC 8414 §3.3)."""
    answer = connect(live.url).get(path, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
    assert answer.json()["error"] == "not_found"
    assert "issuer" not in answer.text


@pytest.mark.parametrize("path", [AUTHORIZATION_SERVER, PROTECTED_RESOURCE, f"{PROTECTED_RESOURCE}/mcp"])
def test_a_slash_too_many_redirects_nobody(live: Live, path: str) -> None:
    http = connect(live.url)
    assert http.get(path + "/").json() == http.get(path).json()
    assert http.head(path).status_code == 200


@pytest.mark.parametrize("path", [AUTHORIZATION_SERVER, PROTECTED_RESOURCE, f"{PROTECTED_RESOURCE}/mcp"])
def test_a_request_cannot_move_the_issuer(live: Live, path: str) -> None:
    """Metadata poisoning: the documents come from configuration, whatever a request says of itself."""
    http = connect(live.url)
    honest = http.get(path).content
    assert http.get(path, headers=LIES).content == honest
    assert http.get(path, params={"issuer": "https://evil.example"}).content == honest
    assert http.get(path, headers={"Host": "evil.example"}).status_code == 400
    assert http.get(path, headers={"X_Forwarded_Host": "evil.example"}).content == honest


@pytest.mark.parametrize("path", [AUTHORIZATION_SERVER, PROTECTED_RESOURCE, "/token", "/register", "/revoke"])
def test_a_web_client_of_any_origin_may_ask(live: Live, path: str) -> None:
    """Fetch standard: preflight and answer open every OAuth path, and never for cookies."""
    http = connect(live.url, Origin="https://inspector.example")
    wanted = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type, authorization"}
    preflight = http.options(path, headers=wanted)
    assert preflight.status_code == 204
    assert "POST" in preflight.headers["access-control-allow-methods"]
    allowed = preflight.headers["access-control-allow-headers"].lower()
    assert "authorization" in allowed
    assert "content-type" in allowed
    for answer in (preflight, http.get(path)):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    "path",
    ["/o/token/", "/o/authorize/", "/device-authorization/", "/o/introspect/", "/complete/github/", "/disconnect/github/"],
)
def test_paths_that_libraries_would_add_are_not_there(live: Live, path: str) -> None:
    """What is not advertised is not served."""
    http = connect(live.url)
    assert http.get(path).status_code == 404
    assert http.post(path, data={"client_id": "x"}).status_code == 404


@pytest.mark.parametrize("path", [AUTHORIZATION_SERVER, PROTECTED_RESOURCE, "/.well-known/openid-configuration"])
def test_a_document_is_read_and_never_written(live: Live, path: str) -> None:
    """A POST hears that the method is wrong, not a lecture on cookies."""
    http = connect(live.url)
    assert http.post(path, json={}).status_code in {404, 405}
    assert http.put(path, json={}).status_code in {404, 405}
    assert http.get(AUTHORIZATION_SERVER).status_code == 200
