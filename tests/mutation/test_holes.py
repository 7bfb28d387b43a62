"""The table of holes keeps up with the product: `make mutation` opens them, this only looks that each still can be opened."""

import re

import pytest

from tests.mutation.hole import PROJECT, Hole
from tests.mutation.holes import HOLES

LEAST = 25
by_title = pytest.mark.parametrize("hole", HOLES, ids=lambda hole: hole.title)


@by_title
def test_a_hole_can_be_opened_in_exactly_one_place(hole: Hole) -> None:
    text = (PROJECT / hole.file).read_text(encoding="utf-8")
    assert hole.opened(text) != text
    compile(hole.opened(text), hole.file, "exec")


@by_title
def test_the_tests_that_must_see_it_are_there(hole: Hole) -> None:
    assert hole.tests
    for test in hole.tests:
        file, _, name = test.partition("::")
        assert re.search(rf"^(?:async )?def {name}\(", (PROJECT / file).read_text(encoding="utf-8"), re.MULTILINE), test


def test_no_hole_is_counted_twice() -> None:
    assert len(HOLES) >= LEAST
    assert len({hole.title for hole in HOLES}) == len({(hole.file, hole.before) for hole in HOLES}) == len(HOLES)


def test_a_text_that_moved_is_told() -> None:
    hole = Hole(0, "moved", "file.py", "x = 1", "x = 2", ())
    for text in ("", "x = 1\nx = 1"):
        with pytest.raises(ValueError, match="and not once"):
            hole.opened(text)
