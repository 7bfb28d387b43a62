"""The ``WWW-Authenticate`` challenge."""

from oauth_bridge.protocol.challenge import bearer

ORIGIN = "https://gate.example"
METADATA = 'resource_metadata="https://gate.example/.well-known/oauth-protected-resource/mcp"'


def test_without_credentials_there_is_no_error() -> None:
    """RFC 6750 §3.1, RFC 9728 §5.1; MCP 2026-07-28 authorization: ``scope`` names what this request needs."""
    assert bearer(ORIGIN, scope=["read:user", "user:email"]) == f'Bearer {METADATA}, scope="read:user user:email"'


def test_a_bad_token_is_called_so() -> None:
    """RFC 6750 §3.1: ``invalid_token``."""
    value = bearer(ORIGIN, scope=["read:user"], error="invalid_token", description="The token has expired.")
    assert value == f'Bearer error="invalid_token", error_description="The token has expired.", {METADATA}, scope="read:user"'


def test_a_missing_scope_is_named() -> None:
    """RFC 6750 §3.1: ``insufficient_scope``; MCP 2026-07-28 authorization, Step-Up Authorization Flow."""
    value = bearer(ORIGIN, scope=("read:user", "repo"), error="insufficient_scope")
    assert value == f'Bearer error="insufficient_scope", {METADATA}, scope="read:user repo"'


def test_no_scope_is_left_out_and_not_empty() -> None:
    """RFC 6750 §3: the grammar has no empty scope."""
    assert bearer(ORIGIN, scope=()) == f"Bearer {METADATA}"
