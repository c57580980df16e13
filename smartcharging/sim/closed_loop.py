"""A site in ten-second steps under the control of the engine: does the limit hold, and at what price?"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from smartcharging.engine.dispatch import DispatchRules, Order
from smartcharging.engine.failsafe import failsafe_shares
from smartcharging.engine.fill import Wiring
from smartcharging.engine.margin import MarginRules
from smartcharging.sim.building import LINE_VOLTS, STEP_S, STEPS_A_DAY, building_day, hourly_kw
from smartcharging.sim.chargers import NEVER, Chargers, network_of, visits_of
from smartcharging.sim.control import Control, Seen

Floats = NDArray[np.float64]
MINUTE = 6
# A lost connection is noticed after so many steps.
NOTICED = 6


@dataclass(frozen=True)
class Scenario:
    """One day of one site. `age_s`: how old every reading is when it arrives."""

    seed: int
    limit_kw: float = 130.0
    building_kw: float = 96.0
    outlets: int = 40
    age_s: int = 0
    offline: float = 0.0
    disobedient: float = 0.0
    hours: float = 24.0
    margins: MarginRules = field(default_factory=MarginRules)
    rules: DispatchRules = field(default_factory=DispatchRules)


@dataclass(frozen=True)
class Outcome:
    """What one day came to: counts of 10 s samples and of one-minute averages (any six samples in a row) over the
    limit on any line, the worst overshoot as share of the limit, and what the cars got of what they wanted.
    """

    samples: int
    samples_over: int
    minutes_over: int
    overshoot: float
    energy: float
    messages_an_hour: float


def simulated(scenario: Scenario, building: Path) -> Outcome:
    """A day; the same seed gives the same day. `building` is the file of a year of hours (kW)."""
    site = _Site(scenario, hourly_kw(building))
    steps = round(scenario.hours * 3600 / STEP_S)
    load = np.array([site.step(step) for step in range(steps)])
    return _outcome(site, load)


def _outcome(site: "_Site", load: Floats) -> Outcome:
    over = load - site.limit_a
    sums = np.cumsum(np.vstack([np.zeros(3), load]), axis=0)
    minutes = (sums[MINUTE:] - sums[:-MINUTE]) / MINUTE - site.limit_a
    visits, chargers = site.chargers.visits, site.chargers
    hours = (
        float(np.sum(np.minimum(visits.leave, len(load)) - np.minimum(visits.arrive, len(load))))
        * STEP_S
        / 3600
    )
    wanted = visits.wanted[visits.arrive < len(load)].sum()
    return Outcome(
        samples=len(load),
        samples_over=int(np.count_nonzero(over.max(axis=1) > 1e-6)),
        minutes_over=int(np.count_nonzero(minutes.max(axis=1) > 1e-6)),
        overshoot=float(max(0.0, over.max()) / site.limit_a),
        energy=float(chargers.delivered.sum() / wanted) if wanted else 1.0,
        messages_an_hour=site.messages / hours if hours else 0.0,
    )


class _Site:
    def __init__(self, scenario: Scenario, year_kw: Floats) -> None:
        self.scenario = scenario
        self.rng = np.random.default_rng(scenario.seed)
        self.limit_a = scenario.limit_kw * 1000 / 3 / LINE_VOLTS
        day = self.rng.integers(0, 5) + 7 * self.rng.integers(0, 51) + 1
        self.building = building_day(
            year_kw[day * 24 : day * 24 + 24], self.rng, peak_kw=scenario.building_kw
        )
        self.network = network_of(self.limit_a, scenario.outlets)
        self.wiring = Wiring.of(self.network)
        worst = self.building.max(axis=0)
        shares = failsafe_shares(self.wiring, self.wiring.rows.load_of_lines({"site": worst.tolist()}))
        self.control = Control(
            self.wiring, shares, tuple(worst.tolist()), margins=scenario.margins, rules=scenario.rules
        )
        self.deaf, ignores = self._faults()
        self.chargers = Chargers(self.network, visits_of(self.network, self.rng), self.deaf, ignores, shares)
        self.names = [outlet.id for outlet in self.network.outlets]
        self.past: list[tuple[Floats, Floats]] = []
        self.answers: dict[int, list[tuple[int, float]]] = {}
        self.messages = 0

    def _faults(self) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """From which step each outlet is offline, and which outlets do what they like."""
        count, scenario = self.scenario.outlets, self.scenario
        mixed = self.rng.permutation(count)
        offline = mixed[: ceil(scenario.offline * count)]
        wild = mixed[len(offline) :][: ceil(scenario.disobedient * count)]
        deaf = np.full(count, NEVER)
        deaf[offline] = self.rng.integers(6 * 360, 12 * 360, len(offline))
        ignores = np.zeros(count, dtype=bool)
        ignores[wild] = True
        return deaf, ignores

    def step(self, step: int) -> Floats:
        """Ten seconds: what flows on the three lines (A)."""
        drawn = self.chargers.move(step).copy()
        load = self.building[step % STEPS_A_DAY] + self.chargers.on_lines()
        self.past.append((load, drawn))
        self._answered(step)
        orders, stops = self.control.look(self._seen(step))
        for order in orders:
            self._sent(order, step)
        for outlet in stops:
            self.chargers.stop(self.wiring.place(outlet), step + 2)
        return load

    def _answered(self, step: int) -> None:
        for outlet, amps in self.answers.pop(step, ()):
            if self.deaf[outlet] <= step:
                self.control.silent(self.names[outlet])
            else:
                self.control.accepted(self.names[outlet], amps, step * STEP_S)

    def _seen(self, step: int) -> Seen:
        then = max(0, step - self.scenario.age_s // STEP_S)
        load, drawn = self.past[then]
        here = self.chargers.plugged(step)
        heard, plugged = np.flatnonzero((self.deaf > step) & here), np.flatnonzero(here)
        lines = self.chargers.lines * drawn[:, None]
        return Seen(
            now_s=step * STEP_S,
            taken_s=then * STEP_S,
            meter=tuple(load.tolist()),
            cars={self.names[i]: tuple(lines[i].tolist()) for i in heard.tolist()},
            plugged=frozenset(self.names[i] for i in plugged.tolist()),
            online=frozenset(self.names[i] for i in np.flatnonzero(self.deaf + NOTICED > step).tolist()),
        )

    def _sent(self, order: Order, step: int) -> None:
        outlet = self.wiring.place(order.outlet)
        self.messages += 1
        hears = self.deaf[outlet] > step
        self.answers.setdefault(step + (1 if hears else 3), []).append((outlet, order.amps))
        if hears:
            end = step + round(self.scenario.rules.life_s / STEP_S)
            self.chargers.told(outlet, order.amps, step + int(self.rng.integers(1, 3)), end)


def together(outcomes: Sequence[Outcome]) -> Outcome:
    """Several days as one: counts added, the worst overshoot, the mean of energy and messages."""
    return Outcome(
        samples=sum(one.samples for one in outcomes),
        samples_over=sum(one.samples_over for one in outcomes),
        minutes_over=sum(one.minutes_over for one in outcomes),
        overshoot=max(one.overshoot for one in outcomes),
        energy=float(np.mean([one.energy for one in outcomes])),
        messages_an_hour=float(np.mean([one.messages_an_hour for one in outcomes])),
    )
