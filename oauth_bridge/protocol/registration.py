"""Dynamic Client Registration (RFC 7591): what is usable is accepted, and what is effective is reported."""

import hashlib
import re
import unicodedata
from dataclasses import asdict, dataclass
from typing import Any

from oauth_bridge.protocol import key_sets, redirect_uris, scopes
from oauth_bridge.protocol.errors import RegistrationError
from wire import strict_json

MAX_BYTES = 64_000
MAX_REDIRECT_URIS = 10
MAX_NAME_LENGTH = 200
SECRET_METHODS = ("client_secret_basic", "client_secret_post")
AUTH_METHODS = ("none", *SECRET_METHODS, "private_key_jwt")
GRANT_TYPES = ("authorization_code", "refresh_token")

_HTTPS_URL = re.compile(r"https://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[!-~]*)?")


@dataclass(frozen=True, slots=True)
class ClientMetadata:
    """What a client registers, reduced to what this server uses (RFC 7591 §2)."""

    redirect_uris: tuple[str, ...]
    client_name: str
    token_endpoint_auth_method: str
    grant_types: tuple[str, ...]
    scope: str
    application_type: str
    client_uri: str
    software_id: str
    software_version: str
    jwks: tuple[key_sets.Key, ...] = ()
    jwks_uri: str = ""


def parse(document: Any) -> ClientMetadata:
    """Return the usable part of a registration; unknown fields are ignored (RFC 7591 §2).

    Raises:
        RegistrationError: a field has the wrong type, or nothing usable is left of one that is needed.
    """
    if not isinstance(document, dict):
        raise _invalid("The body must be a JSON object.")
    auth_method = _auth_method(document.get("token_endpoint_auth_method"))
    jwks, jwks_uri = _keys(document) if auth_method == "private_key_jwt" else ((), "")
    return ClientMetadata(
        redirect_uris=_redirect_uris(document.get("redirect_uris")),
        client_name=_text(document, "client_name", MAX_NAME_LENGTH),
        token_endpoint_auth_method=auth_method,
        grant_types=_grant_types(document),
        scope=" ".join(scopes.parse(_text(document, "scope", 2000) or None)),
        application_type=kind if (kind := _text(document, "application_type", 16)) in {"native", "web"} else "",
        client_uri=url if _HTTPS_URL.fullmatch(url := _text(document, "client_uri", 500)) else "",
        software_id=_text(document, "software_id", 200),
        software_version=_text(document, "software_version", 100),
        jwks=jwks,
        jwks_uri=jwks_uri,
    )


def client_information(metadata: ClientMetadata, *, client_id: str, secret: str | None, issued_at: int) -> dict[str, object]:
    """Return the body answering a registration (RFC 7591 §3.2.1): the effective values.

    ``client_id_issued_at`` is in seconds since the epoch; ``client_secret_expires_at`` is present exactly when a secret
    is, and 0 means never.
    """
    body: dict[str, object] = {
        "client_id": client_id,
        "client_id_issued_at": issued_at,
        "redirect_uris": list(metadata.redirect_uris),
        "grant_types": list(metadata.grant_types),
        "response_types": ["code"],
        "token_endpoint_auth_method": metadata.token_endpoint_auth_method,
        "scope": metadata.scope,
    }
    optional = ("client_name", "application_type", "client_uri", "software_id", "software_version", "jwks_uri")
    body |= {name: value for name in optional if (value := getattr(metadata, name))}
    if metadata.jwks:
        body["jwks"] = {"keys": list(metadata.jwks)}
    if secret is not None:
        body |= {"client_secret": secret, "client_secret_expires_at": 0}
    return body


def fingerprint(metadata: ClientMetadata) -> str:
    """Return what two registrations have in common exactly when all that is effective in them is the same: SHA-256, hex."""
    return hashlib.sha256(strict_json.dumps(asdict(metadata))).hexdigest()


def visible_text(text: str) -> str:
    """Return a name without control, format and separator characters: invisible or direction-changing ones could make
    the consent page read otherwise than it is."""
    kept = (" " if char.isspace() else char for char in text)
    return " ".join("".join(char for char in kept if unicodedata.category(char)[0] != "C").split())


def _redirect_uris(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise RegistrationError("invalid_redirect_uri", "redirect_uris must be a list with at least one URI.")
    if len(value) > MAX_REDIRECT_URIS:
        raise RegistrationError("invalid_redirect_uri", f"At most {MAX_REDIRECT_URIS} redirect URIs are accepted.")
    usable, reasons = [], []
    for uri in value:
        try:
            usable.append(redirect_uris.parse(uri if isinstance(uri, str) else "").uri)
        except redirect_uris.InvalidRedirectUri as error:
            reasons.append(str(error))
    # One unusable URI must not refuse a client that has others: editors register three at once.
    if not usable:
        raise RegistrationError("invalid_redirect_uri", f"No redirect URI is usable. {reasons[0]}")
    return tuple(dict.fromkeys(usable))


def _auth_method(value: Any) -> str:
    if value is None:
        return "client_secret_basic"  # RFC 7591 §2: the default
    if value not in AUTH_METHODS:
        raise _invalid(f"token_endpoint_auth_method must be one of {', '.join(AUTH_METHODS)}.")
    return str(value)


def _keys(document: dict[str, Any]) -> tuple[tuple[key_sets.Key, ...], str]:
    try:
        return key_sets.of_client(document)
    except key_sets.InvalidKeySet as error:
        raise _invalid(str(error)) from None


def _grant_types(document: dict[str, Any]) -> tuple[str, ...]:
    asked = _words(document, "grant_types", ["authorization_code"])
    if "code" not in _words(document, "response_types", ["code"]):
        raise _invalid("response_types must contain code.")
    usable = tuple(name for name in GRANT_TYPES if name in asked)
    if "authorization_code" not in usable:
        raise _invalid("grant_types must contain authorization_code.")
    return usable


def _words(document: dict[str, Any], name: str, default: list[str]) -> list[str]:
    value = document.get(name)
    if value is None:
        return default
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value) or len(value) > 20:
        raise _invalid(f"{name} must be a short list of texts.")
    return value or default


def _text(document: dict[str, Any], name: str, max_length: int) -> str:
    value = document.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _invalid(f"{name} must be a text.")
    return visible_text(value[: 4 * max_length])[:max_length].strip()


def _invalid(description: str) -> RegistrationError:
    return RegistrationError("invalid_client_metadata", description)
