from typing import Any, Literal

import jsonschema  # type: ignore[import-untyped]
from pydantic import BaseModel, Field

from tools import schemas


class Inner(BaseModel):
    title: str = Field(examples=[{"title": "kept"}])


class Model(BaseModel):
    title: Literal["title"] = "title"
    inner: Inner
    several: list[Inner] = []
    either: Inner | None = None
    named: dict[str, Inner] = {}


class Empty(BaseModel):
    pass


def _titles(value: Any, path: str = "") -> list[str]:
    """Return where a ``title`` keyword holds a string; a property of that name holds a schema."""
    if isinstance(value, dict):
        here = [path] if isinstance(value.get("title"), str) else []
        return here + [found for key, item in value.items() if key != "examples" for found in _titles(item, f"{path}/{key}")]
    return [found for item in value for found in _titles(item, path)] if isinstance(value, list) else []


def test_the_titles_that_pydantic_makes_are_gone_and_a_property_called_title_stays() -> None:
    for schema in (schemas.input_schema(Model), schemas.output_schema(Model)):
        assert _titles(schema) == []
        assert schema["properties"]["title"]["const"] == "title"
        assert schema["$defs"]["Inner"]["properties"]["title"] == {"type": "string", "examples": [{"title": "kept"}]}


def test_an_input_is_closed_at_every_level_and_an_output_is_open() -> None:
    closed, open_ = schemas.input_schema(Model), schemas.output_schema(Model)
    assert closed["additionalProperties"] is False
    assert closed["$defs"]["Inner"]["additionalProperties"] is False
    # A map says itself what its values are.
    assert closed["properties"]["named"]["additionalProperties"] == {"$ref": "#/$defs/Inner"}
    assert "additionalProperties" not in open_
    assert "additionalProperties" not in open_["$defs"]["Inner"]


def test_defaults_are_told_for_inputs_only() -> None:
    assert schemas.input_schema(Model)["properties"]["title"]["default"] == "title"
    assert "default" not in schemas.output_schema(Model)["properties"]["title"]


def test_a_tool_without_parameters_takes_an_empty_closed_object() -> None:
    """MCP 2026-07-28 server/tools: ``inputSchema`` is never null."""
    assert schemas.input_schema(Empty) == {"type": "object", "properties": {}, "additionalProperties": False}


def test_the_schemas_are_of_the_default_dialect() -> None:
    """MCP 2025-11-25 basic, JSON Schema Usage: 2020-12."""
    for model in (Model, Empty):
        jsonschema.Draft202012Validator.check_schema(schemas.input_schema(model))
        jsonschema.Draft202012Validator.check_schema(schemas.output_schema(model))


def test_a_condition_is_not_closed() -> None:
    """It speaks of a part of the object: closed, it would never hold."""
    properties = {"properties": {"a": {"const": 1}}}
    added = {"if": dict(properties), "then": dict(properties), "allOf": [dict(properties)]}

    class Conditional(BaseModel):
        model_config = {"json_schema_extra": added}

        a: int

    schema = schemas.input_schema(Conditional)
    assert schema["if"] == schema["then"] == schema["allOf"][0] == properties
    assert schema["additionalProperties"] is False
