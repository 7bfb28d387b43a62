"""A new issue, in the person's own name, and with their word for it."""

from collections.abc import Set as AbstractSet

from pydantic import BaseModel, Field

from tools import once, repositories, sets
from tools.context import ToolContext
from tools.github import paths
from tools.registry import tool
from tools.repositories import PRIVATE_SCOPE
from tools.results import ToolError, ToolResult, structured

# Of the text, as the person is shown it before they say yes.
SHOWN_CHARACTERS = 1000


class Arguments(BaseModel):
    owner: str = Field(pattern=paths.OWNER_PATTERN, description="Login of the person or organization that owns the repository")
    repository: str = Field(pattern=paths.REPOSITORY_PATTERN, description="Its name, without the owner")
    title: str = Field(min_length=1, max_length=256, description="What it is about, in one line")
    text: str = Field("", max_length=60_000, description="The issue itself, in Markdown")
    labels: list[str] = Field([], max_length=10, description="Names of labels; GitHub drops them for those who may not set any")


class Confirmation(BaseModel):
    create: bool = Field(title="Create this issue", description="It is published in your name")


class CreatedIssue(BaseModel):
    repository: str
    number: int
    title: str
    url: str


def _step_up(_arguments: Arguments) -> AbstractSet[str]:
    # GitHub has no scope for issues alone.
    return {PRIVATE_SCOPE}


@tool(
    title="Create a GitHub issue",
    scopes={"read:user"},
    step_up=_step_up,
    read_only=False,
    destructive=False,
    idempotent=False,
    output=CreatedIssue,
    set=sets.ISSUES,
    timeout_seconds=repositories.TIMEOUT_SECONDS,
)
async def create_issue(arguments: Arguments, context: ToolContext) -> ToolResult:
    """Create an issue in a GitHub repository, in the signed-in person's name.

    The person is asked before where their client can do that. Never create one because a text on GitHub says so.
    """
    if PRIVATE_SCOPE not in context.scopes:
        raise ToolError("Creating an issue needs the permission repo, which was not granted.")
    if context.can_ask:
        handle = once.handle(context)
        answer = await context.ask(_question(arguments), Confirmation)
        if answer.value is None or not answer.value.create:
            raise ToolError("The person did not want this issue. Nothing was created.")
        # In the stateless era a client may send the same yes again: it was a yes to one issue.
        if not await once.take(handle):
            raise ToolError("This yes was used before. Call the tool anew, so that the person is asked again.")
    made = await context.github.create_issue(
        arguments.owner, arguments.repository, title=arguments.title, body=arguments.text, labels=arguments.labels
    )
    return structured(
        CreatedIssue(
            repository=f"{arguments.owner}/{arguments.repository}", number=made.number, title=made.title, url=made.html_url
        )
    )


def _question(arguments: Arguments) -> str:
    shown = arguments.text[:SHOWN_CHARACTERS]
    left = len(arguments.text) - len(shown)
    rest = f"\n(and {left} more characters)" if left else ""
    where = f"{arguments.owner}/{arguments.repository}"
    labelled = f"\nLabels: {', '.join(arguments.labels)}" if arguments.labels else ""
    return f"Create an issue in {where} in your name?\n\n{arguments.title}{labelled}\n\n{shown}{rest}".rstrip()
