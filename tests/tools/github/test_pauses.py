"""Until when nothing is asked."""

import pytest

from tools.github import pauses
from tools.github.etags import Holder
from tools.github.pauses import EVERYTHING, Pauses

ALICE, BOB = Holder(1001, "a"), Holder(1002, "b")
NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("limited", "asked", "holder", "at", "seconds"),
    [
        ("core", "core", ALICE, 0, 30),
        ("core", "core", ALICE, 29.5, 1),
        ("core", "core", ALICE, 30, 0),
        ("core", "core", ALICE, 31, 0),
        ("core", "search", ALICE, 0, 0),
        ("search", "core", ALICE, 0, 0),
        (EVERYTHING, "core", ALICE, 0, 30),
        (EVERYTHING, "search", ALICE, 0, 30),
        (EVERYTHING, "core", BOB, 0, 0),
    ],
)
def test_a_pause_holds_for_its_kind_and_its_holder(limited: str, asked: str, holder: Holder, at: float, seconds: int) -> None:
    kept = Pauses()
    kept.begin(ALICE, limited, until=NOW + 30)
    assert kept.seconds_left(holder, asked, now=NOW + at) == seconds


def test_the_newest_word_counts() -> None:
    kept = Pauses()
    kept.begin(ALICE, "core", until=NOW + 30)
    kept.begin(ALICE, "core", until=NOW + 5)
    assert kept.seconds_left(ALICE, "core", now=NOW) == 5


def test_pauses_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pauses, "MAX_PAUSES", 2)
    kept = Pauses()
    for number in range(3):
        kept.begin(Holder(number, "t"), "core", until=NOW + 30)
    assert [kept.seconds_left(Holder(number, "t"), "core", now=NOW) for number in range(3)] == [0, 30, 30]
