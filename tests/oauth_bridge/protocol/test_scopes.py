"""The scopes: what is asked here, what that asks at GitHub, and what GitHub's answer leaves of it."""

import pytest

from oauth_bridge.protocol import scopes

BASE = ("read:user", "user:email")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, BASE),
        ("", BASE),
        (" ", BASE),
        ("read:user", ("read:user",)),
        ("user:email", ("user:email",)),
        ("user:email read:user", ("user:email", "read:user")),
        ("read:user read:user", ("read:user",)),
        ("  read:user   repo ", ("read:user", "repo")),
        ("repo", ("repo",)),
        ("read:user user:email repo offline_access", ("read:user", "user:email", "repo", "offline_access")),
        ("offline_access", (*BASE, "offline_access")),
        ("openid email profile", BASE),
        ("claudeai read:user", ("read:user",)),
        ("openid offline_access", (*BASE, "offline_access")),
        ("READ:USER", BASE),
        ("read:user,repo", BASE),
        ("read:user\trepo", BASE),
        ("admin:org delete_repo repo", ("repo",)),
        ("*", BASE),
    ],
)
def test_what_is_known_is_kept_and_what_is_not_ignored(text: str | None, expected: tuple[str, ...]) -> None:
    """RFC 6749 §3.3: scopes are separated by blanks and compared by case; the server may narrow them."""
    assert scopes.parse(text) == expected


def test_only_the_step_up_scope_is_in_no_list() -> None:
    """MCP 2026-07-28 authorization, Scope Minimization; clients of 2025 ask for all that is listed."""
    assert scopes.BASE_SCOPES == BASE
    assert scopes.LISTED_SCOPES[:-1] == BASE
    assert scopes.LISTED_SCOPES[-1] == "offline_access"
    assert set(scopes.SCOPES) - set(scopes.LISTED_SCOPES) == {"repo"}
    assert all(name == scope.name and scope.title and scope.text for name, scope in scopes.SCOPES.items())


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ((), ()),
        (("offline_access",), ()),
        (BASE, BASE),
        (("user:email", "read:user", "offline_access"), BASE),
        (("repo", "read:user"), ("read:user", "repo")),
    ],
)
def test_github_is_asked_for_no_more_than_the_client_asked_here(asked: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert scopes.at_github(asked) == expected


@pytest.mark.parametrize(
    ("asked", "github_scope", "expected"),
    [
        (BASE, "read:user,user:email", BASE),
        (BASE, "read:user user:email", BASE),
        (BASE, "read:user, user:email", BASE),
        (BASE, "user", BASE),
        (BASE, "read:user", ("read:user",)),
        (BASE, "user:email", ("user:email",)),
        (BASE, "repo", ()),
        (("read:user", "repo"), "read:user", ("read:user",)),
        (("read:user", "repo"), "user,repo", ("read:user", "repo")),
        (("read:user",), "read:user,repo", ("read:user",)),
        (("read:user", "offline_access"), "read:user", ("read:user", "offline_access")),
        (("read:user", "offline_access"), "gist", ("offline_access",)),
        (("read:user", "repo"), "", ("read:user", "repo")),
        (("repo",), "public_repo", ()),
        (("repo",), "repo:status,REPO", ()),
    ],
)
def test_a_session_has_no_more_than_github_granted(
    asked: tuple[str, ...], github_scope: str, expected: tuple[str, ...]
) -> None:
    """GitHub, Scopes for OAuth apps: a person may edit the scopes, and an app with ``user`` has those below it."""
    assert scopes.granted(asked, github_scope) == expected


@pytest.mark.parametrize(
    ("at_hand", "needed", "is_covered"),
    [
        ((), None, True),
        (("repo",), None, True),
        ((), "repo", False),
        (("repo",), "repo", True),
        (("user",), "read:user", True),
        (("user",), "user:email", True),
        (("user",), "repo", False),
        (("repo",), "read:user", False),
        (("read:user",), "user:email", False),
    ],
)
def test_a_broader_scope_of_github_holds_the_narrower(
    at_hand: tuple[str, ...], needed: str | None, *, is_covered: bool
) -> None:
    assert scopes.covers(at_hand, needed) is is_covered


@pytest.mark.parametrize(
    ("wanted", "github_scope", "expected"),
    [
        (BASE, "read:user user:email", ()),
        (BASE, "user", ()),
        (BASE, "read:user", ("user:email",)),
        (("read:user", "repo", "offline_access"), "read:user", ("repo",)),
        (("repo",), "", ()),
        (("offline_access",), "gist", ()),
    ],
)
def test_what_a_stored_credential_lacks_is_told(wanted: tuple[str, ...], github_scope: str, expected: tuple[str, ...]) -> None:
    """Where nothing lacks, nobody is sent to GitHub again."""
    assert scopes.missing_at_github(wanted, github_scope) == expected
