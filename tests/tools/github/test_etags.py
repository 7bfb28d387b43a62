"""What is kept of GitHub's answers: for whom, how much, how long."""

import pytest

from tools.github import etags
from tools.github.etags import ETags, Holder, Kept

ALICE, ALICE_WIDE, BOB = Holder(1001, "a"), Holder(1001, "b"), Holder(1002, "a")
NOW = 1_800_000_000.0


def kept(size: int = 10, *, at: float = NOW, etag: str = '"1"') -> Kept:
    return Kept(etag, b"x" * size, has_next=False, kept_at=at)


@pytest.mark.parametrize("other", [ALICE_WIDE, BOB])
def test_an_answer_is_its_holders_alone(other: Holder) -> None:
    store = ETags()
    store.put(ALICE, "/user", kept())
    assert store.get(ALICE, "/user", now=NOW) == kept()
    assert store.get(other, "/user", now=NOW) is None
    assert store.get(ALICE, "/user/repos", now=NOW) is None


def test_a_newer_answer_takes_the_place_of_an_older_one() -> None:
    store = ETags()
    store.put(ALICE, "/user", kept(10))
    store.put(ALICE, "/user", kept(7, etag='"2"'))
    assert store.get(ALICE, "/user", now=NOW) == kept(7, etag='"2"')
    assert store.held_bytes == 7


def test_a_very_large_answer_is_not_kept() -> None:
    store = ETags()
    store.put(ALICE, "/a", kept(etags.MAX_ANSWER_BYTES))
    store.put(ALICE, "/b", kept(etags.MAX_ANSWER_BYTES + 1))
    assert store.get(ALICE, "/a", now=NOW) is not None
    assert store.get(ALICE, "/b", now=NOW) is None


def test_one_holder_pushes_out_its_own_oldest() -> None:
    store = ETags()
    store.put(BOB, "/user", kept())
    for number in range(4):
        store.put(ALICE, f"/{number}", kept(etags.MAX_ANSWER_BYTES))
    store.get(ALICE, "/0", now=NOW)
    store.put(ALICE, "/4", kept(etags.MAX_ANSWER_BYTES))
    held = [number for number in range(5) if store.get(ALICE, f"/{number}", now=NOW)]
    assert held == [0, 2, 3, 4]
    assert store.get(BOB, "/user", now=NOW) is not None


def test_the_whole_is_bounded_and_who_was_quiet_longest_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(etags, "MAX_BYTES", 100)
    store = ETags()
    for number in range(12):
        store.put(Holder(number, "t"), "/user", kept(10))
    assert store.held_bytes == 100
    assert [number for number in range(12) if store.get(Holder(number, "t"), "/user", now=NOW)] == list(range(2, 12))


def test_what_is_old_is_dropped_with_everything_of_who_went_away() -> None:
    store = ETags()
    store.put(ALICE, "/user", kept())
    later = NOW + etags.MAX_AGE_SECONDS
    assert store.get(ALICE, "/user", now=later) is not None
    store.put(BOB, "/user", kept(5, at=later + 1))
    assert store.held_bytes == 5
    assert store.get(ALICE, "/user", now=later + 1) is None


def test_an_old_answer_of_an_active_holder_is_not_used() -> None:
    store = ETags()
    store.put(ALICE, "/old", kept())
    store.put(ALICE, "/new", kept(at=NOW + etags.MAX_AGE_SECONDS))
    assert store.get(ALICE, "/old", now=NOW + etags.MAX_AGE_SECONDS + 1) is None
    assert store.held_bytes == 10


def test_forgetting_leaves_nothing_of_one_and_all_of_others() -> None:
    store = ETags()
    for holder in (ALICE, BOB):
        store.put(holder, "/a", kept())
        store.put(holder, "/b", kept())
    store.forget(ALICE)
    store.forget(ALICE)
    assert store.held_bytes == 20
    assert store.get(ALICE, "/a", now=NOW) is None
    assert store.get(BOB, "/a", now=NOW) is not None
