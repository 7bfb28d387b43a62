import math
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.arithmetic.errors import ArithmeticFault, DivisionByZero, TooCloseToZero, TooLarge
from tools.arithmetic.powers import power, root

F = Fraction


@pytest.mark.parametrize(
    ("base", "exponent", "text"),
    [
        (F(7), F(8), "5764801"),
        (F(2), F(-1), "0.5"),
        (F(0), F(0), "1"),
        (F(0), F(10**999), "0"),
        (F(1), F(10**999), "1"),
        (F(-1), F(10**999), "1"),
        (F(-1), F(10**999 + 1), "-1"),
        (F(-2), F(3), "-8"),
        (F(-2), F(-3), "-0.125"),
        (F(4), F(1, 2), "2"),
        (F(9, 4), F(3, 2), "3.375"),
        (F(32), F(1, 5), "2"),
        (F(1, 10**6), F(1, 2), "0.001"),
        (F(2), F(3321), str(2**3321)),
        (F(10), F(-1000), "0." + "0" * 999 + "1"),
        (F(10**500), F(1, 500), "10"),
    ],
)
def test_a_power_that_is_a_fraction_is_exact(base: Fraction, exponent: Fraction, text: str) -> None:
    found = power(base, exponent)
    assert (found.text, found.exact) == (text, True)


@pytest.mark.parametrize(
    ("base", "exponent", "text"),
    [
        (F(2), F(1, 2), "1.414213562373095048801688724209698"),
        (F(10), F(1, 2), "3.162277660168379331998893544432719"),
        (F(2), F(-1, 2), "0.707106781186547524400844362104849"),
        (F(3, 2), F(3000), "1.878352802008721061256920513617665e+528"),
        # (1 + 1/n) ** n for n = 10**998: e, to all the digits shown.
        (1 + F(1, 10**998), F(10**998), "2.718281828459045235360287471352662"),
        (1 - F(1, 10**998), F(10**998), "0.3678794411714423215955237701614609"),
    ],
)
def test_a_power_that_is_not_is_rounded(base: Fraction, exponent: Fraction, text: str) -> None:
    found = power(base, exponent)
    assert (found.text, found.exact) == (text, False)


@pytest.mark.parametrize(
    ("base", "exponent", "fault"),
    [
        (F(10), F(10**10), TooLarge),
        (F(2), F(3322), TooLarge),
        (F(3), F(10**8), TooLarge),
        (F(10**999), F(10**999), TooLarge),
        (F(-7), F(10**999 + 1), TooLarge),
        (F(1, 10**999), F(-(10**999)), TooLarge),
        (F(11, 10), F(10**6), TooLarge),
        (F(10), F(-(10**10)), TooCloseToZero),
        (F(1, 2), F(10**999), TooCloseToZero),
        (F(2), F(-3330), TooCloseToZero),
        (F(0), F(-1), DivisionByZero),
        (F(0), F(-1, 2), DivisionByZero),
        (F(-8), F(1, 3), ArithmeticFault),
        (F(-4), F(1, 2), ArithmeticFault),
    ],
)
def test_a_power_without_an_answer_says_why(base: Fraction, exponent: Fraction, fault: type[Exception]) -> None:
    with pytest.raises(fault):
        power(base, exponent)


@pytest.mark.parametrize(
    ("radicand", "degree", "text", "exact"),
    [
        (F(27), F(3), "3", True),
        (F(-27), F(3), "-3", True),
        (F(8), F(-3), "0.5", True),
        (F(-8), F(-3), "-0.5", True),
        (F(0), F(5), "0", True),
        (F(81, 16), F(4), "1.5", True),
        (F(7), F(1), "7", True),
        (F(7**1000), F(1000), "7", True),
        (F(7**1000 + 1), F(1000), "7", False),
        (F(10**998), F(2), "1" + "0" * 499, True),
        (F(2), F(2), "1.414213562373095048801688724209698", False),
        (F(-2), F(3), "-1.259921049894873164767210607278228", False),
        (F(2), F(10**999), "1", False),
    ],
)
def test_a_root_is_exact_when_it_comes_out(radicand: Fraction, degree: Fraction, text: str, exact: bool) -> None:
    found = root(radicand, degree)
    assert (found.text, found.exact) == (text, exact)


@pytest.mark.parametrize(
    ("radicand", "degree", "complaint"),
    [
        (F(4), F(0), "must be a whole number other than 0"),
        (F(4), F(1, 2), "must be a whole number other than 0"),
        (F(-4), F(2), "even root of a negative number"),
        (F(-4), F(-2), "even root of a negative number"),
        (F(0), F(-2), "Division by zero"),
    ],
)
def test_a_root_without_an_answer_says_why(radicand: Fraction, degree: Fraction, complaint: str) -> None:
    with pytest.raises(ArithmeticFault, match=complaint):
        root(radicand, degree)


@settings(deadline=None)
@given(st.integers(0, 10**40), st.integers(1, 24))
def test_every_whole_root_is_found(value: int, degree: int) -> None:
    if len(str(value**degree)) <= 1000:
        found = root(F(value**degree), F(degree))
        assert (found.text, found.exact) == (str(value), True)


@settings(deadline=None)
@given(st.integers(2, 10**300))
def test_a_square_root_is_right_to_the_last_digit(value: int) -> None:
    found = root(F(value), F(2))
    with localcontext() as wide:
        wide.prec = 400
        right = Decimal(value).sqrt()
    assert found.exact is (math.isqrt(value) ** 2 == value)
    with localcontext() as shown:
        shown.prec = 34
        assert found.exact or Decimal(found.text) == +right
