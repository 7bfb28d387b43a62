"""Writing a result: every digit where they end within bounds, else rounded, and said to be so."""

from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from fractions import Fraction

from tools.arithmetic.errors import TooCloseToZero, TooLarge
from wire import values

MAX_DIGITS = 1_000
# As many as IEEE 754 decimal128 holds: more than anybody measures, few enough to read.
ROUNDED_DIGITS = 34
# A rounded number is written out while it stays readable; beyond, with an exponent.
_PLAIN_ADJUSTED = range(-20, 40)

_MAX_SAFE_INTEGER = 2**53 - 1
_ONE_BEYOND = 10**MAX_DIGITS


def context(digits: int) -> Context:
    """Return a context of that many significant digits, whose exponent never overflows."""
    traps = [InvalidOperation, DivisionByZero, Overflow]
    return Context(prec=digits, rounding=ROUND_HALF_EVEN, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=traps)


@values.value
class Numeral:
    """A result. ``text`` is decimal; ``exact`` says whether it is the whole truth.

    ``number`` is the same as a JSON number, or None where a reader that keeps numbers as doubles would change it.
    """

    text: str
    exact: bool
    number: int | float | None


def exact_or_rounded(value: Fraction | int) -> Numeral:
    """Return ``value`` with all its digits if it has at most ``MAX_DIGITS``, else rounded once.

    Raises:
        TooLarge, TooCloseToZero: more than 1000 digits before the point, or 1000 zeros behind it.
    """
    if value.denominator == 1 and -_MAX_SAFE_INTEGER <= value.numerator <= _MAX_SAFE_INTEGER:
        # Most results are small whole numbers, which need no decimals of two thousand digits.
        return Numeral(str(value.numerator), exact=True, number=value.numerator)
    if abs(value) >= _ONE_BEYOND:
        raise TooLarge
    # It ends within 1000 decimals exactly when its denominator divides 10**1000.
    if _ONE_BEYOND % value.denominator == 0:
        whole = Decimal(value.numerator * (_ONE_BEYOND // value.denominator))
        wide = context(2 * MAX_DIGITS + 1)
        decimal = whole.scaleb(-MAX_DIGITS, wide).normalize(wide)
        if _plain_digits(decimal) <= MAX_DIGITS:
            return _exact(decimal)
    return rounded(context(ROUNDED_DIGITS).divide(Decimal(value.numerator), Decimal(value.denominator)))


def rounded(value: Decimal) -> Numeral:
    """Return an approximation, rounded to ``ROUNDED_DIGITS``.

    Raises:
        TooLarge, TooCloseToZero: more than 1000 digits before the point, or 1000 zeros behind it.
    """
    narrow = context(ROUNDED_DIGITS)
    value = value.normalize(narrow)
    if value.adjusted() >= MAX_DIGITS:
        raise TooLarge
    if value.adjusted() < -MAX_DIGITS:
        raise TooCloseToZero
    text = f"{value:f}" if value.adjusted() in _PLAIN_ADJUSTED else f"{value:e}"
    return Numeral(text, exact=False, number=_nearest_double(value))


def _exact(value: Decimal) -> Numeral:
    text = f"{value:f}"
    if value == value.to_integral_value():
        whole = int(value)
        return Numeral(text, exact=True, number=whole if abs(whole) <= _MAX_SAFE_INTEGER else None)
    double = _nearest_double(value)
    kept = double is not None and Decimal(repr(double)) == value
    return Numeral(text, exact=True, number=double if kept else None)


def _nearest_double(value: Decimal) -> float | None:
    """Return the double nearest to ``value``; None beyond the range in which doubles keep their precision."""
    return float(value) if -307 <= value.adjusted() <= 307 else None


def _plain_digits(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    behind = max(-exponent, 0) if isinstance(exponent, int) else 0
    return max(value.adjusted() + 1, 0) + behind
