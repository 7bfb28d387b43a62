"""The token request: who the client is, and what it presents (OAuth 2.1 §2.4, §3.2, §4.1.3, §4.3)."""

import base64
from dataclasses import dataclass
from urllib.parse import unquote_plus

from oauth_bridge.protocol import client_assertion
from oauth_bridge.protocol.errors import InvalidClient, OAuthError
from oauth_bridge.protocol.parameters import Parameters, required, single


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """What a client says about itself. ``secret`` and ``assertion`` are None for one that presents none."""

    client_id: str
    secret: str | None
    assertion: str | None = None


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """``grant_type=authorization_code``."""

    code: str
    redirect_uri: str | None
    code_verifier: str
    resource: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RefreshRequest:
    """``grant_type=refresh_token``. ``scope`` is None where the client asks for all that it has."""

    refresh_token: str
    scope: str | None
    resource: tuple[str, ...]


def client_credentials(authorization: str | None, parameters: Parameters) -> ClientCredentials:
    """Return the client's credentials, from the header or the body, never both (RFC 6749 §2.3).

    Raises:
        InvalidClient: there are none, or the header is malformed.
        OAuthError: ``invalid_request``: two methods at once.
    """
    body_id, body_secret = single(parameters, "client_id"), single(parameters, "client_secret")
    assertion = _assertion(parameters)
    if assertion is not None:
        if authorization is not None or body_secret is not None:
            raise OAuthError("invalid_request", "Two methods of client authentication were used at once.")
        return ClientCredentials(body_id or client_assertion.subject(assertion), None, assertion)
    if authorization is None:
        if body_id is None:
            raise InvalidClient("The request does not say which client it comes from.")
        return ClientCredentials(body_id, body_secret)
    found = _basic(authorization)
    if body_secret is not None:
        raise OAuthError("invalid_request", "Two methods of client authentication were used at once.")
    if body_id not in {None, found.client_id}:
        raise OAuthError("invalid_request", "The client_id of the body is not the one of the header.")
    return found


def parse(parameters: Parameters) -> CodeRequest | RefreshRequest:
    """Return what is presented.

    Raises:
        OAuthError: ``invalid_request`` or ``unsupported_grant_type``.
    """
    resource = tuple(uri for uri in parameters.get("resource", []) if uri)
    match required(parameters, "grant_type"):
        case "authorization_code":
            return CodeRequest(
                code=required(parameters, "code"),
                redirect_uri=single(parameters, "redirect_uri"),
                code_verifier=required(parameters, "code_verifier"),
                resource=resource,
            )
        case "refresh_token":
            return RefreshRequest(
                refresh_token=required(parameters, "refresh_token"), scope=single(parameters, "scope"), resource=resource
            )
        case _:
            raise OAuthError("unsupported_grant_type", "Supported are authorization_code and refresh_token.")


def token_response(*, access_token: str, expires_in: int, scope: str, refresh_token: str | None) -> dict[str, object]:
    """Return the body of a successful answer (RFC 6749 §5.1); ``expires_in`` in seconds, a whole number."""
    body: dict[str, object] = {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": expires_in,
        "scope": scope,
    }
    return body | ({"refresh_token": refresh_token} if refresh_token else {})


def _assertion(parameters: Parameters) -> str | None:
    """Return the client's assertion (RFC 7521 §4.2)."""
    kind, assertion = single(parameters, "client_assertion_type"), single(parameters, "client_assertion")
    if kind is None and assertion is None:
        return None
    if kind != client_assertion.TYPE or assertion is None:
        raise OAuthError("invalid_request", f"client_assertion needs client_assertion_type={client_assertion.TYPE}.")
    return assertion


def _basic(authorization: str) -> ClientCredentials:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClient("The Authorization header must use the Basic scheme.")
    try:
        name, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except ValueError:  # not base64, not ASCII, not UTF-8
        raise InvalidClient("The Authorization header is malformed.") from None
    client_id = unquote_plus(name)
    if not colon or not client_id or "\x00" in client_id:
        raise InvalidClient("The Authorization header is malformed.")
    return ClientCredentials(client_id, unquote_plus(secret) or None)
