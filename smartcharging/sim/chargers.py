"""Chargers and cars of the closed loop, as arrays: what they were told takes effect late, and they ramp."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smartcharging.engine.network import Circuit, Network, Outlet
from smartcharging.sim.building import LINE_VOLTS, STEP_S, STEPS_A_DAY

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
ROTATIONS = ((0, 1, 2), (1, 2, 0), (2, 0, 1))
RAMP_A = 8.0
NEVER = 10 * STEPS_A_DAY


@dataclass(frozen=True)
class Visits:
    """One stay at each outlet: steps of arrival and departure, and the energy wanted (ampere-steps on a phase)."""

    arrive: NDArray[np.int64]
    leave: NDArray[np.int64]
    wanted: Floats


def network_of(limit_a: float, outlets: int) -> Network:
    """A site with one limit and outlets, every other one three-phase, the others in turn on the three lines."""
    made = tuple(
        Outlet(
            f"e{i}",
            "site",
            lines=ROTATIONS[i // 2 % 3][: 3 if i % 2 == 0 else 1],
            maximum_a=16.0 if i % 2 == 0 else 32.0,
        )
        for i in range(outlets)
    )
    return Network((Circuit("site", None, (limit_a,) * 3),), made)


def visits_of(network: Network, rng: np.random.Generator) -> Visits:
    """A working day: arrivals around half past eight, stays of four to nine hours, 10 to 35 kWh."""
    count = len(network.outlets)
    arrive = np.clip(rng.normal(8.5, 1.2, count), 5, 14)
    stay = rng.uniform(4, 9, count)
    watts = np.array([LINE_VOLTS * len(outlet.lines) for outlet in network.outlets])
    per_hour = 3600 / STEP_S
    wanted = rng.uniform(10, 35, count) * 1000 / watts * per_hour
    return Visits((arrive * per_hour).astype(int), ((arrive + stay) * per_hour).astype(int), wanted)


class Chargers:
    """The physical side. Currents in ampere on each phase of an outlet, times in steps of ten seconds.

    `deaf[o]`: the step from which the outlet hears nothing (offline), `ignores[o]`: it takes what its car can.
    """

    def __init__(
        self, network: Network, visits: Visits, deaf: NDArray[np.int64], ignores: Flags, failsafe_a: Floats
    ) -> None:
        self.visits, self.deaf, self.ignores = visits, deaf, ignores
        self.maximum_a = np.array([outlet.maximum_a for outlet in network.outlets])
        self.lines = np.zeros((len(network.outlets), 3))
        for index, outlet in enumerate(network.outlets):
            self.lines[index, list(outlet.lines)] = 1.0
        self.failsafe_a = failsafe_a
        self.limit_a = failsafe_a.copy()
        self.ends = np.full(len(self.limit_a), NEVER)
        self.drawn_a = np.zeros(len(self.limit_a))
        self.delivered = np.zeros(len(self.limit_a))
        self._due: dict[int, list[tuple[int, float, int]]] = {}

    def plugged(self, step: int) -> Flags:
        """Which outlets hold a car that wants energy."""
        here = (self.visits.arrive <= step) & (step < self.visits.leave)
        return here & (self.delivered < self.visits.wanted)

    def told(self, outlet: int, amps: float, effect: int, end: int) -> None:
        """A limit that takes effect at a step, and decays to the fail-safe value at another."""
        self._due.setdefault(effect, []).append((outlet, amps, end))

    def stop(self, outlet: int, step: int) -> None:
        """The transaction ends at a step, and the car stays away from current."""
        self.visits.leave[outlet] = min(step, self.visits.leave[outlet])

    def move(self, step: int) -> Floats:
        """One step of ten seconds; the currents drawn in it."""
        for outlet, amps, end in self._due.pop(step, ()):
            self.limit_a[outlet], self.ends[outlet] = amps, end
        self.limit_a = np.where(step >= self.ends, self.failsafe_a, self.limit_a)
        plugged = self.plugged(step)
        allowed = np.where(self.limit_a >= 6.0, np.minimum(self.limit_a, self.maximum_a), 0.0)
        goal = np.where(plugged, np.where(self.ignores, self.maximum_a, allowed), 0.0)
        ramped = np.clip(goal, self.drawn_a - RAMP_A, self.drawn_a + RAMP_A)
        self.drawn_a = np.where(plugged, np.where((ramped < 6.0) & (goal == 0), 0.0, ramped), 0.0)
        self.delivered += self.drawn_a
        return self.drawn_a

    def on_lines(self) -> Floats:
        """What all draw on the three lines together (A)."""
        return self.drawn_a @ self.lines
