"""Reading an operand: a JSON number, or a decimal string for what a client cannot write exactly as a number."""

import math
import re
from decimal import Decimal
from fractions import Fraction

from tools.arithmetic.numerals import MAX_DIGITS

# Sign, 1000 digits, point and exponent, with room for a few leading zeros.
MAX_TEXT = 1_050
PATTERN = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$"
# Used on text of bounded length, and with ``fullmatch``: "$" alone would let a line feed through.
_NUMBER = re.compile(PATTERN)
# "e", a sign and six digits: more than that is out of bounds whatever stands before it.
_MAX_EXPONENT_TEXT = 8

# Whole numbers below it have far fewer digits than are allowed.
_SHORT = 10**15

# A whole number is a fraction as it is, and costs a quarter of one.
Operand = Fraction | int

_EXPECTED = 'must be a number, or a decimal number as text such as "12.5", "-3" or "1e30"'


def parse(value: object) -> Operand:
    """Return an operand exactly as it was written: the number 0.1 is one tenth, not the double nearest to it.

    Raises:
        ValueError: not a finite decimal number, or with more than ``MAX_DIGITS`` digits. The message does not repeat it.
    """
    match value:
        case bool():
            raise ValueError(_EXPECTED)
        case int():
            return value if -_SHORT < value < _SHORT else _within_bounds(Decimal(value))
        case float():
            return _float(value)
        case str():
            return _text(value)
        case _:
            raise ValueError(_EXPECTED)


def _float(value: float) -> Fraction:
    if not math.isfinite(value):
        raise ValueError("must be finite: NaN and Infinity are not numbers to calculate with")
    # The shortest text that stands for this double is what the person wrote.
    return _within_bounds(Decimal(repr(value)))


def _text(value: str) -> Fraction:
    if len(value) > MAX_TEXT:
        raise ValueError(f"has more than {MAX_DIGITS} digits")
    if value.strip("+-").lower() in ("nan", "inf", "infinity"):
        raise ValueError("must be finite: NaN and Infinity are not numbers to calculate with")
    found = _NUMBER.fullmatch(value)
    if found is None:
        raise ValueError(_EXPECTED)
    if len(found[3] or "") > _MAX_EXPONENT_TEXT:
        raise ValueError(f"has more than {MAX_DIGITS} digits")
    return _within_bounds(Decimal(value))


def _within_bounds(value: Decimal) -> Fraction:
    """Judge the size before anything is written out: 1e999999 is eight characters and a million digits."""
    if not value:
        return Fraction(0)
    exponent = value.as_tuple().exponent
    before = max(value.adjusted() + 1, 0)
    behind = max(-exponent, 0) if isinstance(exponent, int) else 0
    if before + behind > MAX_DIGITS:
        raise ValueError(f"has more than {MAX_DIGITS} digits")
    return Fraction(value)
