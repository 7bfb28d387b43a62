"""Client ID Metadata Documents: a client that is known by the URL of its own description.

Source: draft-ietf-oauth-client-id-metadata-document; MCP 2025-11-25 and 2026-07-28 basic/authorization. The document is a
registration (RFC 7591 §2) with rules of its own: it names itself, and no secret can be shared through it.
"""

import dataclasses
from typing import Any

from oauth_bridge.protocol import client_urls, key_sets, registration
from oauth_bridge.protocol.errors import RegistrationError
from oauth_bridge.protocol.registration import ClientMetadata
from wire import strict_json

# The draft names 5 kB; documents with keys inside are larger.
MAX_BYTES = 10_000
MAX_KEY_SET_BYTES = 32_000

_SHARED_SECRET_METHODS = frozenset({"client_secret_basic", "client_secret_post", "client_secret_jwt"})
_SHARED_SECRET_MEMBERS = ("client_secret", "client_secret_expires_at")


class InvalidDocument(ValueError):
    """The document cannot be used. The message is safe to show, and quotes nothing."""


def is_document_url(client_id: str) -> bool:
    """Return whether a client id is the URL of a document. Ids that this server gives out never look like one."""
    return client_urls.is_fetchable(client_id)


def parse(body: bytes, *, url: str) -> ClientMetadata:
    """Return what a document says, reduced to what this server uses.

    A document is written once for every server in the world: grants, redirect URIs and methods that are not ours are left
    out, and only if nothing is left is it refused.

    Raises:
        InvalidDocument: not strict JSON, another's ``client_id``, no name, nothing usable, or a secret inside.
    """
    document = _object(body)
    if document.get("client_id") != url:
        raise InvalidDocument("Its client_id is not the address that it was read from.")
    if any(document.get(name) is not None for name in _SHARED_SECRET_MEMBERS):
        raise InvalidDocument("It shows a client secret: anybody can read it.")
    method = _auth_method(document)
    jwks, jwks_uri = _keys(document, is_required=method == "private_key_jwt")
    try:
        # Keys and method are judged here, by rules that a registration does not have.
        metadata = registration.parse({**document, "token_endpoint_auth_method": "none"})
    except RegistrationError as error:
        raise InvalidDocument(error.description) from None
    if not metadata.client_name:
        raise InvalidDocument("It has no client_name.")
    return dataclasses.replace(metadata, token_endpoint_auth_method=method, jwks=jwks, jwks_uri=jwks_uri)


def parse_key_set(body: bytes) -> tuple[key_sets.Key, ...]:
    """Return the usable keys of what a ``jwks_uri`` answers.

    Raises:
        InvalidDocument: not strict JSON, no usable key, or a private one.
    """
    try:
        return key_sets.parse(_object(body, max_bytes=MAX_KEY_SET_BYTES))
    except key_sets.InvalidKeySet as error:
        raise InvalidDocument(str(error)) from None


def _object(body: bytes, *, max_bytes: int = MAX_BYTES) -> dict[str, Any]:
    try:
        document = strict_json.loads(body, max_bytes=max_bytes)
    except strict_json.InvalidJSON as error:
        raise InvalidDocument(f"It cannot be read: {error}.") from None
    if not isinstance(document, dict):
        raise InvalidDocument("It is not a JSON object.")
    return document


def _auth_method(document: dict[str, Any]) -> str:
    """Return the method that is then required: ``none`` wherever the client offers it, since it may choose that one."""
    stated, offered = document.get("token_endpoint_auth_method"), document.get("token_endpoint_auth_methods_supported")
    if stated in _SHARED_SECRET_METHODS if isinstance(stated, str) else stated is not None:
        raise InvalidDocument("A client that is known by its document cannot have a shared secret.")
    if offered is not None and not (isinstance(offered, list) and all(isinstance(name, str) for name in offered)):
        raise InvalidDocument("token_endpoint_auth_methods_supported must be a list of texts.")
    # Neither stated nor offered: RFC 7591's default is a shared secret, which there cannot be.
    choices = {stated, *(offered or [])} - {None} or {"none"}
    for method in ("none", "private_key_jwt"):
        if method in choices:
            return method
    raise InvalidDocument("It offers no way to authenticate that this server knows: none or private_key_jwt.")


def _keys(document: dict[str, Any], *, is_required: bool) -> tuple[tuple[key_sets.Key, ...], str]:
    """Return the keys. A client that may come without an assertion can still come with one, and is then held to it."""
    if not is_required and document.get("jwks") is None and document.get("jwks_uri") is None:
        return (), ""
    try:
        return key_sets.of_client(document)
    except key_sets.PrivateKeyShown as error:
        raise InvalidDocument(str(error)) from None
    except key_sets.InvalidKeySet as error:
        if is_required:
            raise InvalidDocument(str(error)) from None
        return (), ""
