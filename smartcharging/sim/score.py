"""What a month cost and how its cars fared."""

from dataclasses import dataclass

import numpy as np

from smartcharging.engine.plan.grid import HOUR_S, Floats
from smartcharging.sim.sessions import STEP_S, Session, Tariff

STEP_H = STEP_S / HOUR_S
CHARGES_W = 1.0


@dataclass(frozen=True)
class Month:
    """What every session drew in every step, and what it was told: W, shape (sessions, steps)."""

    sessions: tuple[Session, ...]
    watts: Floats
    granted: Floats


@dataclass(frozen=True, slots=True)
class Score:
    """`energy` is the share of what was asked for; money in the tariff's currency; peak of five minutes in W.

    `jain` and `fifth_percentile` are of the share each session got; `cycles` how often a session goes on and off, once
    where it never pauses; `messages` the changed grants per station and hour with a car.
    """

    energy: float
    peak_w: float
    energy_cost: float
    demand_cost: float
    jain: float
    fifth_percentile: float
    cycles: float
    messages: float

    @property
    def bill(self) -> float:
        """Energy and demand."""
        return self.energy_cost + self.demand_cost


def score(month: Month, tariff: Tariff) -> Score:
    """The figures of a month."""
    load = month.watts.sum(axis=0)
    need = np.array([session.need_wh for session in month.sessions])
    got = month.watts.sum(axis=1) * STEP_H
    satisfied = np.minimum(got / need, 1.0)
    return Score(
        energy=float(got.sum() / need.sum()),
        peak_w=float(load.max()),
        energy_cost=float(load @ tariff.price[: len(load)]) * STEP_H / 1000,
        demand_cost=float(load.max()) / 1000 * tariff.demand_price,
        jain=float(satisfied.sum() ** 2 / (len(satisfied) * (satisfied**2).sum())),
        fifth_percentile=float(np.percentile(satisfied, 5)),
        cycles=_cycles(month),
        messages=_messages(month),
    )


def _cycles(month: Month) -> float:
    """How often a session starts to charge, and so stops again, on average."""
    on = np.diff((month.watts > CHARGES_W).astype(int), axis=1, prepend=0)
    return float((on > 0).sum(axis=1).mean())


def _messages(month: Month) -> float:
    """Changed grants per hour of a plugged car, its first one counted."""
    hours = sum(session.departure - session.arrival for session in month.sessions) * STEP_H
    changes = 0
    for row, session in zip(month.granted, month.sessions, strict=True):
        told = row[session.arrival : session.departure]
        changes += 1 + int((np.abs(np.diff(told)) > CHARGES_W).sum())
    return changes / hours
