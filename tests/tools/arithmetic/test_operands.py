from fractions import Fraction

import pytest

from tools.arithmetic import operands


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (5, Fraction(5)),
        (0.1, Fraction(1, 10)),
        (-0.0, Fraction(0)),
        (5e-324, Fraction(5, 10**324)),
        (1e308, Fraction(10**308)),
        (2**53 + 1, Fraction(2**53 + 1)),
        (10**1000 - 1, Fraction(10**1000 - 1)),
        ("12.50", Fraction(25, 2)),
        ("-.5", Fraction(-1, 2)),
        ("+7.", Fraction(7)),
        ("1e30", Fraction(10**30)),
        ("1E-3", Fraction(1, 1000)),
        ("000123", Fraction(123)),
        ("0e999999", Fraction(0)),
        ("0.12345678901234567890123456789", Fraction(12345678901234567890123456789, 10**29)),
        ("1e999", Fraction(10**999)),
        ("1e-1000", Fraction(1, 10**1000)),
    ],
)
def test_a_number_is_taken_as_it_is_written(written: object, meant: Fraction) -> None:
    assert operands.parse(written) == meant


@pytest.mark.parametrize(
    "written", ["NaN", "nan", "-NaN", "Infinity", "-infinity", "+inf", float("nan"), float("inf"), float("-inf")]
)
def test_what_is_not_finite_is_called_so(written: object) -> None:
    with pytest.raises(ValueError, match="must be finite"):
        operands.parse(written)


TOO_LONG: list[object] = [10**1000, -(10**1000), "1" * 1001, "9" * 5000, "0." + "1" * 1001, "1" * 600 + "." + "1" * 401]
TOO_LONG += ["1e1000", "1e-1001", "1e999999", "-1e-999999", "1e99999999", "1e" + "9" * 900]


@pytest.mark.parametrize("written", TOO_LONG)
def test_more_than_a_thousand_digits_are_too_many(written: object) -> None:
    with pytest.raises(ValueError, match="has more than 1000 digits"):
        operands.parse(written)


NOT_DECIMAL: list[object] = [
    "",
    " ",
    ".",
    "-",
    "--1",
    "1 ",
    " 1",
    "1\n",
    "\x001",
    "1e",
    "1e+",
    "1e1.5",
    "1,5",
    "1_000",
    "1.2.3",
]
NOT_DECIMAL += ["0x10", "1/2", "sNaN", "\u0661\u0662", "\uff11"]
NOT_DECIMAL += ["__import__('os').system('id')", "().__class__", "2**8", "1;2", True, False, None, [], {}, b"1", [1]]


@pytest.mark.parametrize("written", NOT_DECIMAL)
def test_nothing_else_is_a_number(written: object) -> None:
    with pytest.raises(ValueError, match="must be a number"):
        operands.parse(written)


def test_a_refusal_does_not_repeat_what_was_written() -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is what is looked at
        operands.parse("s3cret")
    assert "s3cret" not in str(caught.value)
