"""Tools that last until a test says so, and leave a trace of how they ended. A test names a folder of its own."""

import asyncio
from pathlib import Path

from pydantic import BaseModel, Field

from tools import results
from tools.context import ToolContext
from tools.registry import tool
from tools.results import ToolResult

STARTED, GO, CANCELLED, DONE = "started", "go", "cancelled", "done"


class Held(BaseModel):
    folder: str = Field(description="Where the tool and the test leave each other messages")


@tool(title="Hold", scopes=set(), read_only=True)
async def hold(arguments: Held, context: ToolContext) -> ToolResult:
    """Tell progress once, then wait for the test."""
    await context.progress(1, 2, "half way")
    return await _until_told(arguments)


@tool(title="Let go", scopes=set(), read_only=True)
async def let_go(arguments: Held, context: ToolContext) -> ToolResult:
    """Let the connection go, then wait for the test."""
    await context.release()
    return await _until_told(arguments)


@tool(title="Ask a name", scopes=set(), read_only=True)
async def ask_name(_arguments: Held, context: ToolContext) -> ToolResult:
    """Ask the person for a name."""
    answer = await context.ask("Which name?", {"type": "object", "properties": {"name": {"type": "string"}}})
    return results.text(f"{answer.action} {answer.value}")


async def _until_told(arguments: Held) -> ToolResult:
    folder = Path(arguments.folder)
    (folder / STARTED).touch()
    try:
        while not (folder / GO).exists():
            await asyncio.sleep(0.01)
    except asyncio.CancelledError:
        (folder / CANCELLED).touch()
        raise
    (folder / DONE).touch()
    return results.text("told")
