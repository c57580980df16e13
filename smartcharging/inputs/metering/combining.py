"""Several meters of one circuit as one load; pure.

Meters of everything overlap, so the higher one counts; meters of the building alone stand beside each other, so their
sum does. A line that no meter sees carries the most the policy says.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..choices import LoadSource, Measures
from .lines import Lines

Three = tuple[float, float, float]
_TRUST = (LoadSource.METER, LoadSource.LAST_HOUR, LoadSource.WORST_CASE, LoadSource.UNKNOWN)


@dataclass(frozen=True, slots=True)
class LoadPoint:
    """The load at an instant, A on the site's L1, L2, L3."""

    at: datetime
    amps: Three


@dataclass(frozen=True, slots=True)
class MeterLoad:
    """What one meter says of the load: now, and in its history (oldest first)."""

    meter: str
    measures: str
    amps: Lines
    source: LoadSource
    age_s: float | None
    reason: str
    history: tuple[tuple[datetime, Lines], ...] = ()


@dataclass(frozen=True, slots=True)
class BuildingLoad:
    """The load at one circuit (public id; None: the root) besides the chargers, A on the site's lines.

    `amps` is what to reckon with now; infinite where nothing is known. `points`: what was measured in the last ten
    minutes, oldest first, for the margin; empty unless every meter speaks. `age_s` is that of the oldest newest
    reading. `reason` says why it is not the meters' own word, empty otherwise.
    """

    circuit: str | None
    amps: Three
    source: LoadSource
    age_s: float | None
    points: tuple[LoadPoint, ...]
    reason: str
    meters: tuple[str, ...]


def combined(circuit: str | None, loads: Sequence[MeterLoad], worst: Sequence[float]) -> BuildingLoad:
    """One load out of those of the meters at a circuit; at least one."""
    source = max((one.source for one in loads), key=_TRUST.index)
    ages = [one.age_s for one in loads]
    return BuildingLoad(
        circuit=circuit,
        amps=together([(one.measures, one.amps) for one in loads], worst),
        source=source,
        age_s=None if None in ages else max(age for age in ages if age is not None),
        points=_points(loads, worst) if source == LoadSource.METER else (),
        reason=" ".join(one.reason for one in loads if one.reason),
        meters=tuple(one.meter for one in loads),
    )


def _points(loads: Sequence[MeterLoad], worst: Sequence[float]) -> tuple[LoadPoint, ...]:
    """The load whenever one of the meters spoke, from the moment on at which all had."""
    steps = sorted(
        (at, place, lines) for place, one in enumerate(loads) for at, lines in one.history
    )  # fmt: skip
    newest: dict[int, Lines] = {}
    points = []
    for at, place, lines in steps:
        newest[place] = lines
        if len(newest) == len(loads):
            told = [(loads[key].measures, newest[key]) for key in newest]
            points.append(LoadPoint(at, together(told, worst)))
    return tuple(points)


def together(told: Sequence[tuple[str, Lines]], worst: Sequence[float]) -> Three:
    """What several meters (what they measure, A on the lines they see) say of one circuit at one moment."""
    amps = [_line([(kind, lines[line]) for kind, lines in told], worst[line]) for line in range(3)]
    return amps[0], amps[1], amps[2]


def _line(told: Sequence[tuple[str, float | None]], worst: float) -> float:
    building = _of(told, sum, Measures.BUILDING)
    whole = _of(told, max, Measures.WHOLE)
    known = [one for one in (building, whole) if one is not None]
    return max(known) if known else worst


def _of(
    told: Sequence[tuple[str, float | None]], join: Callable[[list[float]], float], measures: str
) -> float | None:
    amps = [one for kind, one in told if kind == measures and one is not None]
    return join(amps) if amps else None
