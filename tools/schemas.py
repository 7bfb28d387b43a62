"""JSON Schema 2020-12 from pydantic models, without the noise."""

from typing import Any

from pydantic import BaseModel

# Where a schema holds other schemas. Everything else (default, const, enum, examples) is data and stays as it is.
_MAPS_OF_SCHEMAS = ("properties", "patternProperties", "$defs", "dependentSchemas")
_LISTS_OF_SCHEMAS = ("anyOf", "oneOf", "allOf", "prefixItems")
_SINGLE_SCHEMAS = ("items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else")


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


def _tidy(schema: dict[str, Any], *, closed: bool) -> None:
    """Drop the titles that pydantic makes from Python's names; close inputs, drop defaults of outputs; in place."""
    schema.pop("title", None)
    if not closed:
        schema.pop("default", None)  # it says nothing about an answer
    elif "properties" in schema:
        schema.setdefault("additionalProperties", False)
    for child in _children(schema):
        _tidy(child, closed=closed)


def _children(schema: dict[str, Any]) -> list[dict[str, Any]]:
    found = [schema[key] for key in _SINGLE_SCHEMAS if key in schema]
    for key in _LISTS_OF_SCHEMAS:
        found.extend(schema.get(key, ()))
    for key in _MAPS_OF_SCHEMAS:
        found.extend(schema.get(key, {}).values())
    return [child for child in found if isinstance(child, dict)]
