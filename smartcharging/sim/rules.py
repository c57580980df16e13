"""How others share a limit: uncontrolled, first come first served, earliest deadline, least laxity, equal share.

They keep the exact round limits of the wires, so that no chord of ours stands in their way.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smartcharging.engine.network import Network, compile_rows, line_phasors
from smartcharging.engine.plan.grid import Floats
from smartcharging.sim.garage import CAR_W, VOLTS
from smartcharging.sim.score import STEP_H, Month
from smartcharging.sim.sessions import Session

ALMOST = 1e-9


@dataclass(frozen=True)
class Present:
    """The cars of one step that still need energy; arrays of shape (cars,)."""

    step: int
    outlet: NDArray[np.intp]
    arrival: Floats
    departure: Floats
    left_wh: Floats

    @property
    def most_w(self) -> Floats:
        """What a car can take in the step."""
        most: Floats = np.minimum(CAR_W, self.left_wh / STEP_H)
        return most

    @property
    def laxity(self) -> Floats:
        """Steps a car can wait."""
        laxity: Floats = self.departure - self.step - self.left_wh / STEP_H / CAR_W
        return laxity


Rule = Callable[[Present], Floats]


def follow(sessions: Sequence[Session], network: Network, rule: Rule) -> Month:
    """A month under a rule that says the W of the cars present."""
    number = {outlet.id: index for index, outlet in enumerate(network.outlets)}
    outlet = np.array([number[session.station] for session in sessions])
    arrival = np.array([session.arrival for session in sessions])
    departure = np.array([session.departure for session in sessions])
    left = np.array([session.need_wh for session in sessions])
    watts = np.zeros((len(sessions), int(departure.max())))
    for step in range(watts.shape[1]):
        here = np.flatnonzero((arrival <= step) & (step < departure) & (left > ALMOST))
        if len(here):
            present = Present(step, outlet[here], arrival[here], departure[here], left[here])
            watts[here, step] = rule(present)
            left[here] -= watts[here, step] * STEP_H
    return Month(tuple(sessions), watts, watts)


def uncontrolled(present: Present) -> Floats:
    """Everybody at once."""
    return present.most_w


class Sorted:
    """One after the other gets all it can take, in an order of the rule."""

    def __init__(self, network: Network, order: Callable[[Present], Floats]) -> None:
        phasors = line_phasors(network)
        self.phasors = phasors.reshape(-1, phasors.shape[2])
        self.limits = np.array([circuit.limit_a for circuit in network.circuits]).ravel()
        self.order = order

    def __call__(self, present: Present) -> Floats:
        watts = np.zeros(len(present.outlet))
        load = np.zeros(len(self.limits), dtype=np.complex128)
        for car in np.argsort(self.order(present), kind="stable"):
            line = self.phasors[:, present.outlet[car]]
            amps = min(present.most_w[car] / VOLTS, _room(load, line, self.limits))
            load = load + line * amps
            watts[car] = amps * VOLTS
        return watts


def _room(load: NDArray[np.complex128], line: NDArray[np.complex128], limits: Floats) -> float:
    """How far a current can grow until the first line reaches its round limit."""
    square = np.abs(line) ** 2
    on = square > ALMOST
    square, along = square[on], (load[on].conjugate() * line[on]).real
    left = np.maximum(limits[on] ** 2 - np.abs(load[on]) ** 2, 0.0)
    room = (np.sqrt(along**2 + square * left) - along) / square
    return float(room.min(initial=np.inf))


def first_come(network: Network) -> Rule:
    """First come, first served."""
    return Sorted(network, lambda present: present.arrival)


def earliest_deadline(network: Network) -> Rule:
    """Who leaves first is first."""
    return Sorted(network, lambda present: present.departure)


def least_laxity(network: Network) -> Rule:
    """Who can wait least is first."""
    return Sorted(network, lambda present: present.laxity)


class EqualShare:
    """All currents grow alike; who reaches a full line or has enough stops."""

    def __init__(self, network: Network) -> None:
        self.rows = compile_rows(network)

    def __call__(self, present: Present) -> Floats:
        most = present.most_w / VOLTS
        weight = np.zeros((len(most), len(self.rows.limit)))
        np.add.at(
            weight,
            (np.arange(len(most))[:, None], self.rows.touched[present.outlet]),
            self.rows.weight[present.outlet],
        )
        amps, grows = np.zeros(len(most)), np.ones(len(most), dtype=bool)
        while grows.any():
            pull = weight[grows].sum(axis=0)
            room = self.rows.limit - amps @ weight
            rise = np.min(room[pull > ALMOST] / pull[pull > ALMOST], initial=np.inf)
            rise = max(0.0, min(rise, float((most - amps)[grows].min())))
            amps[grows] += rise
            full = self.rows.limit - amps @ weight <= ALMOST * np.maximum(self.rows.limit, 1.0)
            grows &= (amps < most - ALMOST) & ~(weight[:, full] > ALMOST).any(axis=1)
        return amps * VOLTS
