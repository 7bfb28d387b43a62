"""The paths that are ever asked for. Whatever comes from a caller is checked, and quoted, before it becomes part of one."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from tools.github import errors

# GitHub's own rules for logins; ``_`` is in those of managed accounts ("octo_company").
OWNER_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$"
REPOSITORY_PATTERN = r"^[A-Za-z0-9._-]{1,100}$"
MAX_FILE_PATH_CHARACTERS = 1024
MAX_NUMBER = 2**53 - 1

_OWNER = re.compile(OWNER_PATTERN.removesuffix("$"))
_REPOSITORY = re.compile(REPOSITORY_PATTERN.removesuffix("$"))

# GitHub counts requests for search apart from all others.
Resource = Literal["core", "search"]


@dataclass(frozen=True, slots=True)
class Path:
    """A path below the API's root, quoted, and the limit that it counts for."""

    text: str
    resource: Resource = "core"


USER = Path("/user")
EMAILS = Path("/user/emails")
OWN_REPOSITORIES = Path("/user/repos")
OWN_ISSUES = Path("/issues")
SEARCH_REPOSITORIES = Path("/search/repositories", "search")


def repository(owner: str, name: str) -> Path:
    """Return a repository's path.

    Raises:
        BadName: no repository can be called so.
    """
    return Path(_repository(owner, name))


def contents(owner: str, name: str, file_path: str) -> Path:
    """Return the path of a file or directory, ``""`` for the topmost one.

    Raises:
        BadName: no repository, or no file in one, can be called so.
    """
    segments = file_path.split("/") if file_path else []
    if len(file_path) > MAX_FILE_PATH_CHARACTERS or not all(_is_segment(each) for each in segments):
        raise errors.BadName("path", "docs/guide.md, without a slash at its beginning or end, and without . or .. between")
    # Each by itself: a slash, a question mark or a percent sign in a name stays a part of the name.
    return Path("/".join([f"{_repository(owner, name)}/contents", *(quote(each, safe="") for each in segments)]))


def issues(owner: str, name: str) -> Path:
    """Return the path of a repository's issues; raises ``BadName`` as ``repository``."""
    return Path(f"{_repository(owner, name)}/issues")


def issue(owner: str, name: str, number: int) -> Path:
    """Return the path of one issue; raises ``BadName`` as ``repository``."""
    return Path(f"{_repository(owner, name)}/issues/{_number(number)}")


def comments(owner: str, name: str, number: int) -> Path:
    """Return the path of an issue's comments; raises ``BadName`` as ``repository``."""
    return Path(f"{_repository(owner, name)}/issues/{_number(number)}/comments")


def pull_requests(owner: str, name: str) -> Path:
    """Return the path of a repository's pull requests; raises ``BadName`` as ``repository``."""
    return Path(f"{_repository(owner, name)}/pulls")


def pull_request(owner: str, name: str, number: int) -> Path:
    """Return the path of one pull request; raises ``BadName`` as ``repository``."""
    return Path(f"{_repository(owner, name)}/pulls/{_number(number)}")


def changed_files(owner: str, name: str, number: int) -> Path:
    """Return the path of the files that a pull request changes; raises ``BadName`` as ``repository``."""
    return Path(f"{_repository(owner, name)}/pulls/{_number(number)}/files")


def _repository(owner: str, name: str) -> str:
    if not _OWNER.fullmatch(owner):
        raise errors.BadName("owner", "octocat")
    if not _REPOSITORY.fullmatch(name) or name in (".", ".."):
        raise errors.BadName("repository", "hello-world, without its owner")
    return f"/repos/{owner}/{name}"


def _number(number: int) -> int:
    if not 1 <= number <= MAX_NUMBER:
        raise errors.BadName("number", "42")
    return number


def _is_segment(text: str) -> bool:
    return text not in ("", ".", "..") and text.isprintable() and "\\" not in text
