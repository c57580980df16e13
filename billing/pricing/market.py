"""Prices that follow a market: what energy costs is worked out anew from the market's price of each interval."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from .cutting import TariffFrom
from .document import At
from .errors import Refused
from .exact import Rational, ratio
from .notes import Note
from .tariff import Dimension, PriceComponent, Tariff, TariffElement, TaxIncluded

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Formula:
    """What a kWh costs without tax: `factor` times the market's price and `surcharge`, from `floor` to `cap`.

    `falls_back`: where the market has no price the tariff's own one holds; else the session cannot be rated.
    """

    factor: Rational = 1
    surcharge: Rational = 0
    floor: Rational | None = None
    cap: Rational | None = None
    falls_back: bool = False

    def price(self, market: Rational) -> Rational:
        """Without tax, per kWh."""
        asked = market * self.factor + self.surcharge
        asked = asked if self.floor is None else max(asked, self.floor)
        return asked if self.cap is None else min(asked, self.cap)


@dataclass(frozen=True, slots=True)
class MarketPrice:
    """From `at` until `until` (s since 1970) a kWh costs `price` on the market; it may be below zero."""

    at: Rational
    until: Rational
    price: Rational


@dataclass(frozen=True, slots=True)
class MarketComponent(PriceComponent):
    """A price of energy that was worked out from `market`, the price there."""

    market: Rational = 0


@dataclass(frozen=True, slots=True)
class Followed:
    """The tariff as each interval makes it, in order, and what a reader should know of them."""

    series: Sequence[TariffFrom]
    notes: Sequence[Note]


def read_formula(at: At) -> Formula:
    """`{"factor", "surcharge", "floor", "cap", "missing": "hold" | "tariff"}`, all but `missing` may be left out.

    Raises `Refused` with the place.
    """
    at.object()
    given = {name: at.maybe(name) for name in ("factor", "surcharge", "floor", "cap")}
    numbers = {name: found.number() for name, found in given.items() if found is not None}
    formula = Formula(**numbers, falls_back=at.need("missing").one_of(("hold", "tariff")) == "tariff")
    if formula.factor < 0:
        raise at.need("factor").refuse("is below zero: drivers would pay less when energy is dear")
    if formula.floor is not None and formula.cap is not None and formula.cap < formula.floor:
        raise at.need("cap").refuse("is below the floor")
    return formula


def read_market(at: At) -> list[MarketPrice]:
    """The prices of `{"length_s", "points": [{"t", "price"}]}` in order. Raises `Refused` with the place."""
    length_s = at.object().need("length_s").integer()
    points = [point.object() for point in at.need("points").items()]
    starts = [(point.need("t").instant(), point.need("price").number()) for point in points]
    return [MarketPrice(start, start + length_s, price) for start, price in sorted(starts)]


def check_follows(tariff: Tariff) -> None:
    """A tariff that follows a market has one price of energy. Raises `Refused` naming the place."""
    places = [
        f"elements[{number}].price_components[{index}]"
        for number, element in enumerate(tariff.elements)
        for index, component in enumerate(element.components)
        if component.dimension is Dimension.ENERGY
    ]
    if not places:
        raise Refused("elements", "have no price of energy that could follow the market")
    if len(places) > 1:
        raise Refused(places[1], "is a second price of energy: one that follows a market is the only one")


def following(
    tariff: Tariff, formula: Formula, prices: Iterable[MarketPrice], start: Rational, end: Rational
) -> Followed:
    """The tariff as each interval between two instants makes it; `prices` in order.

    Raises `Refused` where the market has no price and the formula names none: what nobody knows is not zero.
    """
    steps: list[TariffFrom] = []
    notes: list[Note] = []
    for span in _spans(prices, start, end):
        if span.price is None:
            notes.append(_missing(span, formula))
        steps.append(
            TariffFrom(span.at, tariff if span.price is None else at_price(tariff, formula, span.price))
        )
    return Followed(steps, notes)


@dataclass(frozen=True, slots=True)
class _Span:
    at: Rational
    until: Rational
    price: Rational | None


def _spans(prices: Iterable[MarketPrice], start: Rational, end: Rational) -> Iterator[_Span]:
    """Every instant of the time once, with its price where there is one."""
    known = start
    for one in prices:
        if one.until <= known or one.at >= end:
            continue
        if one.at > known:
            yield _Span(known, one.at, None)
        yield _Span(max(known, one.at), one.until, one.price)
        known = one.until
    if known < end:
        yield _Span(known, end, None)


def _missing(span: _Span, formula: Formula) -> Note:
    when = f"from {_told(span.at)} to {_told(span.until)} UTC"
    if not formula.falls_back:
        raise Refused("prices", f"the market has no price {when}")
    return Note("market_price_missing", f"the market has no price {when}: the tariff's own one holds")


def _told(instant: Rational) -> str:
    return f"{_EPOCH + timedelta(seconds=int(instant)):%Y-%m-%d %H:%M}"


def at_price(tariff: Tariff, formula: Formula, market: Rational) -> Tariff:
    """The tariff while a kWh costs so much on the market."""

    def component(one: PriceComponent) -> PriceComponent:
        if one.dimension is not Dimension.ENERGY:
            return one
        price = _with_tax(formula.price(market), one, tariff)
        return MarketComponent(one.dimension, price, one.vat, one.step_size, market)

    def element(one: TariffElement) -> TariffElement:
        return replace(one, components=tuple(map(component, one.components)))

    return replace(tariff, elements=tuple(map(element, tariff.elements)))


def _with_tax(net: Rational, component: PriceComponent, tariff: Tariff) -> Rational:
    """The formula is without tax; a tariff whose prices include it gets it here."""
    if tariff.tax_included is not TaxIncluded.YES or not component.vat:
        return net
    return ratio(net * (100 + component.vat), 100)
