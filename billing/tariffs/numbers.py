"""Numbers and money as the active language writes them."""

from datetime import date, timedelta
from decimal import Decimal

from django.utils import formats

from billing.pricing.exact import Rational, ratio
from billing.pricing.rounding import minor_decimals, rounded

# A price is told to this many decimals: more are rounded for the eye, never for the bill.
MOST_DECIMALS = 6
_FIRST_DAY = date(1970, 1, 1)


def number_text(value: Rational, least_decimals: int = 0) -> str:
    """`0.39`, `0,39`: as many decimals as it has, at least and at most so many."""
    text = rounded(value, MOST_DECIMALS)
    places = max(least_decimals, len(text.partition(".")[2]))
    return formats.number_format(Decimal(text), places)


def figure_text(value: Rational, decimals: int) -> str:
    """A measured figure, rounded to so many decimals at most: `31.2`, `31,2`."""
    text = rounded(value, decimals)
    return formats.number_format(Decimal(text), len(text.partition(".")[2]))


def price_text(value: Rational, currency: str) -> str:
    """A price with the decimals of its currency, more if it has more: `0.39 EUR`, `0.0475 EUR`, `120 JPY`."""
    return f"{number_text(value, minor_decimals(currency))} {currency}"


def money_text(minor: int, currency: str) -> str:
    """An amount to pay: 1264 minor units of EUR are `12.64 EUR`."""
    return f"{amount_text(minor, currency)} {currency}"


def amount_text(minor: int, currency: str) -> str:
    """The same without the currency."""
    decimals = minor_decimals(currency)
    return number_text(ratio(minor, 10**decimals), decimals)


def date_text(day: int) -> str:
    """A day counted from 1970-01-01."""
    return (_FIRST_DAY + timedelta(days=day)).isoformat()
