"""Day-ahead prices as ENTSO-E publishes them: `Publication_MarketDocument` of type A44 (IEC 62325-451-3)."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final

from ..pricing.errors import Refused
from .numbers import price_of
from .points import Point, Shape, checked, per_kwh, seconds, spread
from .tree import Node, read_tree

_PRICES: Final = "A44"
_LENGTHS_S: Final = {"PT15M": 900, "PT30M": 1800, "PT60M": 3600, "PT1H": 3600}
# A01: every position is told. A03: one that is not told costs what the one before it costs.
_EVERY, _CHANGES = "A01", "A03"
# Where a day is auctioned more than once, the first auction is the market's.
_AUCTION: Final = "classificationSequence_AttributeInstanceComponent.position"


def read_publication(content: bytes, shape: Shape, area: str = "") -> list[Point]:
    """The prices of a publication per kWh, in order of time; `area` is the EIC code they must be for (empty: any).

    Raises `Refused` naming the line.
    """
    root = read_tree(content)
    _check_kind(root)
    series = [one for one in root.all("TimeSeries") if _is_first_auction(one)]
    found = [point for one in series for point in _of_series(one, shape, area)]
    if not found:
        raise Refused(root.place, "has no prices")
    return checked(sorted(found, key=lambda point: point.at), shape)


def _check_kind(root: Node) -> None:
    if root.name == "Acknowledgement_MarketDocument":
        reason = root.maybe("Reason")
        text = reason.maybe("text") if reason else None
        raise Refused(root.place, f"has no prices: {text.text[:200] if text else 'no reason is given'}")
    if root.name != "Publication_MarketDocument":
        raise Refused(root.place, "is not a Publication_MarketDocument")
    _must_be(root.need("type"), _PRICES)


def _must_be(node: Node, wanted: str) -> None:
    if node.text != wanted:
        raise Refused(node.place, f'is "{node.text[:40]}" and not {wanted}')


def _is_first_auction(series: Node) -> bool:
    auction = series.maybe(_AUCTION)
    return auction is None or auction.text == "1"


def _of_series(series: Node, shape: Shape, area: str) -> Iterator[Point]:
    _must_be(series.need("currency_Unit.name"), shape.currency)
    _must_be(series.need("price_Measure_Unit.name"), "MWH")
    if area:
        _must_be(series.need("in_Domain.mRID"), area)
    curve = series.maybe("curveType")
    if curve is not None and curve.text not in (_EVERY, _CHANGES):
        raise Refused(
            curve.place, f'"{curve.text[:10]}" is not a curve of prices: {_EVERY} and {_CHANGES} are'
        )
    fills = curve is not None and curve.text == _CHANGES
    for period in series.all("Period"):
        length_s = _length_s(period.need("resolution"))
        yield from spread(list(_of_period(period, length_s, fills)), length_s, shape.length_s)


def _length_s(resolution: Node) -> int:
    if resolution.text not in _LENGTHS_S:
        raise Refused(resolution.place, f'"{resolution.text[:10]}" is not one of {", ".join(_LENGTHS_S)}')
    return _LENGTHS_S[resolution.text]


def _of_period(period: Node, length_s: int, fills: bool) -> Iterator[Point]:
    """One price for each interval: 92 quarters of an hour on the day that is an hour short, 100 on the long one."""
    start, end = _span(period, length_s)
    last: Point | None = None
    told = {_position(node): node for node in _in_order(period)}
    for position in range(1, (end - start) // length_s + 1):
        node = told.pop(position, None)
        if node is not None:
            amount = node.need("price.amount")
            last = Point(0, per_kwh(_amount(amount)), amount.place)
        elif last is None or not fills:
            raise Refused(period.place, f"has no position {position}")
        yield Point(start + (position - 1) * length_s, last.price, last.place)
    if told:
        position, node = next(iter(told.items()))
        raise Refused(node.place, f"position {position} is beyond the end of the period")


def _span(period: Node, length_s: int) -> tuple[int, int]:
    interval = period.need("timeInterval")
    start, end = (_instant(interval.need(name)) for name in ("start", "end"))
    if end <= start or (end - start) % length_s:
        raise Refused(interval.place, "is not a whole number of intervals")
    return start, end


def _instant(node: Node) -> int:
    try:
        moment = datetime.fromisoformat(node.text)
    except ValueError:
        raise Refused(node.place, f'"{node.text[:40]}" is not a time stamp') from None
    if moment.tzinfo is None:
        raise Refused(node.place, f'"{node.text[:40]}" names no offset to UTC')
    return seconds(moment)


def _in_order(period: Node) -> Iterator[Node]:
    last = 0
    for node in period.all("Point"):
        position = _position(node)
        if position <= last:
            raise Refused(node.place, f"position {position} comes after position {last}")
        last = position
        yield node


def _position(node: Node) -> int:
    told = node.need("position")
    if not (told.text.isascii() and told.text.isdigit()) or not 0 < int(told.text[:9]) < 100_000:
        raise Refused(told.place, f'"{told.text[:20]}" is not a position')
    return int(told.text)


def _amount(node: Node) -> Decimal:
    return price_of(node.text, node.place)
