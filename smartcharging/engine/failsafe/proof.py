"""The sum that proves that a site holds in silence, or says where it does not and what to change."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from smartcharging.engine.failsafe.shares import failsafe_shares
from smartcharging.engine.fill.model import TOLERANCE, Floats, Wiring


@dataclass(frozen=True, slots=True)
class ProofLine:
    """A circuit's line (0 to 2; None: its power): what stations may take in silence, the worst other load, the limit.

    All in `unit`, "A" or "W".
    """

    circuit: str
    line: int | None
    unit: str
    silent: float
    other: float
    limit: float

    @property
    def total(self) -> float:
        """What may flow at the worst moment."""
        return self.silent + self.other

    @property
    def holds(self) -> bool:
        """Whether it is no more than the limit."""
        return self.total <= self.limit + TOLERANCE

    @property
    def missing(self) -> float:
        """By how much it is more."""
        return max(0.0, self.total - self.limit)


@dataclass(frozen=True, slots=True)
class Change:
    """A fail-safe current to install (A) instead of what an outlet may take now."""

    outlet: str
    from_a: float
    to_a: float


@dataclass(frozen=True, slots=True)
class Proof:
    """`lines`: every circuit line, the fullest first. `changes`: what makes the rest hold; empty where all hold.

    `without_cars`: lines which other load alone breaks; no change of a station helps there.
    """

    lines: tuple[ProofLine, ...]
    changes: tuple[Change, ...]

    @property
    def holds(self) -> bool:
        """Whether the site holds if nobody hears anything more from now on."""
        return all(line.holds for line in self.lines)

    @property
    def without_cars(self) -> tuple[ProofLine, ...]:
        """Lines that other load breaks by itself."""
        return tuple(line for line in self.lines if line.other > line.limit + TOLERANCE)


def proof(wiring: Wiring, highest_a: Floats, worst_case: Floats, shares: Floats | None = None) -> Proof:
    """The proof for the highest currents in silence (A by outlet of the network), beside the worst other load.

    `shares`: what would hold, for the changes; without, `failsafe_shares` of all outlets.
    """
    other = np.maximum(worst_case, 0.0)
    silent = wiring.rows.load(highest_a)
    lines = sorted(_lines(wiring, silent, other), key=lambda line: line.limit - line.total)
    shares = failsafe_shares(wiring, other) if shares is None else shares
    broken = not all(line.holds for line in lines)
    return Proof(tuple(lines), _changes(wiring, highest_a, shares) if broken else ())


def _lines(wiring: Wiring, silent: Floats, other: Floats) -> Sequence[ProofLine]:
    """One for each circuit and line: of several chords the one with the least room."""
    fullest: dict[tuple[str, int | None], ProofLine] = {}
    for index, row in enumerate(wiring.rows.rows):
        values = np.array([silent[index], other[index], wiring.rows.limit[index]]) / row.share
        line = ProofLine(row.circuit, row.line, "A" if row.kind == "line" else "W", *values.tolist())
        known = fullest.setdefault((row.circuit, row.line), line)
        if line.limit - line.total < known.limit - known.total:
            fullest[row.circuit, row.line] = line
    return list(fullest.values())


def _changes(wiring: Wiring, highest_a: Floats, shares: Floats) -> tuple[Change, ...]:
    """Who must be told a lower fail-safe current, and which."""
    lower = np.flatnonzero(shares < highest_a - TOLERANCE)
    outlets = wiring.network.outlets
    return tuple(Change(outlets[i].id, float(highest_a[i]), float(shares[i])) for i in lower.tolist())
