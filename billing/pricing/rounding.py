"""The one place where numbers are rounded or written as text."""

from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import lru_cache

from .exact import Rational

_TWENTY_EIGHT_DIGITS = Context(prec=28, rounding=ROUND_HALF_UP)
OCPI_DECIMALS = 4
# ISO 4217; every other currency has two.
_MINOR_DECIMALS = {
    **dict.fromkeys(
        (
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}


def half_up(value: Rational) -> int:
    """The nearest whole number; a half goes away from zero."""
    rounded = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return rounded if value >= 0 else -rounded


def ceiling(value: Rational) -> int:
    """The least whole number that is not below the value."""
    return -(-value.numerator // value.denominator)


def rounded(value: Rational, places: int = OCPI_DECIMALS) -> str:
    """Half-up to decimal places, as text without trailing zeros: `"0.3704"`."""
    return plain(Fraction(half_up(value * 10**places), 10**places))


def minor_decimals(currency: str) -> int:
    """The number of decimals of a currency's minor unit (ISO 4217)."""
    return _MINOR_DECIMALS.get(currency, 2)


def minor_units(amount: Rational, currency: str) -> int:
    """An amount in minor units, rounded half-up."""
    return half_up(amount * 10 ** minor_decimals(currency))


def plain(value: Rational) -> str:
    """A number as decimal text: all digits where they end, else 28 significant ones, rounded half-up."""
    places = _places(value.denominator)
    if places is None:
        quotient = _TWENTY_EIGHT_DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))
        return format(quotient, "f")
    if places == 0:
        return str(value.numerator)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


@lru_cache(maxsize=4096)
def _places(denominator: int) -> int | None:
    """How many decimals a fraction of this denominator has; None if they never end."""
    twos, rest = _divided(denominator, 2)
    fives, rest = _divided(rest, 5)
    return max(twos, fives) if rest == 1 else None


def _divided(number: int, factor: int) -> tuple[int, int]:
    count = 0
    while number % factor == 0:
        number, count = number // factor, count + 1
    return count, number
