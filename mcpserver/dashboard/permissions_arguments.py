"""A form made from the JSON schema of a tool's arguments, and the arguments that were filled in. Pure: values in, values out.

It helps to fill in and judges nothing but JSON: whether arguments fit is the tool's own word.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["text", "long", "number", "number_or_text", "choice", "boolean", "json"]
_PREFIX = "argument-"
# A text that may be longer than this gets more than a line.
_LINE = 300


@dataclass(frozen=True, slots=True)
class Field:
    """One argument. ``default`` is what holds when nothing is filled in; ``choices`` are of a list of values."""

    name: str
    kind: Kind
    is_required: bool = False
    description: str = ""
    default: str = ""
    choices: tuple[str, ...] = ()
    value: str = ""
    error: str = ""

    @property
    def key(self) -> str:
        """Return the name of the form's field."""
        return _PREFIX + self.name


class NotJson(ValueError):
    """What was filled in is no JSON. The message is for whoever filled it in."""


def fields(schema: Mapping[str, Any], given: Mapping[str, str] | None = None) -> list[Field]:
    """Return the form's fields, in the order of the schema, with what was ``given`` in them and what is wrong with it."""
    required = schema.get("required", ())
    return [_field(name, part, schema, name in required, given or {}) for name, part in schema.get("properties", {}).items()]


def read(made: list[Field]) -> dict[str, object]:
    """Return the arguments; what was left empty is left out. Ask for ``error`` of the fields first."""
    return {
        each.name: _value(each) for each in made if each.value.strip() or (each.is_required and each.kind in ("text", "long"))
    }


def _field(name: str, part: Mapping[str, Any], schema: Mapping[str, Any], is_required: bool, given: Mapping[str, str]) -> Field:  # noqa: FBT001
    part = _resolved(part, schema)
    choices = tuple(str(value) for value in part.get("enum", ()) if isinstance(value, str))
    default = part.get("default")
    made = Field(
        name=name,
        kind=_kind(part, schema),
        is_required=is_required,
        description=str(part.get("description", "")),
        default="" if default in (None, "") else default if isinstance(default, str) else json.dumps(default),
        choices=choices,
        value=given.get(_PREFIX + name, ""),
    )
    if not made.value.strip():
        return made
    try:
        _value(made)
    except NotJson as error:
        return Field(made.name, made.kind, is_required, made.description, made.default, choices, made.value, str(error))
    return made


def _kind(part: Mapping[str, Any], schema: Mapping[str, Any]) -> Kind:
    if any(isinstance(value, str) for value in part.get("enum", ())):
        return "choice"
    options = [_resolved(each, schema) for each in part.get("anyOf", [part])]
    types = {each.get("type") for each in options} - {"null"}
    if types == {"string"}:
        return "long" if any(each.get("maxLength", 0) > _LINE for each in options) else "text"
    if types <= {"integer", "number"} and types:
        return "number"
    if types <= {"integer", "number", "string"} and types:
        return "number_or_text"
    return "boolean" if types == {"boolean"} else "json"


def _resolved(part: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a part of the schema, or what it refers to within the schema."""
    name = str(part.get("$ref", "")).removeprefix("#/$defs/")
    found: Mapping[str, Any] = schema.get("$defs", {}).get(name, part)
    return found


def _value(field: Field) -> object:
    """Return what a field holds.

    Raises:
        NotJson: it has to be JSON, and is not.
    """
    match field.kind:
        case "text" | "long" | "choice":
            return field.value.replace("\r\n", "\n")
        case "boolean":
            return field.value == "true"
        case "number" | "number_or_text":
            # What is no number goes as it is: the tool says what it takes.
            return _number(field.value.strip())
        case _:
            return _json(field.value)


def _number(text: str) -> object:
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return found if isinstance(found, int | float) and not isinstance(found, bool) else text


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise NotJson('This has to be JSON, such as ["one", "two"] or {"name": 1}.') from None
