"""GitHub's answers, as far as they are used. Strict: a wrong type is GitHub's fault, found at the edge and not later."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict


class _Answer(BaseModel):
    # Built at the first answer of its kind: most calls need few of them, and no start needs any.
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, defer_build=True)


class User(_Answer):
    """``GET /user``. ``email`` is the public one, which may be absent."""

    id: int
    login: str
    name: str | None = None
    email: str | None = None
    avatar_url: str
    html_url: str


class Email(_Answer):
    """An entry of ``GET /user/emails``."""

    email: str
    primary: bool
    verified: bool


class Repository(_Answer):
    """A repository in a list. Times are ISO 8601; ``pushed_at`` is None for a repository that nobody pushed to."""

    full_name: str
    html_url: str
    description: str | None = None
    private: bool
    visibility: str | None = None
    language: str | None = None
    stargazers_count: int
    forks_count: int
    archived: bool
    fork: bool
    default_branch: str
    pushed_at: str | None = None
    topics: list[str] = []

    @property
    def is_public(self) -> bool:
        """Return whether everybody may see it. ``internal`` (GitHub Enterprise) is not public."""
        return not self.private and self.visibility in (None, "public")


class License(_Answer):
    """What a repository may be used for, as GitHub has found out."""

    name: str


class RepositoryDetails(Repository):
    """``GET /repos/{owner}/{repo}``. ``open_issues_count`` has pull requests in it."""

    homepage: str | None = None
    license: License | None = None
    open_issues_count: int
    has_issues: bool
    created_at: str
    updated_at: str


class FoundRepositories(_Answer):
    """``GET /search/repositories``."""

    total_count: int
    incomplete_results: bool
    items: list[Repository]


class Entry(_Answer):
    """An entry of a directory, or a file with its ``content`` (``GET /repos/{owner}/{repo}/contents/{path}``).

    ``type`` is file, dir, symlink or submodule; ``content`` is base64 with line ends, and absent in a directory's entries.
    """

    name: str
    path: str
    type: str
    size: int
    sha: str
    html_url: str | None = None
    encoding: str | None = None
    content: str | None = None


class Account(_Answer):
    """Somebody in a few words."""

    login: str


class Label(_Answer):
    """A label of an issue."""

    name: str


class IssueRepository(_Answer):
    """Where an issue is, in a list across repositories."""

    full_name: str
    private: bool
    visibility: str | None = None

    @property
    def is_public(self) -> bool:
        """Return whether everybody may see it."""
        return not self.private and self.visibility in (None, "public")


class Issue(_Answer):
    """An issue, or a pull request seen as one: then ``pull_request`` is there."""

    number: int
    title: str
    state: str
    state_reason: str | None = None
    user: Account | None = None
    labels: list[Label] = []
    assignees: list[Account] | None = None
    comments: int
    created_at: str
    updated_at: str
    closed_at: str | None = None
    html_url: str
    body: str | None = None
    pull_request: dict[str, Any] | None = None
    repository: IssueRepository | None = None


class Comment(_Answer):
    """A comment on an issue."""

    user: Account | None = None
    created_at: str
    html_url: str
    body: str | None = None


class Branch(_Answer):
    """An end of a pull request: ``label`` is ``owner:branch``."""

    label: str | None = None
    ref: str
    sha: str


class PullRequest(_Answer):
    """An entry of ``GET /repos/{owner}/{repo}/pulls``."""

    number: int
    title: str
    state: str
    draft: bool = False
    user: Account | None = None
    labels: list[Label] = []
    head: Branch
    base: Branch
    created_at: str
    updated_at: str
    merged_at: str | None = None
    html_url: str
    body: str | None = None


class PullRequestDetails(PullRequest):
    """``GET /repos/{owner}/{repo}/pulls/{number}``. ``mergeable`` is None while GitHub finds out."""

    mergeable: bool | None = None
    commits: int
    additions: int
    deletions: int
    changed_files: int


class ChangedFile(_Answer):
    """A file of a pull request. ``patch`` is absent where it is binary or too large."""

    filename: str
    previous_filename: str | None = None
    status: str
    additions: int
    deletions: int
    patch: str | None = None


_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[_Item]):
    """One page of a list; whether GitHub has another; whether an organization's single sign-on hides a part of it."""

    items: list[_Item]
    has_more: bool
    is_partial: bool = False
