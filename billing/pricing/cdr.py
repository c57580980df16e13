"""Reads an OCPI CDR (2.1.1, 2.2.1, 2.3.0) into the periods that are rated; its own totals have no say."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .country_zones import ZONE_OF_COUNTRY
from .document import At
from .errors import Refused
from .exact import Rational, decimals, ratio, whole
from .notes import Note
from .period import Period
from .rounding import half_up
from .tariff import Dimension, Tariff
from .tariff_reader import read_tariff
from .usage import UNKNOWN_ZONE, Usage

_HOUR_S = 3600
# Volumes are kWh and hours in OCPI, Wh and s here.
_VOLUMES: dict[str, int] = {
    Dimension.ENERGY: 1000,
    Dimension.TIME: _HOUR_S,
    Dimension.PARKING_TIME: _HOUR_S,
    Dimension.RESERVATION_TIME: _HOUR_S,
}
# Power is kW in OCPI and W here; the average stands in for a lowest or highest value that was not given.
_ELECTRICAL: dict[str, tuple[str, int]] = {
    "POWER": ("average_power_w", 1000),
    "MIN_POWER": ("min_power_w", 1000),
    "MAX_POWER": ("max_power_w", 1000),
    "CURRENT": ("average_current_a", 1),
    "MIN_CURRENT": ("min_current_a", 1),
    "MAX_CURRENT": ("max_current_a", 1),
}
_NOT_PRICED = ("FLAT", "ENERGY_EXPORT", "ENERGY_IMPORT", "STATE_OF_CHARGE")
_DIMENSIONS = (*_VOLUMES, *_ELECTRICAL, *_NOT_PRICED)
# Hours with this many decimals are repeating ones that were cut off.
_CUT_OFF_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class _Line:
    """A charging period as it stands in the CDR."""

    start: Rational
    volumes: dict[Dimension, Rational]
    excess: dict[Dimension, Rational]
    electrical: dict[str, Rational]
    tariff_id: At | None


def read_cdr(document: Any, tariffs: Sequence[Tariff] = (), zone: str | None = None) -> Usage:
    """The usage of a CDR that was read by `exact.loads`. Raises `Refused`.

    Without `tariffs`, those inside the CDR; a period with a `tariff_id` takes the one it names.
    """
    at = At(document).object()
    if (credit := at.maybe("credit")) and credit.value is True:
        raise credit.refuse("makes this the mirror of another CDR, which is not rated")
    lines = [_line(item) for item in at.need("charging_periods").items()]
    if not lines:
        raise Refused("charging_periods", "is empty")
    ordered = sorted(lines, key=lambda line: line.start)
    start, end = _span(at, ordered)
    chosen, notes = _choose(_tariffs(at, tariffs), ordered, start)
    place, zone_notes = (zone, []) if zone else _zone(at)
    _check_currency(at, chosen)
    if ordered != lines:
        notes.append(Note("periods_out_of_order", "the periods were put in order of time"))
    periods = _periods(ordered, chosen, end)
    return Usage(periods, place, start, end, [*zone_notes, *notes], is_cut=False)


def _line(at: At) -> _Line:
    line = _Line(at.object().need("start_date_time").instant(), {}, {}, {}, at.maybe("tariff_id"))
    dimensions = at.maybe("dimensions")
    for dimension in dimensions.items() if dimensions else ():
        kind = dimension.object().need("type").one_of(_DIMENSIONS)
        if kind in _VOLUMES:
            _add_volume(line, Dimension(kind), dimension.need("volume"))
        elif kind in _ELECTRICAL:
            name, factor = _ELECTRICAL[kind]
            line.electrical[name] = dimension.need("volume").not_negative() * factor
    return line


def _add_volume(line: _Line, dimension: Dimension, at: At) -> None:
    """What is zero was not measured; only a reservation of no time is still a reservation."""
    volume = whole(at.not_negative() * _VOLUMES[dimension])
    if volume or dimension is Dimension.RESERVATION_TIME:
        line.volumes[dimension] = line.volumes.get(dimension, 0) + volume
    if dimension is not Dimension.ENERGY and (excess := _excess(volume, decimals(at.value))):
        line.excess[dimension] = line.excess.get(dimension, 0) + excess


def _excess(seconds: Rational, given_decimals: int) -> Rational:
    """What a repeating decimal of hours that was cut off has above (or below) the whole second it means."""
    excess = seconds - half_up(seconds)
    if given_decimals < _CUT_OFF_DECIMALS or not excess:
        return 0
    half_a_digit_s = ratio(_HOUR_S, 2 * 10**given_decimals)
    return excess if -half_a_digit_s <= excess <= half_a_digit_s else 0


def _span(at: At, lines: Sequence[_Line]) -> tuple[Rational, Rational]:
    """From the CDR's own dates (2.1.1 calls the end `stop_date_time`), else from its periods."""
    begin = at.maybe("start_date_time")
    stop = at.maybe("end_date_time") or at.maybe("stop_date_time")
    start = begin.instant() if begin else lines[0].start
    if stop is None:
        times = [volume for name, volume in lines[-1].volumes.items() if name is not Dimension.ENERGY]
        last: Rational = lines[-1].start + sum(times, start=0)
        return start, max(start, last)
    if stop.instant() < start:
        raise stop.refuse("is before the start")
    return start, stop.instant()


