import json
import time
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from tests.tools.cast import context_of
from tools import runner
from tools.catalog import CATALOG
from tools.results import ToolResult
from wire import strict_json

pytestmark = pytest.mark.asyncio


async def call(operation: Any, a: Any, b: Any, **more: Any) -> ToolResult:
    tool = CATALOG.get("calculate")
    assert tool is not None
    return await runner.run(tool, {"operation": operation, "a": a, "b": b, **more}, context_of())


@pytest.mark.parametrize(
    ("operation", "a", "b", "result", "number"),
    [
        ("add", 2, 3, "5", 5),
        ("add", 0.1, 0.2, "0.3", 0.3),
        ("subtract", 2, 3, "-1", -1),
        ("multiply", 6, 7, "42", 42),
        ("multiply", 1.1, 3, "3.3", 3.3),
        ("divide", 10, 4, "2.5", 2.5),
        ("divide", 10, 5, "2", 2),
        ("power", 7, 8, "5764801", 5764801),
        ("power", 2, -1, "0.5", 0.5),
        ("modulo", -7, 3, "2", 2),
        ("root", 27, 3, "3", 3),
        ("root", 2.0, 1, "2", 2),
        ("add", "0.1", 0.2, "0.3", 0.3),
        ("subtract", 1e16, 1, "9999999999999999", None),
        ("add", 2**53, 1, "9007199254740993", None),
        ("multiply", 1e308, 10, "1" + "0" * 309, None),
        ("multiply", "12345678901234567890", "98765432109876543210", "1219326311370217952237463801111263526900", None),
        ("add", "-0", "-0", "0", 0),
        ("multiply", -0.0, 5, "0", 0),
        ("add", "0e99999", 1, "1", 1),
        ("add", "007", "1E2", "107", 107),
        ("power", -1, "1e999", "1", 1),
        ("modulo", "1e999", "1e-999", "0", 0),
        ("multiply", 5e-324, "2e323", "1", 1),
    ],
)
async def test_the_answer_is_what_a_person_expects(operation: str, a: Any, b: Any, result: str, number: float | None) -> None:
    found = await call(operation, a, b)
    expected: dict[str, Any] = {"result": result, "exact": True}
    assert found.structured == expected | ({} if number is None else {"number": number})
    assert found.content == [{"type": "text", "text": result}]


async def test_a_rounded_answer_says_so() -> None:
    found = await call("root", 2, 2)
    assert found.structured == {
        "result": "1.414213562373095048801688724209698",
        "exact": False,
        "number": 1.4142135623730951,
    }
    assert found.content[0]["text"] == "1.414213562373095048801688724209698 (rounded to 34 significant digits)"


async def test_a_large_integer_is_exact_from_the_wire_to_the_wire() -> None:
    arguments = strict_json.loads(b'{"operation": "add", "a": 123456789012345678901234567890, "b": 1}')
    found = await call(**arguments)
    assert b'"123456789012345678901234567891"' in strict_json.dumps(found.structured)


@pytest.mark.parametrize(
    ("operation", "a", "b", "words"),
    [
        ("divide", 1, 0, "Division by zero"),
        ("divide", 0, 0, "Division by zero"),
        ("modulo", 1, 0.0, "Division by zero"),
        ("power", 0, -1, "Division by zero"),
        ("power", 10, 10**10, "too large"),
        ("power", 10, 10_000_000_000.0, "too large"),
        ("power", "9" * 1000, "9" * 1000, "too large"),
        ("multiply", "1e999", 10, "too large"),
        ("power", 10, -(10**10), "too close to zero"),
        ("power", -8, 0.5, "no real result"),
        ("root", -4, 2, "no real result"),
        ("root", 4, 0, "whole number other than 0"),
        ("add", "NaN", 1, "must be finite"),
        ("add", 1, "-Infinity", "must be finite"),
        ("add", "1e1000", 1, "more than 1000 digits"),
        ("add", "9" * 5000, 1, "more than 1000 digits"),
        ("add", 10**1000, 1, "more than 1000 digits"),
        ("add", "1e999999999", 1, "more than 1000 digits"),
        ("add", "1e-999999999", 1, "more than 1000 digits"),
        ("add", "0e999999999", 1, "more than 1000 digits"),
        ("add", 10**4000, 1, "more than 1000 digits"),
        ("add", "0" * 4000 + "1", 1, "more than 1000 digits"),
        ("multiply", "1e500", "1e500", "too large"),
        ("power", "1e-999", "1e999", "too close to zero"),
        ("power", "-0", -1, "Division by zero"),
        ("modulo", 5, "-0", "Division by zero"),
        ("add", "Infinity", 1, "must be finite"),
        ("add", "+inf", 1, "must be finite"),
        ("add", "٣", 1, "must be a number"),
        ("add", "1e٣", 1, "must be a number"),
        ("add", "１", 1, "must be a number"),  # noqa: RUF001 - a digit to Python, and not to JSON
        ("add", "−1", 1, "must be a number"),  # noqa: RUF001 - a minus sign to people alone
        ("add", "1_000", 1, "must be a number"),
        ("add", "0x10", 1, "must be a number"),
        ("add", "1/3", 1, "must be a number"),
        ("add", "1j", 1, "must be a number"),
        ("add", " 1", 1, "must be a number"),
        ("add", "1\n", 1, "must be a number"),
        ("add", "1\0", 1, "must be a number"),
        ("add", "sNaN", 1, "must be a number"),
        ("add", "+-1", 1, "must be a number"),
        ("add", {"a": 1}, 1, "must be a number"),
        ("add", True, 1, "must be a number"),
        ("add", None, 1, "must be a number"),
        ("add", [1], 1, "must be a number"),
        ("add", "__import__('os').getcwd()", 1, "must be a number"),
        ("exponentiate", 2, 3, "'add', 'subtract'"),
        ("__class__", 2, 3, "'add', 'subtract'"),
        (["add"], 2, 3, "operation"),
    ],
)
async def test_without_an_answer_the_error_says_why_at_once(operation: Any, a: Any, b: Any, words: str) -> None:
    before = time.process_time()
    found = await call(operation, a, b)
    assert time.process_time() - before < 0.1
    assert found.is_error
    assert words in found.content[0]["text"]
    assert found.structured is None


async def test_all_wrong_arguments_are_told_at_once() -> None:
    found = await call("sum", "one", None, precision=3)
    assert [line.split(":")[0] for line in found.content[0]["text"].splitlines()[1:]] == [
        "- operation",
        "- a",
        "- b",
        "- precision",
    ]


@pytest.mark.parametrize("value", ["1", "-1.5e3", ".5", 5, 5.5, "1e9999", "1,5", "", "NaN", "1 "])
async def test_the_schema_and_the_tool_agree_on_what_a_number_looks_like(value: Any) -> None:
    tool = CATALOG.get("calculate")
    assert tool is not None
    fits = jsonschema.Draft202012Validator(tool.definition["inputSchema"]).is_valid({"operation": "add", "a": value, "b": 1})
    found = await call("add", value, 1)
    # What the schema lets through may still be too long; what it refuses is never taken.
    assert fits is ("must be" not in found.content[0]["text"])


async def test_the_structured_answer_fits_its_schema() -> None:
    tool = CATALOG.get("calculate")
    assert tool is not None
    for operation, a, b in [("add", 1, 2), ("divide", 1, 3), ("power", 2, 200)]:
        found = await call(operation, a, b)
        jsonschema.validate(json.loads(strict_json.dumps(found.structured)), tool.definition["outputSchema"])
