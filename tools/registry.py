"""What a tool is, how a function becomes one, and the catalog that offers tools, resources and prompts."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, PydanticUserError

from tools import content, declaration, schemas, sets, tool_options
from tools.content import Icon
from tools.prompts import Prompt
from tools.quotas import NO_QUOTA, Quota
from tools.resources import Resource
from tools.results import ToolResult
from tools.sizes import MAX_RESULT_CHARACTERS

ToolFunction = Callable[..., Awaitable[ToolResult] | ToolResult]
StepUp = Callable[[Any], AbstractSet[str]]
# Whether a call may go on as a task, and be fetched later (extension ``io.modelcontextprotocol/tasks``): "optional" where the
# client can do that, "required" for work that makes no sense otherwise.
TaskSupport = Literal["never", "optional", "required"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool, ready to be listed and called.

    ``definition`` is the newest revision's wire shape (MCP 2026-07-28 server/tools, Tool); treat it as read-only.
    ``step_up`` says which scopes a call needs on top of ``scopes``, from its validated arguments. ``ask_first``: a call becomes
    a task where the function says so (``ToolContext.become_task``), and not at its beginning. ``requires`` is the capabilities
    object that a client must have declared.
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
    task: TaskSupport = "never"
    ask_first: bool = False
    requires: Mapping[str, Any] = field(default_factory=dict)
    set: str = sets.CORE
    quota: Quota = NO_QUOTA
    max_result_characters: int = MAX_RESULT_CHARACTERS
    record_arguments: bool = False

    @property
    def writes(self) -> bool:
        """Return whether it changes anything."""
        return not self.definition["annotations"]["readOnlyHint"]


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
    icons: Sequence[Icon] = (),
    timeout_seconds: float = declaration.TIMEOUT_SECONDS,
    task: TaskSupport = "never",
    ask_first: bool = False,
    requires: AbstractSet[str] = frozenset(),
    set: str = sets.CORE,  # noqa: A002 - reads well where a tool is declared
    per_minute: int | None = None,
    per_day: int | None = None,
    max_result_characters: int = MAX_RESULT_CHARACTERS,
    record_arguments: bool = False,
) -> Callable[[ToolFunction], Tool]:
    """Turn ``async def name(arguments: Arguments, context: ToolContext) -> ToolResult`` into a ``Tool``.

    Instead of the model there may be annotated parameters: ``async def add(a: int, b: int, context: ToolContext)``.
    Name, description and schemas come from the function. What is not said is assumed for the worst: a tool that writes is
    destructive and not idempotent unless declared otherwise. A plain function runs in a thread, away from the event loop.

    ``task``: whether a call may be answered by a task, whose result is fetched later. With ``ask_first`` the function asks in
    the call itself, and becomes a task by ``await context.become_task()``. ``requires`` names what the client must offer for
    the tool to make sense at all: ``elicitation``, ``elicitation.url``, ``sampling``, ``sampling.tools``, ``roots``.
    ``set`` is the group of tools that it belongs to (``tools.sets``). ``per_minute`` and ``per_day`` are how often one person
    may call it. ``record_arguments`` keeps them in the record of calls, where operators read them.

    Raises:
        DeclarationError: at import, with file and line, when the declaration does not make a tool.
    """
    annotations = {
        "readOnlyHint": read_only,
        "destructiveHint": not read_only if destructive is None else destructive,
        "idempotentHint": read_only if idempotent is None else idempotent,
        "openWorldHint": open_world,
    }

    def declare(function: ToolFunction) -> Tool:
        made = declaration.inspect(function)
        tool_options.check(
            made,
            title=title,
            scopes=scopes,
            timeout_seconds=timeout_seconds,
            output=output,
            step_up=step_up,
            of_set=set,
            max_result_characters=max_result_characters,
        )
        tool_options.check_annotations(made, annotations)
        tool_options.check_task(made, task=task, ask_first=ask_first, timeout_seconds=timeout_seconds)
        return Tool(
            name=made.name,
            title=title,
            description=made.description,
            scopes=frozenset(scopes),
            step_up=step_up,
            timeout_seconds=timeout_seconds,
            arguments=made.arguments,
            output=output,
            function=made.function,
            is_async=made.is_async,
            definition={**_definition(made, title, annotations, output), **content.icons_on_wire(icons)},
            task=task,
            ask_first=ask_first,
            requires=tool_options.required_capabilities(made, requires),
            set=set,
            quota=tool_options.quota(made, per_minute=per_minute, per_day=per_day),
            max_result_characters=max_result_characters,
            record_arguments=record_arguments,
        )

    return declare


def _definition(
    made: declaration.Declaration, title: str, annotations: dict[str, bool], output: type[BaseModel] | None
) -> dict[str, Any]:
    definition: dict[str, Any] = {"name": made.name, "title": title, "description": made.description}
    try:
        definition |= {"inputSchema": schemas.input_schema(made.arguments), "annotations": annotations}
        if output is not None:
            definition["outputSchema"] = schemas.output_schema(output)
    except PydanticUserError as error:
        reason = error.message.splitlines()[0]
        raise declaration.DeclarationError(f"{made.place}: {made.name} has a model without a JSON schema: {reason}") from None
    return definition


class Catalog:
    """What is on offer, in the order in which it is listed. It never changes while the process lives.

    Iterating and ``len`` are about the tools.
    """

    def __init__(self, tools: Iterable[Tool], resources: Iterable[Resource] = (), prompts: Iterable[Prompt] = ()) -> None:
        self._tools = _by_name(tools, "tools")
        self._resources = _by_name(resources, "resources")
        self._prompts = _by_name(prompts, "prompts")
        self._by_uri = {each.template.text: each for each in self._resources.values()}
        if len(self._by_uri) != len(self._resources):
            raise declaration.DeclarationError("two resources have the same URI")

    @property
    def resources(self) -> tuple[Resource, ...]:
        """Return all resources and templates."""
        return tuple(self._resources.values())

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """Return all prompts."""
        return tuple(self._prompts.values())

    def get(self, name: str) -> Tool | None:
        """Return the tool of that name, compared exactly (names are case-sensitive), or None."""
        return self._tools.get(name)

    def prompt(self, name: str) -> Prompt | None:
        """Return the prompt of that name, or None."""
        return self._prompts.get(name)

    def resource(self, uri: str) -> tuple[Resource, dict[str, str]] | None:
        """Return what ``uri`` stands for and the values of its template's variables; a URI of its own before any template."""
        own = self._by_uri.get(uri)
        if own is not None and not own.is_template:
            return own, {}
        for each in self._resources.values():
            variables = each.template.match(uri) if each.is_template else None
            if variables is not None:
                return each, variables
        return None

    def template(self, text: str) -> Resource | None:
        """Return the resource that was declared with exactly this URI or template, or None."""
        return self._by_uri.get(text)

    def visible_to(self, scopes: AbstractSet[str]) -> tuple[Tool, ...]:
        """Return the tools whose scopes are all granted, always in the same order."""
        return tuple(each for each in self._tools.values() if each.scopes <= scopes)

    def resources_visible_to(self, scopes: AbstractSet[str]) -> tuple[Resource, ...]:
        """Return the resources and templates whose scopes are all granted, always in the same order."""
        return tuple(each for each in self._resources.values() if each.scopes <= scopes)

    def prompts_visible_to(self, scopes: AbstractSet[str]) -> tuple[Prompt, ...]:
        """Return the prompts whose scopes are all granted, always in the same order."""
        return tuple(each for each in self._prompts.values() if each.scopes <= scopes)

    def __iter__(self) -> Iterator[Tool]:
        return iter(self._tools.values())

    def __len__(self) -> int:
        return len(self._tools)


_Named = TypeVar("_Named", Tool, Resource, Prompt)


def _by_name(listed: Iterable[_Named], kind: str) -> dict[str, _Named]:
    found: dict[str, _Named] = {}
    for each in listed:
        if each.name in found:
            place, other = (declaration.place_of(one.function) for one in (each, found[each.name]))
            raise declaration.DeclarationError(f"{place}: two {kind} are called {each.name!r}; the other is at {other}")
        found[each.name] = each
    return found
