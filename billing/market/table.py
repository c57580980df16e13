"""A table of prices as CSV: `start` and `price_per_kwh` or `price_per_mwh`, and `currency` if it likes."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from ..pricing.errors import Refused
from ..pricing.wall_clock import zone_named
from .numbers import price_of
from .points import Point, Shape, checked, per_kwh, seconds

_UNITS: Final[dict[str, Callable[[Decimal], Decimal]]] = {
    "price_per_kwh": lambda price: price,
    "price_per_mwh": per_kwh,
}
_KNOWN: Final = {"start", "currency", *_UNITS}


@dataclass(frozen=True, slots=True)
class _Columns:
    start: int
    price: int
    currency: int | None
    convert: Callable[[Decimal], Decimal]
    decimal_comma: bool


def read_table(text: str, shape: Shape, zone: str) -> list[Point]:
    """The prices of a table with a header; commas, semicolons (then with decimal commas) or tabs between columns.

    `start` is ISO 8601; without an offset it is the local time of `zone`, and of an hour that comes twice in autumn the
    first rows are the first one. Raises `Refused` naming the line.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    delimiter = next((one for one in ";\t" if lines and one in lines[0]), ",")
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    points = checked(_points(reader, shape, zone_named(zone), delimiter), shape)
    if not points:
        raise Refused("line 2", "there is no price")
    return points


def _points(reader: Any, shape: Shape, zone: ZoneInfo, delimiter: str) -> Iterator[Point]:
    try:
        columns = _columns(next(reader, []), decimal_comma=delimiter == ";")
        last: int | None = None
        for cells in reader:
            if any(cell.strip() for cell in cells):
                point = _point(cells, columns, shape, zone, f"line {reader.line_num}", last)
                last = point.at
                yield point
    except csv.Error as error:
        raise Refused(f"line {reader.line_num}", str(error)) from None


def _columns(header: list[str], decimal_comma: bool) -> _Columns:
    names = [name.strip().lower() for name in header]
    unknown = [name for name in names if name not in _KNOWN]
    units = [name for name in names if name in _UNITS]
    if unknown:
        raise Refused("line 1", f'"{unknown[0][:40]}" is no column: {", ".join(sorted(_KNOWN))} are')
    if len(set(names)) != len(names) or len(units) != 1 or "start" not in names:
        raise Refused("line 1", "needs the columns start and price_per_kwh, or start and price_per_mwh")
    currency = names.index("currency") if "currency" in names else None
    return _Columns(
        names.index("start"), names.index(units[0]), currency, _UNITS[units[0]], decimal_comma
    )  # fmt: skip


def _point(
    cells: list[str], columns: _Columns, shape: Shape, zone: ZoneInfo, place: str, last: int | None
) -> Point:
    said = [cell.strip() for cell in cells]
    if len(said) <= max(columns.start, columns.price, columns.currency or 0):
        raise Refused(place, "has fewer columns than the header")
    if columns.currency is not None and said[columns.currency] != shape.currency:
        raise Refused(place, f'is in "{said[columns.currency][:10]}", and the series in {shape.currency}')
    number = said[columns.price].replace(",", ".") if columns.decimal_comma else said[columns.price]
    return Point(
        _instant(said[columns.start], zone, place, last), columns.convert(price_of(number, place)), place
    )


def _instant(text: str, zone: ZoneInfo, place: str, last: int | None) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(place, f'"{text[:40]}" is not a time stamp such as 2026-03-29T00:15+01:00') from None
    if moment.tzinfo is not None:
        return seconds(moment)
    first, second = (seconds(moment.replace(tzinfo=zone, fold=fold)) for fold in (0, 1))
    if datetime.fromtimestamp(first, UTC).astimezone(zone).replace(tzinfo=None) != moment.replace(
        microsecond=0
    ):
        raise Refused(place, f"{text} does not exist in {zone.key}: the clocks go forward there")
    return second if last is not None and first <= last else first
