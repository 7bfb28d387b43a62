"""``x-mcp-header`` and ``Mcp-Param-*`` (MCP 2026-07-28 streamable-http, Custom Headers from Tool Parameters)."""

from typing import Any

import pytest

from mcpserver.protocol import headers, parameter_headers
from mcpserver.protocol.errors import HeaderMismatch
from mcpserver.protocol.parameter_headers import InvalidAnnotation, ParameterHeader

REGION = {"type": "string", "x-mcp-header": "Region"}


def schema(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def test_annotations_are_found_at_any_depth_of_properties() -> None:
    found = parameter_headers.annotated(
        schema(
            plain={"type": "string"},
            region=REGION,
            where=schema(inner=schema(count={"type": "integer", "x-mcp-header": "Count"})),
            flag={"type": "boolean", "x-mcp-header": "X!#$%&'*+-.^_`|~9"},
        )
    )
    assert set(found) == {
        ParameterHeader("Region", ("region",)),
        ParameterHeader("Count", ("where", "inner", "count")),
        ParameterHeader("X!#$%&'*+-.^_`|~9", ("flag",)),
    }


@pytest.mark.parametrize(
    "harmless",
    [
        {"type": "object"},
        {"type": "object", "properties": None},
        schema(**{"x-mcp-header": {"type": "string"}}),
        schema(
            a={"type": "string", "default": {"x-mcp-header": 1}, "enum": [{"x-mcp-header": 1}], "const": {"x-mcp-header": 1}}
        ),
        {**schema(), "examples": [{"x-mcp-header": 1}], "required": ["x-mcp-header"]},
        schema(a=True, b={"items": True, "allOf": True}),
    ],
)
def test_data_is_not_mistaken_for_an_annotation(harmless: dict[str, Any]) -> None:
    assert parameter_headers.annotated(harmless) == ()


@pytest.mark.parametrize(
    "broken",
    [
        schema(a={"type": "string", "x-mcp-header": ""}),
        schema(a={"type": "string", "x-mcp-header": "a b"}),
        schema(a={"type": "string", "x-mcp-header": "a:b"}),
        schema(a={"type": "string", "x-mcp-header": "a\r\nb"}),
        schema(a={"type": "string", "x-mcp-header": "ä"}),
        schema(a={"type": "string", "x-mcp-header": 5}),
        schema(a={"type": "string", "x-mcp-header": None}),
        schema(a={"type": "number", "x-mcp-header": "A"}),
        schema(a={"type": "object", "x-mcp-header": "A"}),
        schema(a={"type": "null", "x-mcp-header": "A"}),
        schema(a={"x-mcp-header": "A"}),
        schema(a={"anyOf": [{"type": "string"}, {"type": "null"}], "x-mcp-header": "A"}),
        schema(a=REGION, b={"type": "string", "x-mcp-header": "REGION"}),
        {"type": "object", "x-mcp-header": "A"},
        schema(a={"type": "array", "items": REGION}),
        schema(a={"type": "array", "items": schema(b=REGION)}),
        schema(a={"type": "array", "prefixItems": [REGION]}),
        {"type": "object", "anyOf": [schema(a=REGION)]},
        {"type": "object", "oneOf": [schema(a=REGION)]},
        {"type": "object", "allOf": [schema(a=REGION)]},
        {"type": "object", "if": schema(a=REGION)},
        {"type": "object", "then": schema(a=REGION)},
        {"type": "object", "else": schema(a=REGION)},
        {"type": "object", "not": schema(a=REGION)},
        {"type": "object", "additionalProperties": REGION},
        {"type": "object", "patternProperties": {"^a": REGION}},
        {"type": "object", "dependentSchemas": {"a": schema(b=REGION)}},
        {"type": "object", "$defs": {"a": REGION}},
        {"type": "object", "definitions": {"a": REGION}},
    ],
)
def test_an_annotation_that_clients_would_refuse_is_refused_here(broken: dict[str, Any]) -> None:
    """Schema Extension: clients drop such a tool altogether."""
    with pytest.raises(InvalidAnnotation):
        parameter_headers.annotated(broken)


WANTED = parameter_headers.annotated(
    schema(
        text=REGION,
        number={"type": "integer", "x-mcp-header": "Number"},
        flag={"type": "boolean", "x-mcp-header": "Flag"},
        deep=schema(text={"type": "string", "x-mcp-header": "Deep"}),
    )
)


def check(arguments: dict[str, Any], *sent: tuple[str, str]) -> None:
    read = headers.read([(f"Mcp-Param-{name}".encode(), value.encode("latin-1")) for name, value in sent])
    parameter_headers.check(WANTED, arguments, read)


@pytest.mark.parametrize(
    ("arguments", "sent"),
    [
        ({}, []),
        ({"text": None, "deep": None}, []),
        ({"deep": {}}, []),
        ({"deep": "x"}, []),
        ({"text": ["x"], "number": {}}, []),
        ({"text": "eu"}, [("Region", "eu")]),
        ({"text": "eu"}, [("rEGION", "eu")]),
        ({"text": ""}, [("Region", "")]),
        ({"text": "Hello"}, [("Region", "=?base64?SGVsbG8=?=")]),
        ({"text": "SGVsbG8="}, [("Region", "SGVsbG8=")]),
        ({"text": "=?base64?SGVsbG8="}, [("Region", "=?base64?SGVsbG8=")]),
        ({"number": 42}, [("Number", "42")]),
        ({"number": 42}, [("Number", "42.0")]),
        ({"number": 42.0}, [("Number", "42")]),
        ({"number": -7}, [("Number", "-7")]),
        ({"number": 2**53 + 1}, [("Number", str(2**53 + 1))]),
        ({"number": 10**300}, [("Number", str(10**300))]),
        ({"number": 42}, [("Number", "=?base64?NDI=?=")]),
        ({"flag": True}, [("Flag", "true")]),
        ({"flag": False}, [("Flag", "false")]),
        ({"deep": {"text": "x"}}, [("Deep", "x")]),
        ({"text": "eu"}, [("Region", "eu"), ("Unknown", "anything"), ("Unknown", "twice")]),
    ],
)
def test_headers_that_agree_with_the_arguments_pass(arguments: dict[str, Any], sent: list[tuple[str, str]]) -> None:
    check(arguments, *sent)


@pytest.mark.parametrize(
    ("arguments", "sent"),
    [
        ({"text": "eu"}, []),
        ({"flag": False}, []),
        ({"number": 0}, []),
        ({"text": ""}, []),
        ({"deep": {"text": "x"}}, []),
        ({}, [("Region", "eu")]),
        ({"text": None}, [("Region", "null")]),
        ({"text": ["eu"]}, [("Region", "eu")]),
        ({"text": "eu"}, [("Region", "us")]),
        ({"text": "eu"}, [("Region", "EU")]),
        ({"text": "eu"}, [("Region", "eu"), ("Region", "eu")]),
        ({"text": "Hello"}, [("Region", "=?base64?SGVsbG8?=")]),
        ({"text": "Hello"}, [("Region", "=?base64?SGVs!!!bG8=?=")]),
        ({"text": "caf\xe9"}, [("Region", "caf\xe9")]),
        ({"number": 42}, [("Number", "43")]),
        ({"number": 42}, [("Number", "4.2e1")]),
        ({"number": 42}, [("Number", "+42")]),
        ({"number": 42}, [("Number", "42.5")]),
        ({"number": 42}, [("Number", "0x2a")]),
        ({"number": 42}, [("Number", "")]),
        ({"number": 2**53 + 1}, [("Number", str(2**53))]),
        ({"number": 1}, [("Number", "9" * 5000)]),
        ({"number": 1}, [("Number", "NaN")]),
        ({"number": True}, [("Number", "1")]),
        ({"flag": True}, [("Flag", "True")]),
        ({"flag": True}, [("Flag", "1")]),
        ({"flag": False}, [("Flag", "true")]),
    ],
)
def test_headers_that_differ_from_the_arguments_are_refused(arguments: dict[str, Any], sent: list[tuple[str, str]]) -> None:
    """Server Behavior for Custom Headers: 400 and -32020."""
    with pytest.raises(HeaderMismatch) as caught:
        check(arguments, *sent)
    assert (caught.value.code, caught.value.status) == (-32020, 400)
