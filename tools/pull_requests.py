"""Pull requests, as tools show them."""

from pydantic import BaseModel, Field

from tools import issues
from tools.github.models import PullRequest


class PullRequestSummary(BaseModel):
    number: int
    title: str
    state: str = Field(description="open, closed or merged")
    draft: bool
    author: str | None
    labels: list[str]
    source: str = Field(description="owner:branch that the changes come from")
    target: str = Field(description="The branch that they are for")
    created_at: str
    updated_at: str
    url: str


def summary(request: PullRequest) -> PullRequestSummary:
    """Return a pull request in a few lines."""
    return PullRequestSummary(
        number=request.number,
        title=request.title,
        state="merged" if request.merged_at else request.state,
        draft=request.draft,
        author=issues.login(request.user),
        labels=issues.names(request.labels),
        source=request.head.label or request.head.ref,
        target=request.base.ref,
        created_at=request.created_at,
        updated_at=request.updated_at,
        url=request.html_url,
    )
