"""Prices each period: one line per dimension that has a price there, exactly as measured."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .exact import Rational
from .lines import Charge, Kind, Source, Tax, amount_of
from .matching import PRICED_AS, Match, Situation, match
from .notes import Note
from .period import Period, Phase
from .tariff import Dimension
from .wall_clock import WallClock


@dataclass(frozen=True, slots=True)
class Priced:
    """The lines in order of time, and the situation at the start of each period."""

    charges: list[Charge]
    situations: list[Situation]
    notes: list[Note]


def situations(periods: Sequence[Period], clock: WallClock) -> Iterator[Situation]:
    """The situation at the start of each period."""
    expired = all(Phase.CHARGING not in period.phases for period in periods)
    energy_wh: Rational = 0
    for period in periods:
        elapsed_s = period.start - periods[0].start
        yield Situation(clock.at(period.start), energy_wh, elapsed_s, period, expired)
        energy_wh += period.volumes.get(Dimension.ENERGY, 0)


def price(periods: Sequence[Period], clock: WallClock, flat_is_due: bool) -> Priced:
    """The lines of all periods. FLAT comes once in each phase, where one is active for the first time."""
    priced = Priced([], list(situations(periods, clock)), [])
    flat_phases = {Phase.RESERVATION, Phase.CHARGING} if flat_is_due else {Phase.RESERVATION}
    for index, situation in enumerate(priced.situations):
        _flat(priced, index, situation, flat_phases)
        for measured, dimension, phase in PRICED_AS:
            if measured in situation.period.volumes:
                _metered(priced, index, situation, measured, dimension, phase)
    return priced


def _flat(priced: Priced, index: int, situation: Situation, open_phases: set[Phase]) -> None:
    for phase in situation.period.phases:
        found = (
            match(situation.period.tariff, Dimension.FLAT, phase, situation) if phase in open_phases else None
        )
        if found:
            open_phases.discard(phase)
            _charge(priced, index, situation, Dimension.FLAT, phase, found, 1)


def _metered(
    priced: Priced, index: int, situation: Situation, measured: Dimension, dimension: Dimension, phase: Phase
) -> None:
    volume = situation.period.volumes[measured]
    found = match(situation.period.tariff, dimension, phase, situation)
    if found:
        _charge(priced, index, situation, measured, phase, found, volume)
    elif any(dimension in element.by_dimension for element in situation.period.tariff.elements):
        priced.notes.append(Note("no_price_component", f"{measured} has no price here and is free", index))


def _charge(
    priced: Priced,
    index: int,
    situation: Situation,
    dimension: Dimension,
    phase: Phase,
    found: Match,
    quantity: Rational,
) -> None:
    tariff = situation.period.tariff
    component = found.component
    priced.charges.append(
        Charge(
            kind=Kind.CHARGE,
            dimension=dimension,
            amount=amount_of(component, quantity),
            tax=Tax(component.vat, tariff.tax_included),
            phase=phase,
            period=index,
            quantity=quantity,
            source=Source(tariff.id, found.element_index, found.component_index, component),
        )
    )
    priced.notes.extend(_unknowns(found, situation.period, index))


def _unknowns(found: Match, period: Period, index: int) -> Iterator[Note]:
    """A restriction whose value nobody measured counted as fulfilled."""
    for name in found.restrictions.given:
        if name in _ELECTRICAL and getattr(period, name) is None:
            kind = "current" if "current" in name else "power"
            yield Note(f"unknown_{kind}", f"the {kind} is not known and counts as fitting", index)


_ELECTRICAL = ("min_current_a", "max_current_a", "min_power_w", "max_power_w")
