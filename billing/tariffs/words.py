"""A tariff in words of the active language, for drivers and operators, in the order that EU 2023/1804 art. 5 asks for.

Price per kWh, per minute, per session, then everything else.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from billing.pricing.exact import Rational, ratio
from billing.pricing.lines import Tax
from billing.pricing.tariff import Dimension, PriceComponent, PriceLimit, Tariff, TariffElement, TaxIncluded

from .conditions import condition
from .numbers import number_text, price_text

_ORDER = (Dimension.ENERGY, Dimension.TIME, Dimension.FLAT, Dimension.PARKING_TIME)
_HOURLY = (Dimension.TIME, Dimension.PARKING_TIME)
_MINUTE_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One price. `amount` is `0.39 EUR per kWh`, `when` the condition or empty, `reserved` for reservations."""

    dimension: Dimension
    amount: str
    when: str
    reserved: bool = False

    @property
    def text(self) -> str:
        """`0.39 EUR per kWh (Mon–Fri)`."""
        return f"{self.amount} ({self.when})" if self.when else self.amount


def price_lines(tariff: Tariff, with_tax: bool = False) -> tuple[PriceLine, ...]:
    """Every price of a tariff. `with_tax` tells what a consumer pays where prices are without tax."""
    found = [
        _line(tariff, element, component, with_tax)
        for element in tariff.elements
        for component in element.components
    ]
    ordered = sorted(found, key=lambda line: (line.reserved, _ORDER.index(line.dimension)))
    return tuple(_with_otherwise(ordered))


def price_sentence(tariff: Tariff, with_tax: bool = False, energy: str = "") -> str:
    """The whole price: `0.39 EUR per kWh; 0.47 EUR per session; including 19 % tax`; `energy` instead of its price."""
    groups: dict[tuple[bool, Dimension], list[str]] = {}
    for line in price_lines(tariff, with_tax):
        text = energy if energy and line.dimension is Dimension.ENERGY else line.text
        groups.setdefault((line.reserved, line.dimension), []).append(text)
    parts = [", ".join(texts) for texts in groups.values()]
    return "; ".join([*parts, *limit_texts(tariff, with_tax), tax_text(tariff, with_tax)])


def limit_texts(tariff: Tariff, with_tax: bool = False) -> Iterator[str]:
    """`at least 1.00 EUR`, `at most 50.00 EUR`, as far as the tariff has such limits."""
    for limit, words in (
        (tariff.min_price, _("at least {amount} in all")),
        (tariff.max_price, _("at most {amount} in all")),
    ):
        if limit != PriceLimit():
            yield words.format(amount=_limit(tariff, limit, with_tax))


def tax_text(tariff: Tariff, with_tax: bool = False) -> str:
    """What is said of tax: included, on top, none, or nothing."""
    rates = list(dict.fromkeys(component.vat for component in _components(tariff)))
    if tariff.tax_included is TaxIncluded.NOT_APPLICABLE:
        return _("no tax")
    if None in rates:
        return _("tax not stated")
    told = _(" and ").join(f"{number_text(rate)} %" for rate in rates if rate is not None)
    included = with_tax or tariff.tax_included is TaxIncluded.YES
    return (_("including {rates} tax") if included else _("plus {rates} tax")).format(rates=told)


def _components(tariff: Tariff) -> Iterator[PriceComponent]:
    return (component for element in tariff.elements for component in element.components)


def _line(tariff: Tariff, element: TariffElement, component: PriceComponent, with_tax: bool) -> PriceLine:
    reserved = element.restrictions.reservation is not None
    amount = _amount(tariff, component, with_tax, reserved)
    return PriceLine(component.dimension, amount, condition(element.restrictions), reserved)


def _amount(tariff: Tariff, component: PriceComponent, with_tax: bool, reserved: bool) -> str:
    price = component.price
    if with_tax:
        price = Tax(component.vat, tariff.tax_included).net_and_gross(price)[1]
    words = _per_hour(component.dimension, reserved)
    if component.dimension in _HOURLY and _is_short(ratio(price, 60)):
        price, words = ratio(price, 60), _per_minute(component.dimension, reserved)
    return words.format(price=price_text(price, tariff.currency)) + _step(component)


def _is_short(price: Rational) -> bool:
    """Whether a price by the minute can be told exactly; else the one by the hour is told."""
    return (price * 10**_MINUTE_DECIMALS).denominator == 1


def _per_minute(dimension: Dimension, reserved: bool) -> str:
    if reserved:
        return _("{price} per reserved minute")
    charging = dimension is Dimension.TIME
    return _("{price} per minute of charging") if charging else _("{price} per idle minute")


def _per_hour(dimension: Dimension, reserved: bool) -> str:
    if reserved:
        flat = dimension is Dimension.FLAT
        return _("{price} per reservation") if flat else _("{price} per reserved hour")
    return {
        Dimension.ENERGY: _("{price} per kWh"),
        Dimension.TIME: _("{price} per hour of charging"),
        Dimension.FLAT: _("{price} per session"),
        Dimension.PARKING_TIME: _("{price} per idle hour"),
    }[dimension]


def _step(component: PriceComponent) -> str:
    if component.step_size <= 1 or component.dimension is Dimension.FLAT:
        return ""
    words = (
        _(" in steps of {step} Wh") if component.dimension is Dimension.ENERGY else _(" in steps of {step} s")
    )
    return words.format(step=component.step_size)


def _with_otherwise(lines: Iterable[PriceLine]) -> Iterator[PriceLine]:
    """An unconditional price after conditional ones of its kind holds otherwise."""
    conditional = set()
    for line in lines:
        kind = (line.reserved, line.dimension)
        if not line.when and kind in conditional:
            yield PriceLine(line.dimension, line.amount, _("otherwise"), line.reserved)
            continue
        if line.when:
            conditional.add(kind)
        yield line


def _limit(tariff: Tariff, limit: PriceLimit, with_tax: bool) -> str:
    """The side that prices are told on; the other one, named so, where only that is given."""
    gross_wanted = with_tax or tariff.tax_included is TaxIncluded.YES
    wanted, other = (limit.gross, limit.net) if gross_wanted else (limit.net, limit.gross)
    if wanted is not None:
        return price_text(wanted, tariff.currency)
    assert other is not None
    words = _("{price} without tax") if gross_wanted else _("{price} with tax")
    return words.format(price=price_text(other, tariff.currency))