def _tariffs(at: At, given: Sequence[Tariff]) -> Sequence[Tariff]:
    if given:
        return given
    inside = [_tariff(item) for item in at.need("tariffs").items()]
    if not inside:
        raise Refused("tariffs", "is empty")
    return inside


def _tariff(at: At) -> Tariff:
    try:
        return read_tariff(at.value)
    except Refused as refused:
        raise refused.below(at.place) from None


def _choose(
    tariffs: Sequence[Tariff], lines: Sequence[_Line], start: Rational
) -> tuple[list[Tariff], list[Note]]:
    """The tariff of each line. Where others name one, a line that names none has none (OCPI 2.2.1 §10.4.2)."""
    usual = next((tariff for tariff in tariffs if tariff.is_valid_at(start)), tariffs[0])
    if len(tariffs) == 1 or not any(line.tariff_id for line in lines):
        strangers = [
            i for i, line in enumerate(lines) if line.tariff_id and not _names(line.tariff_id, usual)
        ]
        text = "the period names another tariff than the one it is rated with"
        return [usual] * len(lines), [Note("other_tariff_named", text, index) for index in strangers]
    free = Tariff("", usual.currency, ())
    chosen = [_named(line.tariff_id, tariffs) if line.tariff_id else free for line in lines]
    nameless = [index for index, tariff in enumerate(chosen) if tariff is free]
    return chosen, [Note("no_tariff", "no tariff applies to the period", index) for index in nameless]


def _names(tariff_id: At, tariff: Tariff) -> bool:
    """Identifiers are case-insensitive (OCPI CiString)."""
    return tariff_id.text().casefold() == tariff.id.casefold()


def _named(tariff_id: At, tariffs: Sequence[Tariff]) -> Tariff:
    found = next((tariff for tariff in tariffs if _names(tariff_id, tariff)), None)
    if found is None:
        raise tariff_id.refuse("is none of the tariffs")
    return found


def _check_currency(at: At, chosen: Sequence[Tariff]) -> None:
    currency = at.maybe("currency")
    if currency and currency.text() != chosen[0].currency:
        raise currency.refuse(f"is not the currency of the tariff, {chosen[0].currency}")


def _zone(at: At) -> tuple[str, list[Note]]:
    """The time zone the location names, else that of its country, else UTC, each with a note."""
    location = at.maybe("cdr_location") or at.maybe("location")
    if location is None:
        return UNKNOWN_ZONE
    named = location.object().maybe("time_zone")
    if named:
        return named.text(), []
    country = location.maybe("country")
    zone = ZONE_OF_COUNTRY.get(country.text()) if country else None
    if zone is None:
        return UNKNOWN_ZONE
    return zone, [Note("time_zone_of_country", f"the time zone is taken from the country: {zone}")]


def _periods(lines: Sequence[_Line], tariffs: Sequence[Tariff], end: Rational) -> list[Period]:
    ends = [*(line.start for line in lines[1:]), max(end, lines[-1].start)]
    return [
        Period(line.start, stop, line.volumes, tariff, excess=line.excess, **_electrical(line))
        for line, stop, tariff in zip(lines, ends, tariffs, strict=True)
    ]


def _electrical(line: _Line) -> dict[str, Any]:
    """Lowest and highest power and current; the average where they were not given."""
    found = line.electrical
    return {
        f"{bound}_{unit}": found.get(f"{bound}_{unit}", found.get(f"average_{unit}"))
        for unit in ("power_w", "current_a")
        for bound in ("min", "max")
    }
