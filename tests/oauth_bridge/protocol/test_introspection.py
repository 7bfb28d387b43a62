"""RFC 7662, as functions."""

import pytest

from oauth_bridge.protocol import introspection


@pytest.mark.parametrize(
    ("resource", "aud"),
    [(["https://gate.example/mcp"], "https://gate.example/mcp"), (["https://a", "https://b"], ["https://a", "https://b"])],
)
def test_a_good_token_is_told_with_the_members_of_the_standard(resource: list[str], aud: object) -> None:
    """RFC 7662 §2.2: texts, and times as whole seconds."""
    assert introspection.active(
        issuer="https://gate.example",
        client_id="c",
        subject=1001,
        login="alice",
        scope="read:user repo",
        resource=resource,
        issued_at=1_700_000_000,
        expires_at=1_700_003_600,
    ) == {
        "active": True,
        "iss": "https://gate.example",
        "sub": "1001",
        "username": "alice",
        "client_id": "c",
        "scope": "read:user repo",
        "aud": aud,
        "iat": 1_700_000_000,
        "exp": 1_700_003_600,
        "token_type": "Bearer",
    }


def test_any_other_is_told_by_one_member() -> None:
    assert introspection.INACTIVE == {"active": False}
