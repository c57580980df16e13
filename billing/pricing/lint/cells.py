"""Every situation in which a tariff could decide differently: one point between each two borders it names."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod

from ..exact import Rational
from ..matching import Match, Situation, match
from ..period import Period, Phase
from ..tariff import Dimension, Tariff
from ..wall_clock import DAY_S, LocalTime

# Beyond so many situations a tariff is too involved to be looked through while somebody types.
MOST = 50_000
_WEEK = 7
# A Monday, far from the dates of any tariff.
_SOME_MONDAY = 4


@dataclass(frozen=True, slots=True)
class Cell:
    """A situation in one phase."""

    phase: Phase
    situation: Situation

    def price_of(self, tariff: Tariff, dimension: Dimension) -> Match | None:
        return match(tariff, dimension, self.phase, self.situation)


@dataclass(frozen=True, slots=True)
class _Axes:
    days: tuple[int, ...]
    seconds: tuple[Rational, ...]
    energies_wh: tuple[Rational, ...]
    durations_s: tuple[Rational, ...]
    powers_w: tuple[Rational | None, ...]
    currents_a: tuple[Rational | None, ...]

    def count(self) -> int:
        axes = (self.days, self.seconds, self.energies_wh, self.durations_s, self.powers_w, self.currents_a)
        return prod(map(len, axes))


def cells(tariff: Tariff) -> list[Cell] | None:
    """All of them, the charging phase first; None if they are too many."""
    axes = _axes(tariff)
    kinds = [(Phase.CHARGING, False), (Phase.RESERVATION, False), (Phase.RESERVATION, True)]
    if axes.count() * len(kinds) > MOST:
        return None
    return [
        Cell(phase, situation) for phase, expired in kinds for situation in _situations(tariff, axes, expired)
    ]


def _axes(tariff: Tariff) -> _Axes:
    return _Axes(
        days=_days(tariff),
        seconds=tuple(sorted({0} | {second % DAY_S for second in tariff.borders.times})),
        energies_wh=_steps(tariff.borders.energies_wh),
        durations_s=_steps(tariff.borders.durations_s),
        powers_w=_electrical(tariff, "min_power_w", "max_power_w"),
        currents_a=_electrical(tariff, "min_current_a", "max_current_a"),
    )


def _steps(borders: frozenset[Rational]) -> tuple[Rational, ...]:
    return tuple(sorted({0} | borders))


def _given(tariff: Tariff, *names: str) -> set[Rational]:
    found = {getattr(element.restrictions, name) for element in tariff.elements for name in names}
    return found - {None}


def _electrical(tariff: Tariff, *names: str) -> tuple[Rational | None, ...]:
    borders = _given(tariff, *names)
    return tuple(sorted({0} | borders)) if borders else (None,)


def _days(tariff: Tariff) -> tuple[int, ...]:
    """A week before, at and after each date; or one day where no day matters."""
    dates = _given(tariff, "start_date", "end_date")
    weekdays = any(element.restrictions.days is not None for element in tariff.elements)
    starts = {int(date) for date in dates} | {min(dates, default=_SOME_MONDAY + _WEEK) - _WEEK}
    return tuple(sorted({int(day) + n for day in starts for n in range(_WEEK if weekdays else 1)}))


def _situations(tariff: Tariff, axes: _Axes, expired: bool) -> Iterator[Situation]:
    for power, current in product(axes.powers_w, axes.currents_a):
        period = Period(0, 0, {}, tariff, "", power, power, current, current)
        for day, second, energy, elapsed in product(
            axes.days, axes.seconds, axes.energies_wh, axes.durations_s
        ):
            yield Situation(LocalTime(day, second), energy, elapsed, period, expired)
