"""The error family: codes, statuses, bodies."""

import pytest

from oauth_bridge.protocol.errors import InvalidClient, OAuthError, RegistrationError, UntrustedRequest


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (OAuthError("invalid_grant", "The code has expired."), 400, "invalid_grant"),
        (UntrustedRequest("invalid_request", "The code has expired."), 400, "invalid_request"),
        (RegistrationError("invalid_client_metadata", "The code has expired."), 400, "invalid_client_metadata"),
        (InvalidClient("The code has expired."), 401, "invalid_client"),
    ],
)
def test_an_error_knows_its_status_and_body(error: OAuthError, status: int, code: str) -> None:
    """RFC 6749 §5.2, RFC 7591 §3.2.2."""
    assert error.status == status
    assert error.body() == {"error": code, "error_description": "The code has expired."}
    assert str(error) == "The code has expired."
