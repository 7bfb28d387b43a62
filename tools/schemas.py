"""JSON Schema 2020-12 from pydantic models, without the noise."""

from typing import Any

from pydantic import BaseModel

# Where a schema holds other schemas. Everything else (default, const, enum, examples) is data and stays as it is.
_MAPS_OF_SCHEMAS = ("properties", "patternProperties", "$defs", "dependentSchemas")
_LISTS_OF_SCHEMAS = ("anyOf", "oneOf", "allOf", "prefixItems")
_SINGLE_SCHEMAS = ("items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else")

# What stands under these names only a part of the object: closed, it would refuse the rest of it. Models stand in ``$defs``.
_CONDITIONS = ("anyOf", "oneOf", "allOf", "not", "if", "then", "else", "dependentSchemas")


def input_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the schema of a tool's arguments: an object, closed at every level (MCP 2026-07-28 server/tools)."""
    schema = {"type": "object", **model.model_json_schema()}
    _tidy(schema, closed=True)
    return schema


def output_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the schema of a tool's structured content. It stays open: a field may be added without breaking a client."""
    schema = {"type": "object", **model.model_json_schema(mode="serialization")}
    _tidy(schema, closed=False)
    return schema


def _tidy(schema: dict[str, Any], *, closed: bool, in_condition: bool = False) -> None:
    """Drop the titles that pydantic makes from Python's names; close inputs, drop defaults of outputs; in place."""
    schema.pop("title", None)
    if not closed:
        schema.pop("default", None)  # it says nothing about an answer
    elif "properties" in schema and not in_condition:
        schema.setdefault("additionalProperties", False)
    for keyword, child in _children(schema):
        _tidy(child, closed=closed, in_condition=in_condition or keyword in _CONDITIONS)


def _children(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    found = [(key, schema[key]) for key in _SINGLE_SCHEMAS if key in schema]
    for key in _LISTS_OF_SCHEMAS:
        found.extend((key, each) for each in schema.get(key, ()))
    for key in _MAPS_OF_SCHEMAS:
        found.extend((key, each) for each in schema.get(key, {}).values())
    return [(key, child) for key, child in found if isinstance(child, dict)]
