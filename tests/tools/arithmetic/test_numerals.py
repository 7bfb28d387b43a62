from decimal import Decimal
from fractions import Fraction

import pytest

from tools.arithmetic import numerals
from tools.arithmetic.errors import TooCloseToZero, TooLarge
from tools.arithmetic.numerals import Numeral, exact_or_rounded


@pytest.mark.parametrize(
    ("value", "text", "number"),
    [
        (Fraction(0), "0", 0),
        (Fraction(5764801), "5764801", 5764801),
        (Fraction(-1, 2), "-0.5", -0.5),
        (Fraction(3, 10), "0.3", 0.3),
        (Fraction(1, 8), "0.125", 0.125),
        (Fraction(100), "100", 100),
        (Fraction(2**53 - 1), "9007199254740991", 9007199254740991),
        # Beyond, a reader that keeps doubles cannot tell neighbours apart.
        (Fraction(2**53), "9007199254740992", None),
        (Fraction(-(2**53)), "-9007199254740992", None),
        (Fraction(10**30), "1" + "0" * 30, None),
        (Fraction(12345678901234567890123, 1000), "12345678901234567890.123", None),
        (Fraction(1, 10**20), "0.00000000000000000001", 1e-20),
        (Fraction(1, 10**400), "0." + "0" * 399 + "1", None),
        (Fraction(10**1000 - 1), "9" * 1000, None),
        (Fraction(1, 10**1000), "0." + "0" * 999 + "1", None),
    ],
)
def test_digits_that_end_are_all_shown(value: Fraction, text: str, number: float | None) -> None:
    found = exact_or_rounded(value)
    assert found == Numeral(text, exact=True, number=number)
    assert type(found.number) is type(number)


@pytest.mark.parametrize(
    ("value", "text", "number"),
    [
        (Fraction(1, 3), "0." + "3" * 34, 1 / 3),
        (Fraction(-2, 3), "-0." + "6" * 33 + "7", -2 / 3),
        (Fraction(10**41, 3), "3." + "3" * 33 + "e+40", 10**41 / 3),
        (Fraction(10**40, 3), "3" * 34 + "0" * 6, 10**40 / 3),
        (Fraction(1, 3 * 10**30), "3." + "3" * 33 + "e-31", 1 / 3e30),
        (Fraction(10**900, 3), "3." + "3" * 33 + "e+899", None),
        (Fraction(1, 3 * 10**900), "3." + "3" * 33 + "e-901", None),
        # More than 1000 digits in all, though they end.
        (10**999 + Fraction(1, 100), "1e+999", None),
        # Half way goes to the even digit, in one step.
        (10**999 + Fraction(5, 10) * 10**966 + Fraction(1, 100), "1." + "0" * 32 + "1e+999", None),
    ],
)
def test_digits_that_do_not_end_are_rounded_once(value: Fraction, text: str, number: float | None) -> None:
    found = exact_or_rounded(value)
    assert (found.text, found.exact) == (text, False)
    assert found.number == (None if number is None else pytest.approx(number, rel=1e-15))


@pytest.mark.parametrize("value", [Fraction(10**1000), -Fraction(10**1000), Fraction(10**1001, 3)])
def test_beyond_a_thousand_digits_is_too_large(value: Fraction) -> None:
    with pytest.raises(TooLarge):
        exact_or_rounded(value)


@pytest.mark.parametrize("value", [Fraction(1, 10**1001), -Fraction(1, 10**5000), Fraction(1, 3 * 10**1000)])
def test_behind_a_thousand_zeros_is_not_called_zero(value: Fraction) -> None:
    with pytest.raises(TooCloseToZero):
        exact_or_rounded(value)


def test_rounding_up_can_leave_the_bounds() -> None:
    with pytest.raises(TooLarge):
        numerals.rounded(Decimal("9" * 1000 + ".9"))
