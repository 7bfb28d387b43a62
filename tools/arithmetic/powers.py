"""Powers and roots: exact where the result is a fraction, else to more digits than are shown."""

from decimal import Decimal
from fractions import Fraction

from tools.arithmetic.errors import ArithmeticFault, DivisionByZero, TooCloseToZero, TooLarge
from tools.arithmetic.numerals import MAX_DIGITS, ROUNDED_DIGITS, Numeral, context, exact_or_rounded, rounded

# Bits of a numerator or denominator that are still written out; twice what the largest result that is shown needs.
_MAX_EXACT_BITS = 8_000
# A number of 1000 digits has no whole root above this degree, except 0 and 1.
_MAX_EXACT_DEGREE = 4 * MAX_DIGITS
# Enough that the last digit shown is right: exp() of a number up to 2303 loses four digits, the rest is guard.
_WORKING_DIGITS = ROUNDED_DIGITS + 26
# ln(10**1000), rounded up: beyond it the result is out of bounds whatever its digits are.
_LARGEST_LOGARITHM = 2_303


def power(base: Fraction, exponent: Fraction) -> Numeral:
    """Return ``base`` to the power of ``exponent``; 0 to the power of 0 is 1.

    Raises:
        ArithmeticFault: 0 to a negative power, a negative number to a broken power, or out of bounds.
    """
    if base == 0 and exponent < 0:
        raise DivisionByZero
    if base < 0 and exponent.denominator != 1:
        raise ArithmeticFault("A negative number to the power of a fraction has no real result. For an odd root, use root.")
    negative = base < 0 and exponent.numerator % 2 == 1
    return _signed_power(abs(base), exponent, negative=negative)


def root(radicand: Fraction, degree: Fraction) -> Numeral:
    """Return the real root of a whole ``degree``; of a negative number too if the degree is odd.

    Raises:
        ArithmeticFault: a degree of 0 or not whole, an even root of a negative number, or out of bounds.
    """
    if degree.denominator != 1 or degree == 0:
        raise ArithmeticFault("The degree of a root must be a whole number other than 0. Otherwise use power with 1 / degree.")
    if radicand == 0 and degree < 0:
        raise DivisionByZero
    if radicand < 0 and degree.numerator % 2 == 0:
        raise ArithmeticFault("An even root of a negative number has no real result.")
    return _signed_power(abs(radicand), 1 / degree, negative=radicand < 0)


def _signed_power(base: Fraction, exponent: Fraction, *, negative: bool) -> Numeral:
    exact = _exact_power(base, exponent)
    if exact is not None:
        return exact_or_rounded(-exact if negative else exact)
    approximate = _approximate_power(base, exponent)
    return rounded(approximate.copy_negate() if negative else approximate)


def _exact_power(base: Fraction, exponent: Fraction) -> Fraction | None:
    """Return the power (``base`` >= 0) where it is a fraction that can be written out, else None.

    With the exponent p/q in lowest terms the power is a fraction exactly when ``base`` has a q-th root that is one.
    """
    if exponent == 0 or base == 1:
        return Fraction(1)
    if base == 0:
        return Fraction(0)
    if exponent.denominator > _MAX_EXACT_DEGREE:
        return None
    numerator = _whole_root(base.numerator, exponent.denominator)
    denominator = _whole_root(base.denominator, exponent.denominator)
    if numerator is None or denominator is None:
        return None
    bits = max(numerator.bit_length(), denominator.bit_length())
    if bits * abs(exponent.numerator) > _MAX_EXACT_BITS:
        return None
    return Fraction(numerator, denominator) ** exponent.numerator


def _whole_root(number: int, degree: int) -> int | None:
    """Return the whole root of ``number`` (>= 1), or None if there is none: guessed by logarithm, proved by multiplying."""
    if degree == 1 or number == 1:
        return number
    # log10(2) is a little above 0.30103.
    digits_of_root = number.bit_length() * 30_103 // (100_000 * degree) + 1
    working = context(digits_of_root + 20)
    guess = int(working.divide(Decimal(number).ln(working), degree).exp(working).to_integral_value())
    return guess if guess**degree == number else None


def _approximate_power(base: Fraction, exponent: Fraction) -> Decimal:
    working = context(_WORKING_DIGITS)
    # ln(base) by its parts would lose everything for a base close to 1: they are divided first, with digits to spare.
    wide = context(2 * MAX_DIGITS + _WORKING_DIGITS)
    quotient = wide.divide(Decimal(base.numerator), Decimal(base.denominator))
    multiplier = working.divide(Decimal(exponent.numerator), Decimal(exponent.denominator))
    logarithm = working.multiply(quotient.ln(working), multiplier)
    if logarithm > _LARGEST_LOGARITHM:
        raise TooLarge
    if logarithm < -_LARGEST_LOGARITHM - ROUNDED_DIGITS:
        raise TooCloseToZero
    return logarithm.exp(working)
