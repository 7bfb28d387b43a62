import json

import pytest

from tools import sizes
from tools.content import image, words
from tools.results import ToolResult, blocks, structured, text

MOST = 1_000


@pytest.mark.parametrize("letter", ["x", "ü", "\n", '"', "\x01", "\U0001f600"])
def test_long_text_is_cut_and_says_how_to_get_the_rest(letter: str) -> None:
    result, size = sizes.bounded("look", text(letter * 5_000), MOST)
    said = result.content[0]["text"]
    assert said.startswith(letter)
    assert "[Cut here: the result of look has" in said
    assert "ask for less" in said
    assert 900 < size <= MOST
    assert size == len(json.dumps(result.content, separators=(",", ":"), ensure_ascii=False))


def test_what_fits_is_left_alone() -> None:
    result = structured({"a": 1}, text="one")
    assert sizes.bounded("look", result, MOST) == (result, len('{"a":1}') + len('[{"type":"text","text":"one"}]'))


@pytest.mark.parametrize(
    "result",
    [
        structured({"a": "x" * MOST}, text="short"),
        blocks(words("short"), image(b"x" * MOST)),
        blocks(words("x" * MOST), words("short")),
    ],
    ids=["structured", "a picture", "the first of two"],
)
def test_what_makes_sense_only_as_a_whole_is_refused(result: ToolResult) -> None:
    with pytest.raises(sizes.ResultTooLarge, match=r"is too large \([0-9]+ characters, at most 1000\). Ask for less."):
        sizes.bounded("look", result, MOST)
