"""The authorization request and its answer (OAuth 2.1 §4.1, RFC 8707, RFC 9207).

Client and redirect URI are judged first: until both are known there is nowhere safe to redirect to.
"""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from oauth_bridge.protocol import pkce, redirect_uris, resources, scopes
from oauth_bridge.protocol.errors import OAuthError, UntrustedRequest
from oauth_bridge.protocol.parameters import Parameters, single

MAX_STATE_LENGTH = 4096


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What a client asks for, once client and redirect URI are trusted."""

    scope: tuple[str, ...]
    resource: tuple[str, ...]
    code_challenge: str


def client_id(parameters: Parameters) -> str:
    """Return the client's id.

    Raises:
        UntrustedRequest: it is missing or repeated.
    """
    try:
        value = single(parameters, "client_id")
    except OAuthError as error:
        raise UntrustedRequest(error.code, error.description) from None
    if value is None or len(value) > 255:
        raise UntrustedRequest("invalid_request", "The request does not say which client it comes from.")
    return value


def redirect_uri(parameters: Parameters, registered: list[str]) -> tuple[redirect_uris.RedirectUri, bool]:
    """Return where the answer goes, and whether the request said so itself.

    Raises:
        UntrustedRequest: it is not a registered one, or it is left out by a client that has several.
    """
    try:
        sent = single(parameters, "redirect_uri")
    except OAuthError as error:
        raise UntrustedRequest(error.code, error.description) from None
    wanted = sent or (registered[0] if len(registered) == 1 else "")
    found = redirect_uris.find(wanted, registered)
    if found is None:
        raise UntrustedRequest("invalid_redirect_uri", "The redirect URI is not one that the client registered.")
    return found, sent is not None


def state(parameters: Parameters) -> str | None:
    """Return the client's state as it was sent, the empty one included (RFC 6749 §4.1.2: the exact value received).

    Raises:
        OAuthError: ``invalid_request``: repeated, or longer than a URL should carry.
    """
    values = parameters.get("state", [])
    if len(values) > 1:
        raise OAuthError("invalid_request", "The parameter state is repeated.")
    if values and len(values[0]) > MAX_STATE_LENGTH:
        raise OAuthError("invalid_request", "The parameter state is too long.")
    return values[0] if values else None


def parse(parameters: Parameters, *, origin: str) -> AuthorizationRequest:
    """Return the request, read.

    Raises:
        OAuthError: with a code of RFC 6749 §4.1.2.1, OIDC Core §3.1.2.6 or RFC 8707 §2, to be sent to the client.
    """
    _check_response(parameters)
    return AuthorizationRequest(
        scope=scopes.parse(single(parameters, "scope")),
        resource=resources.requested([uri for uri in parameters.get("resource", []) if uri], origin),
        code_challenge=_code_challenge(parameters),
    )


def is_plausible(parameters: Parameters, *, origin: str) -> bool:
    """Return whether everything is in order that can be judged before the client is known."""
    try:
        sent = single(parameters, "redirect_uri")
        if sent is not None:
            redirect_uris.parse(sent)
        state(parameters)
        parse(parameters, origin=origin)
    except (OAuthError, redirect_uris.InvalidRedirectUri):
        return False
    return True


def response_url(redirect_uri: str, *, issuer: str, state: str | None, **parameters: str) -> str:
    """Return the URL that carries the answer to the client: the redirect URI as it is, the parameters appended.

    ``iss`` is in success and error alike (RFC 9207 §2), ``state`` exactly when the client sent one.
    """
    if state is not None:
        parameters["state"] = state
    parameters["iss"] = issuer
    separator = "&" if "?" in redirect_uri else "?"
    return redirect_uri + separator + urlencode(parameters, quote_via=quote, safe="")


def _check_response(parameters: Parameters) -> None:
    response_type = single(parameters, "response_type")
    if response_type is None:
        raise OAuthError("invalid_request", "The parameter response_type is missing.")
    if response_type != "code":
        raise OAuthError("unsupported_response_type", "Only response_type=code is supported.")
    if single(parameters, "response_mode") not in {None, "query"}:
        raise OAuthError("invalid_request", "Only response_mode=query is supported.")
    if any(parameters.get("request", [])):
        raise OAuthError("request_not_supported", "Request objects are not supported.")
    if any(parameters.get("request_uri", [])):
        raise OAuthError("request_uri_not_supported", "Request objects are not supported.")


def _code_challenge(parameters: Parameters) -> str:
    value = single(parameters, "code_challenge")
    # An absent method means plain (RFC 7636 §4.3), which is refused as well.
    if value is None or single(parameters, "code_challenge_method") != "S256":
        raise OAuthError("invalid_request", "PKCE is required: code_challenge with code_challenge_method=S256.")
    if not pkce.is_challenge(value):
        raise OAuthError("invalid_request", "The code_challenge is malformed: 43 characters of base64url are expected.")
    return value
