"""A sign-in that finds another login or name tells those who watch the profile."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from oauth_bridge import people
from tools import changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def told() -> Iterator[list[tuple[str, int]]]:
    """Yield which resources were said to read differently, and whose they are."""
    found: list[tuple[str, int]] = []

    def receive(*, uri: str, github_id: int, **_: object) -> None:
        found.append((uri, github_id))

    changes.resource_updated.connect(receive, weak=False)
    yield found
    changes.resource_updated.disconnect(receive)


@pytest.mark.parametrize(
    ("login", "name", "is_admin", "uris"),
    [
        ("alice", "Alice", False, []),
        ("alice", "Alice", True, []),
        ("alice", "Alice B.", False, ["github://user/alice"]),
        # Under the former login as well: it may be somebody else's tomorrow.
        ("alice-b", "Alice", False, ["github://user/alice", "github://user/alice-b"]),
    ],
)
def test_a_changed_profile_is_told_once_it_is_committed(
    told: list[tuple[str, int]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    login: str,
    name: str,
    is_admin: bool,
    uris: list[str],
) -> None:
    people.find_or_create(1001, login="alice", name="Alice", is_admin=False)
    with django_capture_on_commit_callbacks() as callbacks:
        people.find_or_create(1001, login=login, name=name, is_admin=is_admin)
        assert told == []
    for callback in callbacks:
        callback()
    assert told == [(uri, 1001) for uri in uris]


def test_nobody_is_told_of_somebody_new(
    told: list[tuple[str, int]], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        people.find_or_create(1001, login="alice", name="Alice", is_admin=False)
    assert told == []
