"""GitHub's answers, as far as they are used. Strict: a wrong type is GitHub's fault, found at the edge and not later."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict


class _Answer(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


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
    """An entry of ``GET /user/repos``. ``pushed_at`` is ISO 8601, or None for a repository that nobody pushed to."""

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


@dataclass(frozen=True, slots=True)
class RepositoryPage:
    """One page of repositories, and whether GitHub has another."""

    repositories: list[Repository]
    has_more: bool
