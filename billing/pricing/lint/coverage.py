"""Which prices a tariff ever uses, and when it has none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..exact import Rational
from ..period import Phase
from ..tariff import PRICED, Dimension, Tariff
from .cells import Cell, cells
from .words import DIMENSION_WORDS

_DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


@dataclass(frozen=True, slots=True)
class Coverage:
    """`used` are the places of components that apply somewhere; `free` says when a dimension has no price."""

    used: frozenset[str]
    free: Mapping[Dimension, str]


def coverage(tariff: Tariff) -> Coverage | None:
    """Looks at every situation; None if they are too many."""
    found = cells(tariff)
    if found is None:
        return None
    return Coverage(frozenset(_used(tariff, found)), dict(_free(tariff, found)))


def _used(tariff: Tariff, found: Iterable[Cell]) -> Iterable[str]:
    for cell in found:
        for dimension in PRICED:
            match = cell.price_of(tariff, dimension)
            if match is not None:
                yield f"elements[{match.element_index}].price_components[{match.component_index}]"


def _free(tariff: Tariff, found: list[Cell]) -> Iterable[tuple[Dimension, str]]:
    charging = [cell for cell in found if cell.phase is Phase.CHARGING]
    for dimension in _priced_while_charging(tariff) & DIMENSION_WORDS.keys():
        meant = [cell for cell in charging if cell.situation.elapsed_s >= _grace_s(tariff, dimension)]
        unpriced = next((cell for cell in meant if cell.price_of(tariff, dimension) is None), None)
        if unpriced is not None:
            yield dimension, _example(tariff, unpriced)


def _grace_s(tariff: Tariff, dimension: Dimension) -> Rational:
    """Idle time before its fee begins is free on purpose."""
    if dimension is not Dimension.PARKING_TIME:
        return 0
    elements = [element for element in tariff.elements if dimension in element.by_dimension]
    return min((element.restrictions.min_duration_s or 0 for element in elements), default=0)


def _priced_while_charging(tariff: Tariff) -> set[Dimension]:
    return {
        component.dimension
        for element in tariff.elements
        if element.restrictions.reservation is None
        for component in element.components
    }


def _example(tariff: Tariff, cell: Cell) -> str:
    """The situation in words, as far as the tariff asks for it."""
    now, borders = cell.situation, tariff.borders
    parts = [f"on {_DAYS[now.local.weekday]}"] if borders.midnights else []
    parts += [f"at {_clock(now.local.second)}"] if borders.times else []
    parts += [f"after {_number(now.energy_wh)} Wh"] if borders.energies_wh else []
    parts += [f"after {_number(now.elapsed_s)} s"] if borders.durations_s else []
    parts += [f"at {_number(now.period.min_power_w)} W"] if now.period.min_power_w is not None else []
    parts += [f"at {_number(now.period.min_current_a)} A"] if now.period.min_current_a is not None else []
    return ", ".join(parts)


def _clock(second: Rational) -> str:
    return f"{int(second) // 3600:02}:{int(second) % 3600 // 60:02}"


def _number(value: Rational) -> str:
    return f"{value}" if isinstance(value, int) else f"{float(value):g}"
