import math
import operator
import time
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.arithmetic import operands
from tools.arithmetic.errors import ArithmeticFault, DivisionByZero
from tools.arithmetic.numerals import Numeral
from tools.arithmetic.operations import Operation, calculate

BINARY: dict[Operation, Callable[[Fraction, Fraction], Fraction]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "modulo": operator.mod,
}

decimals = st.builds(lambda digits, places: Fraction(digits, 10**places), st.integers(-(10**40), 10**40), st.integers(0, 30))


@settings(deadline=None)
@given(st.sampled_from(sorted(BINARY)), decimals, decimals)
def test_the_result_is_the_fraction_or_the_nearest_shown(operation: Operation, a: Fraction, b: Fraction) -> None:
    if b == 0 and operation in ("divide", "modulo"):
        with pytest.raises(DivisionByZero):
            calculate(operation, a, b)
        return
    _check(calculate(operation, a, b), BINARY[operation](a, b))


@settings(deadline=None)
@given(decimals, st.integers(-20, 20))
def test_a_power_is_the_fraction_or_the_nearest_shown(base: Fraction, exponent: int) -> None:
    if base == 0 and exponent < 0:
        with pytest.raises(DivisionByZero):
            calculate("power", base, Fraction(exponent))
        return
    right = base**exponent
    if right == 0 or 10**-1000 <= abs(right) < 10**1000:
        _check(calculate("power", base, Fraction(exponent)), right)


def _check(found: Numeral, right: Fraction) -> None:
    """Exact where the digits end within bounds; else within half a unit of the 34th digit."""
    shown = Fraction(found.text)
    if found.exact:
        assert shown == right
    else:
        assert abs(shown - right) <= abs(right) * Fraction(1, 10**33) / 2
        assert not _ends_within_bounds(right)
    if found.number is not None and found.exact:
        assert Fraction(repr(found.number)) == right
    assert found.number is None or math.isfinite(found.number)


def _ends_within_bounds(value: Fraction) -> bool:
    places = next((count for count in range(1001) if 10**count % value.denominator == 0), None)
    return places is not None and len(str(abs(math.floor(value)))) + places <= 1000


@pytest.mark.parametrize(
    ("a", "b", "text"),
    [
        ("7", "3", "1"),
        ("-7", "3", "2"),
        ("7", "-3", "-2"),
        ("-7", "-3", "-1"),
        ("5.5", "2", "1.5"),
        ("-0.5", "0.3", "0.1"),
        ("6", "3", "0"),
    ],
)
def test_a_remainder_has_the_sign_of_the_divisor(a: str, b: str, text: str) -> None:
    assert calculate("modulo", Fraction(a), Fraction(b)).text == text


ROUGH = [
    "9" * 1000,
    "-" + "9" * 1000,
    "1e999",
    "1e-1000",
    "0." + "9" * 1000,
    "0." + "0" * 998 + "7",
    "9" * 500 + "." + "9" * 500,
]
ROUGH += ["1." + "0" * 998 + "1", "3", "-3", "0.5", "2999", "1e10", "-1e10", "0", "1", "-1"]
operand = st.one_of(st.sampled_from(ROUGH), st.decimals(allow_nan=False, allow_infinity=False).map(str), st.integers().map(str))


@settings(deadline=None)
@given(st.sampled_from([*BINARY, "power", "root"]), operand, operand)
def test_every_input_has_an_answer_in_bounded_time(operation: Operation, a: str, b: str) -> None:
    try:
        left, right = operands.parse(a), operands.parse(b)
    except ValueError:
        return
    before = time.process_time()
    try:
        found = calculate(operation, left, right)
    except ArithmeticFault:
        found = None
    assert time.process_time() - before < 0.1
    assert found is None or len(found.text) <= 1003
