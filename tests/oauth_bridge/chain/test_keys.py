"""Sets of keys as ranges do what sets do."""

import random

import pytest

from oauth_bridge.chain import keys
from oauth_bridge.chain.keys import Keys


@pytest.mark.parametrize("seed", range(20))
def test_they_are_sets(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  nothing secret: the same cases each time
    one, other = ({chance.randrange(60) for _ in range(chance.randrange(50))} for _ in range(2))
    shuffled = [chance.sample(sorted(some), len(some)) for some in (one, other)]
    first, second = map(Keys, shuffled)
    assert list(first.each()) == sorted(one)
    assert len(first) == len(one)
    assert {key for key in range(-1, 62) if key in first} == one
    assert set(first.without(second).each()) == one - other
    assert list(keys.read(first.written()).ranges()) == list(first.ranges())
    # No two ranges touch: as many as there are gaps.
    assert sum(1 for _ in first.ranges()) == sum(key - 1 not in one for key in one)
    first.update(second)
    assert set(first.each()) == one | other


def test_ranges_that_overlap_are_one() -> None:
    some = Keys()
    for first, last in ((10, 20), (30, 40), (1, 2), (15, 35), (3, 3), (50, 50), (49, 49)):
        some.add(first, last)
    assert some.written() == "1-3 10-40 49-50"


@pytest.mark.parametrize("text", ["x", "1-", "-1", "2-1", "1,2", "1--2", "٣", "1" * 19, "1 2 ;"])
def test_what_nobody_here_wrote_is_not_read(text: str) -> None:
    with pytest.raises(keys.Unreadable):
        keys.read(text)
