"""The form that is made of a tool's schema, and the arguments that are read from it."""

from typing import Any

import pytest

from mcpserver.dashboard.permissions_arguments import Field, fields, read
from tools.catalog import CATALOG

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["title", "count"],
    "properties": {
        "title": {"type": "string", "maxLength": 100, "description": "In one line"},
        "text": {"type": "string", "maxLength": 5000, "default": ""},
        "owner": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "count": {"type": "integer", "default": 10},
        "size": {"anyOf": [{"type": "number"}, {"type": "string"}]},
        "order": {"enum": ["up", "down"], "type": "string", "default": "up"},
        "colour": {"$ref": "#/$defs/Colour"},
        "deep": {"type": "boolean", "default": False},
        "labels": {"type": "array", "items": {"type": "string"}, "default": ["a"]},
        "anything": {},
        "lost": {"$ref": "#/$defs/Nowhere"},
    },
    "$defs": {"Colour": {"enum": ["red", "green"], "type": "string"}},
}


def filled(**given: str) -> list[Field]:
    return fields(SCHEMA, {f"argument-{name}": value for name, value in given.items()})


def test_each_property_becomes_a_field_of_its_kind_in_the_order_of_the_schema() -> None:
    assert [(each.name, each.kind, each.default) for each in fields(SCHEMA)] == [
        ("title", "text", ""),
        ("text", "long", ""),
        ("owner", "text", ""),
        ("count", "number", "10"),
        ("size", "number_or_text", ""),
        ("order", "choice", "up"),
        ("colour", "choice", ""),
        ("deep", "boolean", "false"),
        ("labels", "json", '["a"]'),
        ("anything", "json", ""),
        ("lost", "json", ""),
    ]
    assert [each.name for each in fields(SCHEMA) if each.is_required] == ["title", "count"]
    assert fields(SCHEMA)[0].description == "In one line"
    assert fields(SCHEMA)[6].choices == ("red", "green")


READ = [
    ({"title": "one"}, {"title": "one"}),
    # Left out, so that the tool's own default holds; a required text is sent as it was left.
    ({}, {"title": ""}),
    ({"title": " ", "text": "a\r\nb"}, {"title": " ", "text": "a\nb"}),
    ({"title": "x", "count": " 3 "}, {"title": "x", "count": 3}),
    ({"title": "x", "count": "3.5"}, {"title": "x", "count": 3.5}),
    ({"title": "x", "count": "three"}, {"title": "x", "count": "three"}),
    ({"title": "x", "count": "true"}, {"title": "x", "count": "true"}),
    ({"title": "x", "size": "12"}, {"title": "x", "size": 12}),
    ({"title": "x", "size": "1e"}, {"title": "x", "size": "1e"}),
    ({"title": "x", "order": "down", "colour": "red"}, {"title": "x", "order": "down", "colour": "red"}),
    ({"title": "x", "deep": "true"}, {"title": "x", "deep": True}),
    ({"title": "x", "deep": "false"}, {"title": "x", "deep": False}),
    ({"title": "x", "labels": '["a", "b"]', "anything": "null"}, {"title": "x", "labels": ["a", "b"], "anything": None}),
    # A text that looks like something else is a text.
    ({"title": "42", "owner": "null"}, {"title": "42", "owner": "null"}),
]


@pytest.mark.parametrize(("given", "arguments"), READ)
def test_what_is_filled_in_becomes_an_argument(given: dict[str, str], arguments: dict[str, object]) -> None:
    made = filled(**given)
    assert not any(each.error for each in made)
    assert read(made) == arguments


@pytest.mark.parametrize("text", ["[1", "{", "one, two", "[" * 100_000])
def test_what_is_no_json_is_told_at_its_field_and_kept(text: str) -> None:
    wrong = [each for each in filled(title="x", labels=text) if each.error]
    assert [(each.name, each.value) for each in wrong] == [("labels", text)]
    assert "This has to be JSON" in wrong[0].error


def test_every_tool_of_the_catalog_has_a_form() -> None:
    made = {tool.name: fields(tool.definition["inputSchema"]) for tool in CATALOG}
    for tool in CATALOG:
        assert [each.name for each in made[tool.name]] == list(tool.definition["inputSchema"]["properties"])
    assert [each.kind for each in made["calculate"]] == ["choice", "number_or_text", "number_or_text"]
