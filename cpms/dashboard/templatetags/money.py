"""Template filters for amounts of money."""

from decimal import Decimal
from fractions import Fraction

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from billing.pricing.rounding import minor_decimals
from billing.tariffs.numbers import price_text

from .ui import NOTHING

register = template.Library()


def amount(minor: int, currency: str) -> str:
    """1234 EUR cents are `12.34`, 500 JPY are `500`; thousands grouped."""
    places = minor_decimals(currency)
    digits = str(abs(minor)).rjust(places + 1, "0")
    whole, rest = (digits[:-places], f".{digits[-places:]}") if places else (digits, "")
    return f"{'-' if minor < 0 else ''}{int(whole):,}{rest}"


@register.filter
def money(minor: int | None, currency: str) -> SafeString:
    """1234 with "EUR" becomes `12.34 EUR`; a dash where there is no amount."""
    if minor is None:
        return NOTHING
    return format_html(
        '<span class="nowrap">{} <span class="unit">{}</span></span>', amount(minor, currency), currency
    )


@register.filter
def unit_price(price: Decimal | Fraction | float | None, currency: str) -> str:
    """A price of a kWh with all its digits, at most six: `0.08437 EUR`; a dash for none."""
    return NOTHING if price is None else price_text(Fraction(str(price)), currency)


@register.filter
def digits(value: Decimal) -> str:
    """A decimal with the digits it has: 12.5000 becomes `12.5`, 20.0000 `20`."""
    return f"{value.normalize():f}"
