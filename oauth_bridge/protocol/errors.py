"""Errors of the OAuth endpoints. Messages are safe to show: they quote nothing that was sent."""

from http import HTTPStatus


class OAuthError(Exception):
    """An error with a code of the standard (RFC 6749 §5.2, §4.1.2.1; RFC 7591 §3.2.2; RFC 8707 §2)."""

    status: int = HTTPStatus.BAD_REQUEST

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description

    def body(self) -> dict[str, str]:
        """Return the JSON object of the answer."""
        return {"error": self.code, "error_description": self.description}


class InvalidClient(OAuthError):
    """The client is unknown or not who it says (RFC 6749 §5.2): 401, which makes clients register again."""

    status = HTTPStatus.UNAUTHORIZED

    def __init__(self, description: str) -> None:
        super().__init__("invalid_client", description)


class InvalidRegistrationToken(OAuthError):
    """The registration access token is missing, or not the one of this registration (RFC 7592 §2.1, RFC 6750 §3.1): 401."""

    status = HTTPStatus.UNAUTHORIZED

    def __init__(self) -> None:
        super().__init__("invalid_token", "The registration access token is not valid for this registration.")


class TemporarilyUnavailable(OAuthError):
    """Something that the answer needs cannot be had now: 503, and nothing is the client's fault."""

    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, description: str) -> None:
        super().__init__("temporarily_unavailable", description)


class UntrustedRequest(OAuthError):
    """Client or redirect URI are wrong: an error page, since there is nowhere safe to redirect to (RFC 6749 §4.1.2.1)."""


class RegistrationError(OAuthError):
    """``invalid_redirect_uri`` or ``invalid_client_metadata`` (RFC 7591 §3.2.2)."""
