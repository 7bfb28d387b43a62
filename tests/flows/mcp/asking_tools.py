"""Tools, a prompt and a resource that ask whoever called them."""

from typing import Annotated

from pydantic import BaseModel

from tools import asking, results
from tools.asking import Form
from tools.context import ToolContext
from tools.forms import Choices
from tools.prompts import Message, prompt, user
from tools.registry import tool
from tools.resources import resource
from tools.results import ToolResult


class Nothing(BaseModel):
    pass


class What(BaseModel):
    repository: str


class Branch(Form):
    branch: Annotated[str, Choices(main="The main branch", dev="Development")] = "main"


class Sure(Form):
    sure: bool


@tool(title="Release", scopes=set(), read_only=False)
async def release(arguments: What, context: ToolContext) -> ToolResult:
    """Ask for a branch, for a name, where to, and whether that is right; then say what would be done."""
    await context.log("debug", "not for everybody")
    await context.log("info", "asking")
    await context.progress(1, 3, "asking for a branch")
    branch = await context.ask(f"Which branch of {arguments.repository}?", Branch)
    if branch.value is None:
        return results.text(f"No release: {branch.action}.")
    await context.progress(2, 3, "asking the model")
    name = await context.sample("A name for a release?", 20)
    places = await context.roots()
    sure = await context.ask(f"Release {branch.value.branch} as {name.text}?", Sure)
    await context.progress(3, 3, "done")
    done = "released" if sure.value and sure.value.sure else "left alone"
    return results.text(f"{done}: {arguments.repository} {branch.value.branch} {name.text} {[place.uri for place in places]}")


@tool(title="Think", scopes=set(), read_only=True, requires={"sampling"})
async def think(_arguments: Nothing, context: ToolContext) -> ToolResult:
    """Ask the client's model, without which there is nothing to do."""
    return results.text((await context.sample("Think", 10)).text)


@tool(title="Remember", scopes=set(), read_only=True)
async def keep_a_handle(_arguments: What, context: ToolContext) -> ToolResult:
    """Keep a handle between two rounds."""
    context.remember(context.remembered or {"handle": "h-1"})
    answer = await context.ask("Go on?", Sure, key="go_on")
    return results.text(f"{context.remembered['handle']} {answer.action}")


@prompt(title="Introduce")
async def introduce(context: ToolContext) -> list[Message]:
    """Ask for the branch first."""
    answer = await context.ask("Which branch?", Branch, key="branch")
    return [user(f"Tell me of {answer.value.branch if answer.value else answer.action}.")]


@resource("asking://places", title="Places", mime_type="text/plain", scopes=set())
async def places(context: ToolContext) -> str:
    """Where the client works."""
    answers = await context.ask_all({"places": asking.roots()})
    return ", ".join(root.uri for root in answers["places"])
