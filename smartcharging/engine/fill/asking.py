"""The cars of one fill as arrays: what each may be granted, in which order, and what holds it back by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np

from smartcharging.engine.fill.model import TOLERANCE, Car, FillError, Flags, Floats, Policy, Stage, Wiring
from smartcharging.engine.fill.packing import Indexes

_LIGHTEST = 1e-3


@dataclass(frozen=True)
class Asking:
    """All arrays in the order of the cars. Currents in ampere.

    `top_a`: the most it may be granted, `own_top_a`: the most it could take if nobody planned, `weight`: its pace
    above the minimum, `target_a`: what a must-run car gets before others are admitted.
    """

    place: Indexes
    planned_a: Floats
    minimum_a: Floats
    step_a: Floats
    target_a: Floats
    top_a: Floats
    own_top_a: Floats
    offered_a: Floats
    weight: Floats
    stage: Indexes
    order: Indexes
    resting: Flags
    reserved: Flags
    admissible: Flags

    def admitted_in(self, stages: Flags) -> Indexes:
        """The cars of some stages that may be admitted, the first to be served first."""
        return self.order[(stages & self.admissible)[self.order]]


def asking(wiring: Wiring, cars: Sequence[Car], policy: Policy) -> Asking:
    """The arrays of cars. Raises FillError naming an outlet that is unknown or has two cars."""
    place = _places(wiring, cars)
    planned = np.array([nan if car.planned_a is None else car.planned_a for car in cars], dtype=float)
    minimum, step = wiring.minimum_a[place], wiring.step_a[place]
    offered = np.array([car.offered_a for car in cars], dtype=float)
    learned = np.array([car.cap_a for car in cars], dtype=float)
    own = np.minimum(wiring.maximum_a[place], learned)
    top = np.minimum(
        np.minimum(own, offered), np.where(np.isnan(planned), np.inf, planned + policy.above_plan_a)
    )
    stage, admissible, resting, reserved = _patience(cars, planned, minimum, policy)
    return Asking(
        place=place,
        planned_a=planned,
        minimum_a=minimum,
        step_a=step,
        target_a=_known(np.fmin(np.fmax(planned, minimum), top), minimum, step),
        top_a=_known(top, minimum, step),
        own_top_a=_known(own, minimum, step),
        offered_a=_known(offered, minimum, step),
        weight=_weights(cars, planned * wiring.watts_per_a[place] / 1000),
        stage=stage,
        order=_order(cars, stage),
        resting=resting,
        reserved=reserved,
        admissible=admissible,
    )


def _places(wiring: Wiring, cars: Sequence[Car]) -> Indexes:
    place = np.array([wiring.place(car.outlet) for car in cars], dtype=np.intp)
    if len(set(place.tolist())) < len(cars):
        names = [car.outlet for car in cars]
        raise FillError(
            next(name for name in names if names.count(name) > 1), "there is one car at an outlet"
        )
    return place


def _known(amps: Floats, minimum: Floats, step: Floats) -> Floats:
    """The highest value a station knows that is not above, and never less than its minimum."""
    return minimum + np.maximum(np.floor((amps - minimum) / step + TOLERANCE), 0.0) * step


def _patience(
    cars: Sequence[Car], planned: Floats, minimum: Floats, policy: Policy
) -> tuple[Indexes, Flags, Flags, Flags]:
    """Stage, whether a car may be admitted, whether it rests, whether its station cannot be told."""
    running = np.array([car.running for car in cars], dtype=bool)
    flagged = np.array([car.must_run for car in cars], dtype=bool)
    reserved = np.array([car.reserved for car in cars], dtype=bool)
    since = np.array([car.since_s for car in cars], dtype=float)
    informed = ~np.isnan(planned)
    stages = [flagged | (planned >= minimum) & (planned > 0), running & (since < policy.minimum_on_s)]
    stages += [informed & (planned <= 0), informed]
    names = [Stage.MUST_RUN, Stage.STICKY, Stage.PAUSED, Stage.PLANNED]
    stage = np.select(stages, [int(name) for name in names], int(Stage.UNINFORMED))
    resting = ~running & (since < policy.minimum_off_s)
    welcome = (stage != Stage.PAUSED) | policy.fill_paused
    return stage, welcome & ~resting & ~reserved, resting, reserved


def _order(cars: Sequence[Car], stage: Indexes) -> Indexes:
    """By stage, priority and credit; of equals those that run, then the first named."""
    priority = np.array([-car.priority for car in cars], dtype=float)
    credit = np.array([-car.waiting_s * car.deficit for car in cars], dtype=float)
    paused = np.array([not car.running for car in cars], dtype=bool)
    return np.lexsort((paused, credit, priority, stage))


def _weights(cars: Sequence[Car], planned_kw: Floats) -> Floats:
    given = np.array([nan if car.weight is None else car.weight for car in cars], dtype=float)
    by_plan = np.where(np.isnan(planned_kw), 1.0, planned_kw)
    return np.maximum(np.where(np.isnan(given), by_plan, given), _LIGHTEST)
