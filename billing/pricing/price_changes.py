"""Finds periods that were not cut where they should have been: they are priced at their start, with a note."""

from collections.abc import Iterator, Sequence

from .exact import Rational, ratio
from .matching import PRICED_AS, Situation, match
from .notes import Note
from .tariff import Dimension
from .wall_clock import WallClock

_NOTE = "the price changes inside the period, which is priced at its start"


def price_changes_inside(situations: Sequence[Situation], clock: WallClock) -> Iterator[Note]:
    """A note for each period in which another price than at its start would apply for a while."""
    for index, situation in enumerate(situations):
        inside = list(_inside(situation, clock))
        if inside and any(_prices(later) != _prices(situation) for later in inside):
            yield Note("period_spans_price_change", _NOTE, index)


def _prices(situation: Situation) -> list[tuple[int, int] | None]:
    found = (
        match(situation.period.tariff, dimension, phase, situation)
        for measured, dimension, phase in PRICED_AS
        if measured in situation.period.volumes
    )
    return [(price.element_index, price.component_index) if price else None for price in found]


def _inside(situation: Situation, clock: WallClock) -> Iterator[Situation]:
    """The situation at each border strictly inside the period, energy flowing evenly."""
    period = situation.period
    for instant in sorted({*_borders(situation, clock)}):
        if period.start < instant < period.end:
            passed_s = instant - period.start
            flowed = ratio(_energy(situation) * passed_s, period.end - period.start)
            yield Situation(
                clock.at(instant),
                situation.energy_wh + flowed,
                situation.elapsed_s + passed_s,
                period,
                situation.expired,
            )


def _borders(situation: Situation, clock: WallClock) -> Iterator[Rational]:
    period, borders = situation.period, situation.period.tariff.borders
    yield from clock.borders(borders.times, borders.midnights, period.start, period.end)
    for duration_s in borders.durations_s:
        yield period.start + duration_s - situation.elapsed_s
    for energy_wh in borders.energies_wh:
        if _energy(situation):
            share = ratio(energy_wh - situation.energy_wh, _energy(situation))
            yield period.start + share * (period.end - period.start)


def _energy(situation: Situation) -> Rational:
    return situation.period.volumes.get(Dimension.ENERGY, 0)
