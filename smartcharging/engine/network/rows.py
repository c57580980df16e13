"""The linear rows of a network, as arrays: what plan and fill obey.

The current of a line is the length of a sum of phasors. Between lines and neutral all phasors of a line point the
same way, so the sum is linear. Outlets between two lines lean 30 degrees to either side (208 V sites), 60 degrees
above a delta-wye transformer; the round limit is replaced by chords inside of it, at most 10 degrees apart, which
gives away less than 0.4 %.
"""

from cmath import exp, phase
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, cos, pi, sqrt

import numpy as np
from numpy.typing import NDArray

from smartcharging.engine.network.model import STAR_VOLTS, Circuit, Network, Outlet

LEAN = pi / 6
CHORD = pi / 18
VOLTAGES: NDArray[np.complex128] = np.exp(-2j * pi * np.arange(3) / 3)
NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class Row:
    """One bound: `kind` is "line" (ampere) or "power" (watt); `share` is what a chord leaves of the limit."""

    circuit: str
    kind: str
    line: int | None
    share: float = 1.0


@dataclass(frozen=True)
class Rows:
    """Rows and who touches them.

    `touched[o, k]` is the k-th row of outlet o and `weight[o, k]` what one ampere of it adds there; unused places
    point at row 0 with weight 0. `limit[r]` is the bound before building load and reservations.
    """

    rows: tuple[Row, ...]
    limit: NDArray[np.float64]
    touched: NDArray[np.intp]
    weight: NDArray[np.float64]

    def load(self, amps: NDArray[np.float64]) -> NDArray[np.float64]:
        """What the currents of all outlets (A) put on every row."""
        put = self.weight * amps[:, None]
        summed = np.bincount(self.touched.ravel(), weights=put.ravel(), minlength=len(self.rows))
        return summed.astype(np.float64)

    def lines_of(self, circuit: str) -> tuple[int, ...]:
        """The first row of each line of a circuit: star-connected circuits have one a line."""
        keys = [(row.circuit, row.line) for row in self.rows]
        return tuple(keys.index((circuit, line)) for line in range(3))

    def load_of_lines(self, amps_by_circuit: Mapping[str, Sequence[float]]) -> NDArray[np.float64]:
        """What other load measured at circuits (A on each line, star-connected) puts on their own rows."""
        return np.array([_other(row, amps_by_circuit) for row in self.rows])


def compile_rows(network: Network, phases: Mapping[str, int] | None = None) -> Rows:
    """The rows of a network; `phases` says how many lines each outlet's car uses, where that is known."""
    used = [_lines(outlet, (phases or {}).get(outlet.id)) for outlet in network.outlets]
    builder = _Builder(network, used)
    for circuit in network.circuits:
        builder.add(circuit)
    return builder.rows()


def line_phasors(network: Network, phases: Mapping[str, int] | None = None) -> NDArray[np.complex128]:
    """What one ampere of each outlet puts on each line, exactly: shape (circuits, 3, outlets), turned by its lean."""
    found = np.zeros((len(network.circuits), 3, len(network.outlets)), dtype=np.complex128)
    for index, outlet in enumerate(network.outlets):
        lines = _on_the_way_up(network, outlet, _lines(outlet, (phases or {}).get(outlet.id)))
        for at, circuit in enumerate(network.circuits):
            if circuit.id in lines:
                found[at, :, index] = lines[circuit.id]
    return found


def _lines(outlet: Outlet, phases: int | None) -> tuple[int, ...]:
    return outlet.lines if outlet.between or not phases else outlet.lines[:phases]


def _phasors(outlet: Outlet, used: tuple[int, ...]) -> NDArray[np.complex128]:
    """What one ampere of an outlet puts on the three lines of its own circuit."""
    phasors = np.zeros(3, dtype=np.complex128)
    if outlet.between:
        first, second = outlet.lines
        pair = (VOLTAGES[first] - VOLTAGES[second]) / sqrt(3)
        phasors[first], phasors[second] = pair, -pair
    else:
        phasors[list(used)] = VOLTAGES[list(used)]
    phasors *= outlet.loss
    return phasors


