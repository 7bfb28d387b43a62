"""What a tool is, how a function becomes one, and the catalog that offers them."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from tools import declaration, schemas
from tools.context import ToolContext
from tools.results import ToolResult

ToolFunction = Callable[[Any, ToolContext], Awaitable[ToolResult] | ToolResult]
StepUp = Callable[[Any], AbstractSet[str]]

# Shorter than the patience of any known client, longer than GitHub is given (``tools.github.http``), so that the better
# worded of the two errors is the one that is seen.
TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool, ready to be listed and called.

    ``definition`` is the newest revision's wire shape (MCP 2026-07-28 server/tools, Tool); treat it as read-only.
    ``step_up`` says which scopes a call needs on top of ``scopes``, from its validated arguments.
    """

    name: str
    title: str
    description: str
    scopes: frozenset[str]
    step_up: StepUp | None
    timeout_seconds: float
    arguments: type[BaseModel]
    output: type[BaseModel] | None
    function: ToolFunction
    is_async: bool
    definition: dict[str, Any]


def tool(
    *,
    title: str,
    scopes: AbstractSet[str],
    read_only: bool,
    destructive: bool | None = None,
    idempotent: bool | None = None,
    open_world: bool = True,
    output: type[BaseModel] | None = None,
    step_up: StepUp | None = None,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> Callable[[ToolFunction], Tool]:
    """Turn ``async def name(arguments: Arguments, context: ToolContext) -> ToolResult`` into a ``Tool``.

    Name, description and schemas come from the function. What is not said is assumed for the worst: a tool that writes is
    destructive and not idempotent unless declared otherwise. A plain function runs in a thread, away from the event loop.

    Raises:
        ToolDeclarationError: at import, with file and line, when the declaration does not make a tool.
    """
    annotations = {
        "readOnlyHint": read_only,
        "destructiveHint": not read_only if destructive is None else destructive,
        "idempotentHint": read_only if idempotent is None else idempotent,
        "openWorldHint": open_world,
    }

    def declare(function: ToolFunction) -> Tool:
        made = declaration.inspect(function)
        declaration.check_options(made, title=title, scopes=scopes, timeout_seconds=timeout_seconds, output=output)
        declaration.check_annotations(made, annotations)
        return Tool(
            name=made.name,
            title=title,
            description=made.description,
            scopes=frozenset(scopes),
            step_up=step_up,
            timeout_seconds=timeout_seconds,
            arguments=made.arguments,
            output=output,
            function=function,
            is_async=made.is_async,
            definition=_definition(made, title, annotations, output),
        )

    return declare


def _definition(
    made: declaration.Declaration, title: str, annotations: dict[str, bool], output: type[BaseModel] | None
) -> dict[str, Any]:
    definition: dict[str, Any] = {
        "name": made.name,
        "title": title,
        "description": made.description,
        "inputSchema": schemas.input_schema(made.arguments),
        "annotations": annotations,
    }
    if output is not None:
        definition["outputSchema"] = schemas.output_schema(output)
    return definition


class Catalog:
    """The tools on offer, in the order in which they are listed. It never changes while the process lives."""

    def __init__(self, tools: Iterable[Tool]) -> None:
        self._tools: dict[str, Tool] = {}
        for each in tools:
            if each.name in self._tools:
                raise declaration.ToolDeclarationError(f"two tools are called {each.name!r}")
            self._tools[each.name] = each

    def get(self, name: str) -> Tool | None:
        """Return the tool of that name, compared exactly (names are case-sensitive), or None."""
        return self._tools.get(name)

    def visible_to(self, scopes: AbstractSet[str]) -> tuple[Tool, ...]:
        """Return the tools whose scopes are all granted, always in the same order."""
        return tuple(each for each in self._tools.values() if each.scopes <= scopes)

    def __iter__(self) -> Iterator[Tool]:
        return iter(self._tools.values())

    def __len__(self) -> int:
        return len(self._tools)
