"""Issues, as tools show them."""

from pydantic import BaseModel, Field

from tools.github.models import Account, Issue, Label


class IssueSummary(BaseModel):
    repository: str = Field(description="owner/name")
    number: int
    title: str
    state: str
    author: str | None
    labels: list[str]
    assignees: list[str]
    comments: int
    created_at: str
    updated_at: str
    url: str


def summary(issue: Issue, repository: str) -> IssueSummary:
    """Return an issue in a few lines."""
    return IssueSummary(
        repository=repository,
        number=issue.number,
        title=issue.title,
        state=issue.state,
        author=login(issue.user),
        labels=names(issue.labels),
        assignees=[each.login for each in issue.assignees or ()],
        comments=issue.comments,
        created_at=issue.created_at,
        updated_at=issue.updated_at,
        url=issue.html_url,
    )


def login(account: Account | None) -> str | None:
    """Return who it was; None for an account that is no more."""
    return account.login if account else None


def names(labels: list[Label]) -> list[str]:
    """Return the labels' names."""
    return [each.name for each in labels]
