"""Client configuration (RFC 7592): what a request to it must look like, and what its answer adds."""

from dataclasses import dataclass
from typing import Any

from oauth_bridge.protocol import registration
from oauth_bridge.protocol.errors import InvalidRegistrationToken, RegistrationError
from oauth_bridge.protocol.registration import ClientMetadata

_SERVERS_OWN = ("registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at")


@dataclass(frozen=True, slots=True)
class Update:
    """What a client shall be from now on. ``client_secret`` is what it says its secret is, None where it does not."""

    metadata: ClientMetadata
    client_secret: str | None


def access_token(authorization: str | None) -> str:
    """Return the registration access token of a header (RFC 7592 §2.1, RFC 6750 §2.1).

    Raises:
        InvalidRegistrationToken: there is none.
    """
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip(" "):
        raise InvalidRegistrationToken
    return token.strip(" ")


def parse_update(document: Any, *, client_id: str) -> Update:
    """Return the replacement that a PUT asks for: what it leaves out gets its default, nothing is kept (RFC 7592 §2.2).

    Raises:
        RegistrationError: ``client_id`` is missing or another's, a member is the server's own, or the metadata is not usable.
    """
    if not isinstance(document, dict) or document.get("client_id") != client_id:
        raise _invalid("The body must be a JSON object with the client_id of this registration.")
    if found := [name for name in _SERVERS_OWN if name in document]:
        raise _invalid(f"{found[0]} must not be sent: this server decides it.")
    secret = document.get("client_secret")
    if secret is not None and not isinstance(secret, str):
        raise _invalid("client_secret must be a text.")
    return Update(registration.parse(document), secret)


def management(origin: str, *, client_id: str, token: str) -> dict[str, object]:
    """Return the members by which a client finds its registration again (RFC 7592 §3)."""
    return {"registration_client_uri": f"{origin}/register/{client_id}", "registration_access_token": token}


def _invalid(description: str) -> RegistrationError:
    return RegistrationError("invalid_client_metadata", description)
