import json

import pytest
from pydantic import BaseModel

from tools import results


class Sum(BaseModel):
    total: int


@pytest.mark.parametrize("value", [Sum(total=3), {"total": 3}])
def test_structured_content_is_repeated_as_text(value: Sum | dict[str, int]) -> None:
    """MCP 2026-07-28 server/tools, Structured Content."""
    result = results.structured(value)
    assert result.structured == {"total": 3}
    assert [block["type"] for block in result.content] == ["text"]
    assert json.loads(result.content[0]["text"]) == {"total": 3}
    assert not result.is_error


def test_plain_words_may_stand_in_for_the_json() -> None:
    assert results.structured({"total": 3}, text="three").content == [{"type": "text", "text": "three"}]


def test_a_large_integer_stays_exact_in_the_text() -> None:
    assert str(2**80) in results.structured({"total": 2**80}).content[0]["text"]


def test_an_error_says_that_it_is_one() -> None:
    result = results.error("No.")
    assert result.is_error
    assert result.content == [{"type": "text", "text": "No."}]
    assert result.structured is None
    assert not results.text("Yes.").is_error
