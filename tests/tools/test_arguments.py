import datetime as dt
from typing import Any

import pytest
from pydantic import BaseModel, Field

from tools import arguments
from tools.context import ToolContext
from tools.registry import tool
from tools.results import ToolResult, text


class Inner(BaseModel):
    count: int


class Arguments(BaseModel):
    limit: int = Field(default=10, ge=1, le=100)
    name: str = "x"
    day: dt.date | None = None
    inner: Inner | None = None
    numbers: list[int] = []


@tool(title="Sample", scopes=set(), read_only=True)
async def sample(arguments: Arguments, context: ToolContext) -> ToolResult:
    """Do nothing."""
    return text("")


def complaint(**given: Any) -> str:
    with pytest.raises(arguments.InvalidArguments) as caught:
        arguments.parse(sample, given)
    return str(caught.value)


def test_right_arguments_arrive_as_the_tool_wants_them() -> None:
    found = arguments.parse(sample, {"limit": 3, "day": "2026-11-24", "inner": {"count": 2**70}, "numbers": [1, 2.0]})
    assert found == Arguments(limit=3, day=dt.date(2026, 11, 24), inner=Inner(count=2**70), numbers=[1, 2])
    assert arguments.parse(sample, {}) == Arguments()


@pytest.mark.parametrize("value", [10.0, -0.0 + 7])
def test_a_whole_number_written_with_a_point_is_an_integer(value: float) -> None:
    """JSON Schema 2020-12 §6.1.1: 10.0 is an integer."""
    assert arguments.parse(sample, {"limit": value}) == Arguments(limit=int(value))


@pytest.mark.parametrize("value", ["3", 2.5, True, None, [], {}, 1e300])
def test_nothing_is_coerced(value: Any) -> None:
    assert "- limit: " in complaint(limit=value)


def test_every_error_is_told_at_once() -> None:
    message = complaint(limit=0, name=5, inner={}, colour="red", numbers=["1"])
    assert message.splitlines() == [
        "The arguments of sample are not right. Correct them and call it again:",
        "- limit: Input should be greater than or equal to 1",
        "- name: Input should be a valid string",
        "- inner.count: is required",
        "- numbers.0: Input should be a valid integer",
        "- colour: is not an argument of this tool, which takes limit, name, day, inner, numbers",
    ]


def test_an_unknown_name_inside_is_refused_too() -> None:
    assert "inner.more" in complaint(inner={"count": 1, "more": 2})


def test_what_was_sent_is_not_repeated() -> None:
    assert "s3cret" not in complaint(limit="s3cret", name=["s3cret"], day="s3cret", inner="s3cret")


def test_a_flood_of_errors_is_cut() -> None:
    message = complaint(**{f"{'n' * 5000}{number}": 1 for number in range(500)})
    assert "- and 480 more" in message
    assert len(message) < 5000


def test_what_json_cannot_hold_is_an_error_of_the_caller() -> None:
    assert "not a JSON object" in complaint(name="\ud800")
