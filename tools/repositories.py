"""One repository, as tools name it, open it and show it."""

from collections.abc import Set as AbstractSet

from pydantic import BaseModel, Field

from tools.context import ToolContext
from tools.github import errors, paths
from tools.github.models import Repository
from tools.results import ToolError

PRIVATE_SCOPE = "repo"

# Of tools that ask GitHub more than once in a row: each request has its own limit (``tools.github.http``).
TIMEOUT_SECONDS = 30.0


class RepositoryArguments(BaseModel):
    owner: str = Field(pattern=paths.OWNER_PATTERN, description="Login of the person or organization that owns it")
    repository: str = Field(pattern=paths.REPOSITORY_PATTERN, description="Its name, without the owner")
    private: bool = Field(
        default=False,
        description="True for a private repository, which needs the permission repo: the person is then asked for it",
    )


class NotPublic(ToolError):
    """There is no such public repository, and this session may see no other: missing and private look the same."""

    def __init__(self) -> None:
        super().__init__(
            "There is no public repository of that name. If it is private, call this tool again with private true: "
            "the person is then asked for the permission repo."
        )


def step_up(arguments: RepositoryArguments) -> AbstractSet[str]:
    """Return what a call about a private repository needs on top."""
    return {PRIVATE_SCOPE} if arguments.private else set()


async def check_visible(owner: str, name: str, context: ToolContext) -> None:
    """Make sure that this session may see the repository: without ``repo`` a public one only.

    The credential at GitHub may be wider than what the session was granted, so that GitHub's own answer is not enough.

    Raises:
        NotPublic: see above.
        GitHubError: GitHub did not say.
    """
    if PRIVATE_SCOPE in context.scopes:
        return
    try:
        found = await context.github.repository(owner, name)
    except errors.NotFound:
        raise NotPublic from None
    if not found.is_public:
        raise NotPublic


class RepositorySummary(BaseModel):
    full_name: str = Field(description="owner/name")
    url: str
    description: str | None
    private: bool
    language: str | None = Field(description="Main programming language")
    stars: int
    forks: int
    archived: bool
    fork: bool = Field(description="Whether it is a fork of another repository")
    default_branch: str
    pushed_at: str | None = Field(description="Time of the newest push, ISO 8601")
    topics: list[str]


def summary(repository: Repository) -> RepositorySummary:
    """Return a repository in a few lines."""
    return RepositorySummary(
        full_name=repository.full_name,
        url=repository.html_url,
        description=repository.description,
        private=not repository.is_public,
        language=repository.language,
        stars=repository.stargazers_count,
        forks=repository.forks_count,
        archived=repository.archived,
        fork=repository.fork,
        default_branch=repository.default_branch,
        pushed_at=repository.pushed_at,
        topics=repository.topics,
    )
