"""What an answer may spend on text that people wrote."""

import pytest

from tools.excerpts import Budget


def test_what_one_text_took_the_next_cannot_take_again() -> None:
    budget = Budget(10)
    assert budget.take("123456") == ("123456", False)
    assert budget.take("abcdef") == ("abcd", True)
    assert budget.take("more") == ("", True)


@pytest.mark.parametrize(
    ("text", "most", "taken", "left"),
    [
        (None, None, ("", False), 10),
        ("", None, ("", False), 10),
        ("1234567890", None, ("1234567890", False), 0),
        ("12345678901", None, ("1234567890", True), 0),
        ("123456", 4, ("1234", True), 6),
        ("1234567890", 40, ("1234567890", False), 0),
        ("12345678901", 40, ("1234567890", True), 0),
    ],
)
def test_no_more_is_taken_than_fits(text: str | None, most: int | None, taken: tuple[str, bool], left: int) -> None:
    budget = Budget(10)
    assert budget.take(text, most=most) == taken
    assert budget.left == left
