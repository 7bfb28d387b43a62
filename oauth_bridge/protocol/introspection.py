"""Token introspection (RFC 7662): the two answers."""

from collections.abc import Sequence

INACTIVE: dict[str, object] = {"active": False}


def active(
    *,
    issuer: str,
    client_id: str,
    subject: int,
    login: str,
    scope: str,
    resource: Sequence[str],
    issued_at: int,
    expires_at: int,
) -> dict[str, object]:
    """Return what a resource server may know of a good access token (RFC 7662 §2.2).

    ``sub`` is GitHub's numeric id, as a text: ``username`` can change hands there. Times are in seconds since the epoch;
    ``aud`` is a text, or a list where the token is for several resources (RFC 7519 §4.1.3).
    """
    return {
        "active": True,
        "iss": issuer,
        "sub": str(subject),
        "username": login,
        "client_id": client_id,
        "scope": scope,
        "aud": resource[0] if len(resource) == 1 else list(resource),
        "iat": issued_at,
        "exp": expires_at,
        "token_type": "Bearer",
    }
