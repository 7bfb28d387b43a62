"""Tool parameters that clients repeat in ``Mcp-Param-*`` headers (MCP 2026-07-28 streamable-http, Custom Headers)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mcpserver.protocol.errors import HeaderMismatch
from mcpserver.protocol.headers import PARAMETER_PREFIX, Headers, decode_value

ANNOTATION = "x-mcp-header"

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
# ``number`` is left out by the specification: no two languages write a fraction alike.
_TYPES = frozenset({"string", "integer", "boolean"})

# Where JSON Schema 2020-12 holds further schemas, by the shape of the value. ``properties`` stands apart: it alone keeps a
# parameter reachable. Keywords that hold data (``default``, ``const``, ``enum``, ``examples``) hold no annotation.
_ONE = (
    "items", "contains", "additionalProperties", "unevaluatedItems", "unevaluatedProperties", "propertyNames",
    "not", "if", "then", "else", "contentSchema",
)  # fmt: skip
_LISTED = ("allOf", "anyOf", "oneOf", "prefixItems")
_NAMED = ("patternProperties", "dependentSchemas", "$defs", "definitions")

Path = tuple[str, ...]


class InvalidAnnotation(ValueError):
    """A tool's schema breaks a rule of ``x-mcp-header``: clients would drop the tool. The author's fault, not the caller's."""


@dataclass(frozen=True, slots=True)
class ParameterHeader:
    """``Mcp-Param-{token}`` repeats the argument at ``path``: ``ParameterHeader("Region", ("region",))``."""

    token: str
    path: Path

    @property
    def name(self) -> str:
        """Return the whole name of the header."""
        return PARAMETER_PREFIX + self.token


def annotated(input_schema: Mapping[str, Any]) -> tuple[ParameterHeader, ...]:
    """Return the headers that a tool's schema asks for.

    Raises:
        InvalidAnnotation: an annotation is no HTTP token, stands twice (ignoring case), on another type than string, integer
            or boolean, or where ``properties`` alone do not lead.
    """
    found: dict[str, ParameterHeader] = {}
    for path, schema in _positions(input_schema):
        if ANNOTATION in schema:
            header = _parameter_header(path, schema)
            if found.setdefault(header.token.lower(), header) is not header:
                raise InvalidAnnotation(f"{header.name} is asked for twice")
    return tuple(found.values())


def check(wanted: Sequence[ParameterHeader], arguments: Mapping[str, Any], headers: Headers) -> None:
    """Refuse a call whose ``Mcp-Param-*`` headers differ from its arguments; those that no parameter asks for are ignored.

    Raises:
        HeaderMismatch: a header is missing, surplus, repeated, malformed or different.
    """
    for header in wanted:
        _check_one(header, _argument(arguments, header.path), headers.parameters.get(header.token.lower(), ()))


def _check_one(header: ParameterHeader, argument: object, values: tuple[str, ...]) -> None:
    if len(values) > 1:
        raise HeaderMismatch(f"The header {header.name} came more than once.")
    if not isinstance(argument, str | int | float):
        # Absent, null, or of a type that no header can hold: none is expected, and the arguments' own check comes later.
        if values:
            raise HeaderMismatch(f"The header {header.name} has no counterpart in the arguments.")
    elif not values:
        raise HeaderMismatch(f"The header {header.name} is missing.")
    elif not _equal(decode_value(values[0], header.name), argument):
        raise HeaderMismatch(f"The header {header.name} differs from the argument in the body.")


def _equal(text: str, argument: str | float) -> bool:
    """Compare as text, numbers by value: 42.0 and 42 are equal. Decimal is exact for integers of any size."""
    if isinstance(argument, str):
        return text == argument
    if isinstance(argument, bool):
        return text == ("true" if argument else "false")
    return _DECIMAL.fullmatch(text) is not None and Decimal(text) == argument


def _argument(arguments: Mapping[str, Any], path: Path) -> object:
    node: object = arguments
    for key in path:
        if not isinstance(node, Mapping):
            return None
        node = node.get(key)
    return node


def _parameter_header(path: Path | None, schema: Mapping[str, Any]) -> ParameterHeader:
    if not path:
        raise InvalidAnnotation(f"{ANNOTATION} stands where properties alone do not lead")
    token = schema[ANNOTATION]
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise InvalidAnnotation(f"{ANNOTATION} of {'.'.join(path)} is no HTTP token")
    if schema.get("type") not in _TYPES:
        raise InvalidAnnotation(f"{ANNOTATION} of {'.'.join(path)} is for strings, integers and booleans")
    return ParameterHeader(token, path)


def _positions(root: Mapping[str, Any]) -> Iterator[tuple[Path | None, Mapping[str, Any]]]:
    """Yield every schema within ``root`` and the chain of properties that leads to it, None when anything else does."""
    waiting: list[tuple[Path | None, Any]] = [((), root)]
    while waiting:
        path, schema = waiting.pop()
        if not isinstance(schema, Mapping):
            continue
        yield path, schema
        for name, property_schema in reversed(_named(schema, "properties")):
            waiting.append((None if path is None else (*path, name), property_schema))
        waiting.extend((None, inner) for inner in _inner(schema))


def _inner(schema: Mapping[str, Any]) -> Iterator[Any]:
    for keyword in _ONE:
        yield schema.get(keyword)
    for keyword in _LISTED:
        listed = schema.get(keyword)
        yield from listed if isinstance(listed, list) else ()
    for keyword in _NAMED:
        yield from (inner for _, inner in _named(schema, keyword))


def _named(schema: Mapping[str, Any], keyword: str) -> list[tuple[str, Any]]:
    value = schema.get(keyword)
    return list(value.items()) if isinstance(value, Mapping) else []
