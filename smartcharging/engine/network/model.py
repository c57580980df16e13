"""Circuits and outlets as an installer describes them, checked when they are put together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import inf, isfinite

LINES = ("L1", "L2", "L3")
STAR_VOLTS = 230.0


class NetworkError(ValueError):
    """A site that cannot be calculated: `place` is the id of the circuit or outlet, `problem` says why."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Circuit:
    """A fuse, a board or the grid connection.

    `limit_a` holds for every one of the three lines. `limit_w` bounds the power of the three together.
    `unbalance_a` bounds the difference between any two lines. `step_down` makes it the delta side of a delta-wye
    transformer that feeds what is below: its voltage between lines over the one to neutral below (4 for 480/120 V).
    """

    id: str
    parent: str | None
    limit_a: tuple[float, float, float]
    limit_w: float | None = None
    unbalance_a: float | None = None
    step_down: float | None = None


@dataclass(frozen=True, slots=True)
class Outlet:
    """An EVSE and how it is wired.

    `lines`: the site's lines (0, 1, 2) behind the EVSE's own L1, L2, L3; a car on one phase loads the first.
    `between`: connected between two lines (delta, as at 208 V) instead of lines and neutral (star).
    `minimum_a`: below this a car does not charge (6 A, IEC 61851-1); `step_a`: what it can be told apart.
    `loss`: AC power drawn for one watt delivered, 1 for AC outlets.
    """

    id: str
    circuit: str
    lines: tuple[int, ...] = (0, 1, 2)
    between: bool = False
    volts: float = STAR_VOLTS
    minimum_a: float = 6.0
    maximum_a: float = 32.0
    step_a: float = 1.0
    loss: float = 1.0

    def watts_per_a(self, phases: int | None = None) -> float:
        """Power at the grid for one ampere on each of `phases` lines (all of them without)."""
        lines = 1 if self.between else min(phases or len(self.lines), len(self.lines))
        return self.volts * lines * self.loss


@dataclass(frozen=True)
class Network:
    """A tree of circuits with outlets; the first circuit without parent is the root, and there is one.

    Raises NetworkError naming the circuit or outlet: no root or two, a loop, an unknown parent, a missing or
    negative limit, impossible lines.
    """

    circuits: tuple[Circuit, ...]
    outlets: tuple[Outlet, ...] = ()

    def __post_init__(self) -> None:
        _unique([circuit.id for circuit in self.circuits])
        _unique([outlet.id for outlet in self.outlets])
        for circuit in self.circuits:
            _check_circuit(circuit)
            list(self.path(circuit.id))
        roots = [circuit.id for circuit in self.circuits if circuit.parent is None]
        if len(roots) != 1:
            raise NetworkError(roots[1] if roots else "site", "a site has exactly one circuit without parent")
        for outlet in self.outlets:
            _check_outlet(outlet, self.by_id)

    @cached_property
    def by_id(self) -> Mapping[str, Circuit]:
        """The circuits by their id."""
        return {circuit.id: circuit for circuit in self.circuits}

    def path(self, circuit_id: str) -> Iterator[Circuit]:
        """From a circuit up to the root. Raises NetworkError where the way never ends or leads nowhere."""
        seen: set[str] = set()
        step: str | None = circuit_id
        while step is not None:
            if step in seen:
                raise NetworkError(circuit_id, "its parents form a loop")
            seen.add(step)
            if step not in self.by_id:
                raise NetworkError(circuit_id, f"there is no circuit {step}")
            yield self.by_id[step]
            step = self.by_id[step].parent


def _unique(ids: list[str]) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise NetworkError(one, "is there twice")
        seen.add(one)


def _check_circuit(circuit: Circuit) -> None:
    bounds = [*circuit.limit_a, *(b for b in (circuit.limit_w, circuit.unbalance_a) if b is not None)]
    if len(circuit.limit_a) != len(LINES):
        raise NetworkError(circuit.id, "needs a limit for each of three lines")
    if not all(isfinite(bound) and bound >= 0 for bound in bounds):
        raise NetworkError(circuit.id, "a limit is zero or more, and known")
    if circuit.step_down is not None and not 0 < circuit.step_down < inf:
        raise NetworkError(circuit.id, "a transformer steps down by more than zero")


def _check_outlet(outlet: Outlet, circuits: Mapping[str, Circuit]) -> None:
    if outlet.circuit not in circuits:
        raise NetworkError(outlet.id, f"there is no circuit {outlet.circuit}")
    if len(set(outlet.lines)) != len(outlet.lines) or not set(outlet.lines) <= {0, 1, 2} or not outlet.lines:
        raise NetworkError(outlet.id, "its lines are one to three different ones of L1, L2, L3")
    if outlet.between and len(outlet.lines) != 2:
        raise NetworkError(outlet.id, "between lines means between two")
    if not 0 <= outlet.minimum_a <= outlet.maximum_a or outlet.step_a <= 0 or not isfinite(outlet.maximum_a):
        raise NetworkError(outlet.id, "needs 0 <= minimum <= maximum, and a step above zero")
