"""What may become a part of a path."""

import pytest

from tools.github import errors, paths


@pytest.mark.parametrize("owner", ["alice", "a", "octo_company", "A-b-1", "x" * 100])
@pytest.mark.parametrize("name", ["hello-world", ".github", "a.b_c", "...", "x" * 100])
def test_good_names_are_taken_as_they_are(owner: str, name: str) -> None:
    assert paths.repository(owner, name).text == f"/repos/{owner}/{name}"


@pytest.mark.parametrize(
    "owner", ["", "-a", "_a", ".", "..", "a/b", "a%2f", "a b", "a?", "a#", "é", "a\n", "\nalice", "x" * 101, "a:b", "a@b"]
)
def test_a_bad_owner_is_refused(owner: str) -> None:
    with pytest.raises(errors.BadName, match="owner"):
        paths.repository(owner, "a")


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a%2e", "a b", "a?x", "a#x", "é", "a\n", "x" * 101, "a;b", "a:b"])
def test_a_bad_repository_is_refused(name: str) -> None:
    for build in (paths.repository, paths.issues, paths.pull_requests):
        with pytest.raises(errors.BadName, match="repository"):
            build("alice", name)


@pytest.mark.parametrize("number", [0, -1, 2**53])
def test_a_bad_number_is_refused(number: int) -> None:
    for build in (paths.issue, paths.comments, paths.pull_request, paths.changed_files):
        with pytest.raises(errors.BadName, match="number"):
            build("alice", "a", number)


@pytest.mark.parametrize(
    ("path", "quoted"),
    [
        ("", ""),
        ("README.md", "/README.md"),
        ("a/b c", "/a/b%20c"),
        ("a?b#c%d", "/a%3Fb%23c%25d"),
        ("größe", "/gr%C3%B6%C3%9Fe"),
        ("...", "/..."),
        ("a;b&c", "/a%3Bb%26c"),
    ],
)
def test_a_file_path_is_quoted_segment_by_segment(path: str, quoted: str) -> None:
    assert paths.contents("alice", "a", path).text == f"/repos/alice/a/contents{quoted}"


@pytest.mark.parametrize(
    "path", ["/", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a/./b", "a\\b", "a\nb", "\x00", "\u202e", "\x7f", "x" * 1025]
)
def test_a_file_path_that_leads_elsewhere_is_refused(path: str) -> None:
    with pytest.raises(errors.BadName, match="path"):
        paths.contents("alice", "a", path)
