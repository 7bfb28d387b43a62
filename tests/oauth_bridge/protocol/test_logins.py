"""Names as GitHub has them: nothing that only looks like one, and nothing that could leave a URL's path."""

import pytest

from oauth_bridge.protocol import logins


@pytest.mark.parametrize("text", ["a", "alice", "A-l-i-c-e", "a" * 39, "octo_acme", "0x"])
def test_what_github_takes_for_a_login_is_one(text: str) -> None:
    assert logins.is_login(text)


@pytest.mark.parametrize(
    "text", ["", "-a", "_a", "a" * 40, "a b", "a.b", "a@b", "\u0430lice", "al\u0131ce", "a\n", "a\x00", "\uff41"]
)
def test_what_github_does_not_take_for_a_login_is_none(text: str) -> None:
    assert not logins.is_login(text)


@pytest.mark.parametrize("text", ["platform", "Platform-1", "a_b", "-x", "a" * 100])
def test_what_github_takes_for_a_team_is_one(text: str) -> None:
    assert logins.is_team(text)


@pytest.mark.parametrize("text", ["", "a b", "a/b", "..", "a.b", "a?b", "a%2fb", "pl\u0430tform", "a" * 101, "a\n"])
def test_what_github_does_not_take_for_a_team_is_none(text: str) -> None:
    assert not logins.is_team(text)


@pytest.mark.parametrize(
    ("text", "parsed"), [("acme", ("acme", "")), ("Acme/Platform", ("Acme", "Platform")), ("a-b/c_d", ("a-b", "c_d"))]
)
def test_an_organization_with_or_without_a_team(text: str, parsed: tuple[str, str]) -> None:
    assert logins.parse_organization(text) == parsed


@pytest.mark.parametrize(
    "text", ["", "/", "acme/", "/platform", "acme/a/b", "ac me", "acme /x", "acme/x ", "../acme", "acme:x"]
)
def test_anything_else_is_no_organization(text: str) -> None:
    assert logins.parse_organization(text) is None
