"""What a tariff that follows a market costs, in words of the active language."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from billing.pricing.exact import Rational
from billing.pricing.lines import Tax
from billing.pricing.market import Formula, at_price
from billing.pricing.tariff import Dimension, PriceComponent, Tariff

from .numbers import number_text, price_text
from .words import PriceLine


@dataclass(frozen=True, slots=True)
class Today:
    """Prices of a market: now (None: nobody knows), and the least and greatest of the day, if any; minutes of each."""

    now: Rational | None
    lowest: Rational | None
    highest: Rational | None
    minutes: int


def formula_text(formula: Formula, series: str, currency: str) -> str:
    """`Day ahead × 1.1 + 0.08 EUR per kWh without tax, at least 0.10 EUR`; tax comes on top in any case."""
    text = series if formula.factor == 1 else f"{series} × {number_text(formula.factor)}"
    if formula.surcharge:
        sign, amount = ("+", formula.surcharge) if formula.surcharge > 0 else ("-", -formula.surcharge)
        text = f"{text} {sign} {price_text(amount, currency)}"
    parts = [_("{price} per kWh without tax").format(price=text)]
    if formula.floor is not None:
        parts.append(_("at least {amount}").format(amount=price_text(formula.floor, currency)))
    if formula.cap is not None:
        parts.append(_("at most {amount}").format(amount=price_text(formula.cap, currency)))
    return ", ".join(parts)


def today_text(tariff: Tariff, formula: Formula, today: Today, with_tax: bool) -> str:
    """`now 0.28 EUR per kWh, changes every 15 minutes, today between 0.21 EUR and 0.41 EUR`."""
    parts = []
    if today.now is not None or formula.falls_back:
        price = kwh_price(tariff, formula, today.now, with_tax)
        parts.append(_("now {price} per kWh").format(price=price_text(price, tariff.currency)))
    parts.append(_("changes every {minutes} minutes").format(minutes=today.minutes))
    if today.lowest is not None and today.highest is not None:
        bounds = [kwh_price(tariff, formula, price, with_tax) for price in (today.lowest, today.highest)]
        low, high = (price_text(price, tariff.currency) for price in bounds)
        parts.append(_("today between {low} and {high}").format(low=low, high=high))
    return ", ".join(parts)


def kwh_price(tariff: Tariff, formula: Formula, market: Rational | None, with_tax: bool) -> Rational:
    """A kWh while the market asks so much; where nobody knows, by the tariff itself."""
    shown = tariff if market is None else at_price(tariff, formula, market)
    energy = _energy(shown)
    return Tax(energy.vat, tariff.tax_included).net_and_gross(energy.price)[1] if with_tax else energy.price


def _energy(tariff: Tariff) -> PriceComponent:
    parts = (part for element in tariff.elements for part in element.components)
    return next(part for part in parts if part.dimension is Dimension.ENERGY)


def with_energy(lines: Sequence[PriceLine], amount: str) -> tuple[PriceLine, ...]:
    """Price lines in which energy costs what the words say."""
    return tuple(
        replace(line, amount=amount) if line.dimension is Dimension.ENERGY else line for line in lines
    )
