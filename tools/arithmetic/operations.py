"""The operations, by the names that a caller uses."""

from collections.abc import Callable
from fractions import Fraction
from typing import Literal

from tools.arithmetic import powers
from tools.arithmetic.errors import DivisionByZero
from tools.arithmetic.numerals import Numeral, exact_or_rounded
from tools.arithmetic.operands import Operand

Operation = Literal["add", "subtract", "multiply", "divide", "power", "modulo", "root"]


def calculate(operation: Operation, a: Operand, b: Operand) -> Numeral:
    """Return ``a`` and ``b`` under ``operation``.

    Raises:
        ArithmeticFault: there is no answer, or none within bounds.
    """
    return _OPERATIONS[operation](a, b)


def _divide(a: Operand, b: Operand) -> Numeral:
    if b == 0:
        raise DivisionByZero
    return exact_or_rounded(Fraction(a) / b)


def _modulo(a: Operand, b: Operand) -> Numeral:
    """Return what is left of ``a`` after taking ``b`` a whole number of times; it has the sign of ``b`` (-7 modulo 3 is 2)."""
    if b == 0:
        raise DivisionByZero
    return exact_or_rounded(a - b * (a // b))


_OPERATIONS: dict[Operation, Callable[[Operand, Operand], Numeral]] = {
    "add": lambda a, b: exact_or_rounded(a + b),
    "subtract": lambda a, b: exact_or_rounded(a - b),
    "multiply": lambda a, b: exact_or_rounded(a * b),
    "divide": _divide,
    "power": lambda a, b: powers.power(Fraction(a), Fraction(b)),
    "modulo": _modulo,
    "root": lambda a, b: powers.root(Fraction(a), Fraction(b)),
}
