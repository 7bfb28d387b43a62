"""What a resource is, and how a function becomes one (MCP 2026-07-28 server/resources)."""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel

from tools import completions, content, declaration, sets, uri_templates
from tools.completions import Completer
from tools.content import Annotations, Icon
from tools.context import Person, ToolContext
from tools.results import ToolError
from tools.uri_templates import UriTemplate
from wire import strict_json

JSON = "application/json"


class NotFound(ToolError):
    """There is no such resource, or none that this person may know of: the two are not told apart."""

    outcome: ClassVar[str] = "not_found"

    def __init__(self) -> None:
        super().__init__("Resource not found.")


@dataclass(frozen=True, slots=True)
class Contents:
    """One of several things that a read gives: text or bytes; ``uri`` and ``mime_type`` are the resource's own if left out."""

    data: str | bytes
    uri: str | None = None
    mime_type: str | None = None


Read = str | bytes | BaseModel | Mapping[str, Any] | Sequence[Contents]
ResourceFunction = Callable[..., Awaitable[Read] | Read]
ReadableBy = Callable[[Person, Mapping[str, str]], bool]
# The values of the template's variables, for each URI that is to be listed.
Listing = Callable[[ToolContext], Awaitable[Sequence[Mapping[str, str]]]]
_Listing = TypeVar("_Listing", bound=Listing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource, or a template of many, ready to be listed and read.

    ``variables`` are in the order of the function's parameters. ``definition`` is the newest revision's wire shape (Resource
    or ResourceTemplate); treat it as read-only.
    """

    name: str
    template: UriTemplate
    variables: tuple[str, ...]
    mime_type: str
    scopes: frozenset[str]
    readable_by: ReadableBy | None
    subscribable: bool
    ttl_ms: int
    timeout_seconds: float
    function: ResourceFunction
    is_async: bool
    definition: dict[str, Any]
    completers: dict[str, Completer] = field(default_factory=dict)
    set: str = sets.CORE
    listings: list[Listing] = field(default_factory=list)

    @property
    def writes(self) -> bool:
        """Return that it changes nothing, which the decisions about tools ask of all that they are about."""
        return False

    @property
    def is_template(self) -> bool:
        """Return whether its URI has variables."""
        return bool(self.variables)

    def may_read(self, person: Person, variables: Mapping[str, str]) -> bool:
        """Return whether this URI exists for that person."""
        return self.readable_by is None or self.readable_by(person, variables)

    def complete(self, variable: str) -> Callable[[completions.SuggestT], completions.SuggestT]:
        """Make ``async def suggest(value, chosen, context) -> list[str]`` the completion of one variable of the template.

        Raises:
            DeclarationError: at import, with file and line.
        """
        return completions.registering(self.completers, variable, self.variables, self.name)

    def listed(self, function: _Listing) -> _Listing:
        """Let ``async def listing(context) -> list[dict[str, str]]`` say which URIs of the template the person sees listed.

        Each entry holds the values of the template's variables.

        Raises:
            DeclarationError: at import, with file and line.
        """
        place = declaration.place_of(function)
        is_async = inspect.iscoroutinefunction(function)
        if not self.is_template or not is_async or self.listings:
            raise declaration.DeclarationError(
                f"{place}: {self.name} takes one listing, an async function, and only as a template"
            )
        self.listings.append(function)
        return function

    def entry(self, variables: Mapping[str, str]) -> dict[str, Any]:
        """Return the definition of one URI of the template, as ``resources/list`` has it."""
        described = {key: value for key, value in self.definition.items() if key not in ("uriTemplate", "name")}
        return {"uri": self.template.expand(variables), "name": " ".join(variables.values()), **described}


def resource(
    uri: str,
    *,
    title: str,
    mime_type: str = "text/plain",
    scopes: AbstractSet[str] = frozenset(),
    readable_by: ReadableBy | None = None,
    subscribable: bool = False,
    size_bytes: int | None = None,
    annotations: Annotations | None = None,
    icons: Sequence[Icon] = (),
    ttl_ms: int = 0,
    timeout_seconds: float = declaration.TIMEOUT_SECONDS,
    set: str = sets.CORE,  # noqa: A002 - reads well where it is declared
) -> Callable[[ResourceFunction], Resource]:
    """Turn ``async def name(login: str, context: ToolContext) -> str`` into the resource ``github://user/{login}``.

    The function takes the template's variables by name, each a string, and the context last. It returns text, bytes, a
    pydantic model or a dictionary (sent as JSON), or a list of ``Contents``. ``readable_by`` says for whom a URI exists; it is
    asked before anything runs, and for subscriptions as well. ``ttl_ms`` is how long a client may keep what it read.
    A plain function runs in a thread, away from the event loop.

    Raises:
        DeclarationError: at import, with file and line, when the declaration does not make a resource.
    """

    def declare(function: ResourceFunction) -> Resource:
        place = declaration.place_of(function)
        name = declaration.name_of(function, place)
        description = declaration.description_of(function, place)
        declaration.check_common(place, name, title=title, scopes=scopes, timeout_seconds=timeout_seconds, of_set=set)
        template = _template(uri, place)
        variables = _variables(function, name, place, template)
        where = {"uriTemplate": uri} if template.variables else {"uri": uri}
        optional = {
            "size": None if template.variables else size_bytes,
            "annotations": None if annotations is None else annotations.wire(),
        }
        return Resource(
            name=name,
            template=template,
            variables=variables,
            mime_type=mime_type,
            scopes=frozenset(scopes),
            readable_by=readable_by,
            subscribable=subscribable,
            ttl_ms=ttl_ms,
            timeout_seconds=timeout_seconds,
            function=function,
            is_async=inspect.iscoroutinefunction(function),
            definition={
                **where,
                "name": name,
                "title": title,
                "description": description,
                "mimeType": mime_type,
                **{key: value for key, value in optional.items() if value is not None},
                **content.icons_on_wire(icons),
            },
            set=set,
        )

    return declare


def contents(read: Read, *, uri: str, mime_type: str) -> list[dict[str, Any]]:
    """Return what a resource's function gave in the wire's shape, never empty.

    Raises:
        TypeError: it gave something else, or nothing.
    """
    match read:
        case str() | bytes():
            listed = [Contents(read)]
        case BaseModel():
            listed = [Contents(strict_json.dumps(read.model_dump(mode="json")).decode())]
        case Mapping():
            listed = [Contents(strict_json.dumps(dict(read)).decode())]
        case _:
            listed = list(read)
    if not listed or not all(isinstance(each, Contents) for each in listed):
        raise TypeError("a resource returns text, bytes, a model, a dictionary, or a list of Contents")
    return [content.contents_of(each.uri or uri, each.data, each.mime_type or mime_type) for each in listed]


def _template(uri: str, place: str) -> UriTemplate:
    try:
        return uri_templates.parse(uri)
    except uri_templates.InvalidTemplate as error:
        raise declaration.DeclarationError(f"{place}: {error}") from None


def _variables(function: ResourceFunction, name: str, place: str, template: UriTemplate) -> tuple[str, ...]:
    hints = declaration.hints_of(function, place)
    *variables, last = list(inspect.signature(function).parameters) or [""]
    if sorted(variables) != sorted(template.variables) or hints.get(last) is not ToolContext:
        expected = ", ".join((*(f"{each}: str" for each in template.variables), "context: ToolContext"))
        raise declaration.DeclarationError(f"{place}: {name} must take ({expected})")
    if any(hints.get(each) is not str for each in variables):
        raise declaration.DeclarationError(f"{place}: each variable of {name} must be annotated with str")
    return tuple(variables)
