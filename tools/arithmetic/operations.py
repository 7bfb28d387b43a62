"""The operations, by the names that a caller uses."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Literal

from tools.arithmetic import powers
from tools.arithmetic.errors import DivisionByZero
from tools.arithmetic.numerals import Numeral, exact_or_rounded

Operation = Literal["add", "subtract", "multiply", "divide", "power", "modulo", "root"]


def calculate(operation: Operation, a: Fraction, b: Fraction) -> Numeral:
    """Return ``a`` and ``b`` under ``operation``.

    Raises:
        ArithmeticFault: there is no answer, or none within bounds.
    """
    return _OPERATIONS[operation](a, b)


def _divide(a: Fraction, b: Fraction) -> Numeral:
    if b == 0:
        raise DivisionByZero
    return exact_or_rounded(a / b)


def _modulo(a: Fraction, b: Fraction) -> Numeral:
    """Return what is left of ``a`` after taking ``b`` a whole number of times; it has the sign of ``b`` (-7 modulo 3 is 2)."""
    if b == 0:
        raise DivisionByZero
    return exact_or_rounded(a - b * math.floor(a / b))


_OPERATIONS: dict[Operation, Callable[[Fraction, Fraction], Numeral]] = {
    "add": lambda a, b: exact_or_rounded(a + b),
    "subtract": lambda a, b: exact_or_rounded(a - b),
    "multiply": lambda a, b: exact_or_rounded(a * b),
    "divide": _divide,
    "power": powers.power,
    "modulo": _modulo,
    "root": powers.root,
}