class _Builder:
    def __init__(self, network: Network, used: list[tuple[int, ...]]) -> None:
        self.outlets = network.outlets
        self.used = used
        self.phasors = [_on_the_way_up(network, o, u) for o, u in zip(network.outlets, used, strict=True)]
        self.made: list[Row] = []
        self.limits: list[float] = []
        self.places: list[list[tuple[int, float]]] = [[] for _ in network.outlets]

    def add(self, circuit: Circuit) -> None:
        below = [index for index, circuits in enumerate(self.phasors) if circuit.id in circuits]
        for line in range(3):
            self._line(circuit, line, below)
        if circuit.limit_w is not None:
            self._row(Row(circuit.id, "power", None), circuit.limit_w)
            for index in below:
                self._touch(index, self.outlets[index].watts_per_a(len(self.used[index])))

    def _line(self, circuit: Circuit, line: int, below: list[int]) -> None:
        """One row for each chord. Cut off at zero, a weight is on the safe side."""
        on_it = [(index, self.phasors[index][circuit.id][line]) for index in below]
        turned = [(index, current / VOLTAGES[line]) for index, current in on_it if abs(current) > NOTHING]
        reach = LEAN if len(set(circuit.limit_a)) == 1 else pi
        for direction, share in _chords([phase(current) for _, current in turned], reach):
            self._row(Row(circuit.id, "line", line, share), circuit.limit_a[line] * share)
            for index, current in turned:
                self._touch(index, max(0.0, (current * exp(-1j * direction)).real))

    def _row(self, row: Row, limit: float) -> None:
        self.made.append(row)
        self.limits.append(limit)

    def _touch(self, index: int, weight: float) -> None:
        self.places[index].append((len(self.made) - 1, weight))

    def rows(self) -> Rows:
        width = max((len(place) for place in self.places), default=0)
        touched = np.zeros((len(self.places), width), dtype=np.intp)
        weight = np.zeros((len(self.places), width))
        for index, place in enumerate(self.places):
            touched[index, : len(place)] = [row for row, _ in place]
            weight[index, : len(place)] = [value for _, value in place]
        return Rows(tuple(self.made), np.array(self.limits), touched, weight)


def _on_the_way_up(
    network: Network, outlet: Outlet, used: tuple[int, ...]
) -> dict[str, NDArray[np.complex128]]:
    """What one ampere of an outlet puts on the lines of every circuit up to the root.

    The delta side of a transformer carries the difference of two lines below it, and lags by 30 degrees, which is
    turned back: directions count from the side of the transformer a circuit is on.
    """
    lines = _phasors(outlet, used)
    found: dict[str, NDArray[np.complex128]] = {}
    for circuit in network.path(outlet.circuit):
        if circuit.step_down is not None:
            lines = (lines - np.roll(lines, 1)) / circuit.step_down * exp(1j * LEAN)
        found[circuit.id] = lines
    return found


def _chords(angles: list[float], reach: float) -> list[tuple[float, float]]:
    """Directions that cover the angles, and what each leaves of the round limit.

    Beyond 30 degrees a line with a transformer above it carries less than its neighbour: where all three have one
    limit, those directions bound nothing.
    """
    low, high = min(angles, default=0.0), max(angles, default=0.0)
    if high - low < NOTHING:
        return [(low, 1.0)]
    low, high = max(low, -reach), min(high, reach)
    count = ceil(round((high - low) / CHORD, 6))
    width = (high - low) / count
    return [(low + (step + 0.5) * width, cos(width / 2)) for step in range(count)]


def _other(row: Row, amps_by_circuit: Mapping[str, Sequence[float]]) -> float:
    amps = amps_by_circuit.get(row.circuit)
    if amps is None:
        return 0.0
    return sum(amps) * STAR_VOLTS if row.line is None else amps[row.line]
