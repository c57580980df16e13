"""A price of an interval, and what a run of them must be before anybody is charged by it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from ..pricing.errors import Refused
from ..pricing.exact import decimals
from ..pricing.lint.words import bound_of
from ..pricing.tariff import Dimension

MOST_DECIMALS: Final = 8
KWH_PER_MWH: Final = 1000
# A price so many times above what is odd already is one per MWh taken for one per kWh.
_FAR_TOO_DEAR: Final = 10
_UNKNOWN_BOUND: Final = 1_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Point:
    """From `at` on (s since 1970), for one interval, a kWh costs `price`; `place` is where it was read."""

    at: int
    price: Decimal
    place: str


@dataclass(frozen=True, slots=True)
class Shape:
    """What all prices of a series share: the length of an interval in s, the currency."""

    length_s: int
    currency: str


def per_kwh(price: Decimal) -> Decimal:
    """A price per MWh as one per kWh, exactly."""
    return price.scaleb(-3)


def checked(points: Iterable[Point], shape: Shape, gapless: bool = True) -> list[Point]:
    """The same prices, in order of time, each interval once, without a gap where that is asked for.

    Raises `Refused` with the place of the first that is wrong.
    """
    kept: list[Point] = []
    for point in points:
        _check(point, shape)
        if kept:
            _check_order(kept[-1], point, shape, gapless)
        kept.append(point)
    return kept


def _check(point: Point, shape: Shape) -> None:
    if point.at % shape.length_s:
        minutes = shape.length_s // 60
        raise Refused(point.place, f"{told(point.at)} is not the start of an interval of {minutes} minutes")
    if decimals(point.price.normalize()) > MOST_DECIMALS:
        raise Refused(point.place, f"{point.price} has more than {MOST_DECIMALS} decimals per kWh")
    bound = (bound_of(Dimension.ENERGY, shape.currency) or _UNKNOWN_BOUND) * _FAR_TOO_DEAR
    if abs(point.price) > bound:
        problem = f"{point.price} {shape.currency} for a kWh is beyond belief: is it a price per MWh?"
        raise Refused(point.place, problem)


def _check_order(before: Point, point: Point, shape: Shape, gapless: bool) -> None:
    if point.at == before.at:
        raise Refused(point.place, f"{told(point.at)} is told a second time, after {before.place}")
    if point.at < before.at:
        raise Refused(point.place, f"{told(point.at)} comes after {told(before.at)}: not in order of time")
    end = before.at + shape.length_s
    if gapless and point.at > end:
        raise Refused(point.place, f"there is no price from {told(end)} to {told(point.at)}")


def spread(points: Sequence[Point], from_s: int, to_s: int) -> Iterator[Point]:
    """Prices of longer intervals as those of shorter ones: a quarter of an hour costs what its hour costs.

    Raises `Refused` where an interval does not fall apart into whole ones.
    """
    for point in points:
        if from_s % to_s:
            problem = f"is a price for {from_s // 60} minutes, and the series has one for each {to_s // 60}"
            raise Refused(point.place, problem)
        for at in range(point.at, point.at + from_s, to_s):
            yield Point(at, point.price, point.place)


def told(at: int) -> str:
    """An instant as people and files say it."""
    return f"{_EPOCH + timedelta(seconds=at):%Y-%m-%d %H:%M} UTC"


def seconds(moment: datetime) -> int:
    """Whole seconds since 1970 of an aware moment."""
    return int((moment - _EPOCH) // timedelta(seconds=1))
