"""Norwegian apartments: when cars charge behind the main fuse of a garage, and what that costs.

Prices of a day are published at 13:00 of the day before, as on the Nordic market; what is not published yet is
taken from the day before. The series is made here: two peaks a day, cheap nights, some hours below zero.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from math import ceil
from pathlib import Path

import numpy as np

from smartcharging.engine import estimate
from smartcharging.engine.network import Circuit, Network, Outlet
from smartcharging.engine.plan import Car, NoPlan, Outlook, Planner, Problem, Weights, even_grid
from smartcharging.engine.plan.grid import HOUR_S, Floats

STEP_S, STEPS_OF_HOUR, STEPS_OF_DAY = 900, 4, 96
STEP_H = STEP_S / HOUR_S
START = datetime(2018, 12, 1)
POWERS_W = (3600.0, 7200.0, 11_000.0)
FUSE_W_PER_USER, LEAST_FUSE_W = 2500.0, 11_000.0
PUBLISHED_AT_H, LEARNING_DAYS = 13, 60
LONG_S = 600.0
ALMOST_WH = 1.0
# The steps count from a Saturday, the clock of habits from a Monday.
SATURDAY_S = 5 * 86_400
# Until when a car may stay: as good as certain. Where nobody ever stayed as long, it may leave at any time.
SURELY_GONE, MOST_STEPS = 0.98, 144
UNKNOWN_STEPS, UNKNOWN_WH = 4, 20_000.0
# What a kWh is worth that is left out because a car left early: more than it ever costs.
LEFT = 1.0
WEIGHTS = Weights(unserved=(20.0,), fair_share=1.0, earliness=1e-5, deviation=0.0, left=LEFT)


# A car, and how likely it is still there, where its departure is only estimated.
Guess = tuple[Car, estimate.Prospect | None]


@dataclass(frozen=True, slots=True)
class Stay:
    """A car of a user from `arrival` to before `departure`, in quarters of an hour; `hour` is local."""

    user: str
    hour: int
    arrival: int
    departure: int
    need_wh: float
    power_w: float


def read_stays(path: Path) -> dict[str, list[Stay]]:
    """Sessions by garage, in the order of arrival; their power is the least of 3.6, 7.2 and 11 kW that is enough."""
    garages: dict[str, list[Stay]] = {}
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            stay = _stay(row)
            if stay is not None:
                garages.setdefault(row["garage"], []).append(stay)
    return {name: sorted(stays, key=lambda one: one.arrival) for name, stays in garages.items()}


def _stay(row: dict[str, str]) -> Stay | None:
    """Sessions shorter than a quarter, or of nothing, move no load."""
    begin, end = (datetime.fromisoformat(row[name]) for name in ("plug_in_local", "plug_out_local"))
    arrival, departure = (int((moment - START).total_seconds()) // STEP_S for moment in (begin, end))
    need_wh, hours = float(row["energy_kwh"]) * 1000, (departure - arrival) * STEP_H
    if hours <= 0 or need_wh <= 0:
        return None
    enough = [power for power in POWERS_W if power * hours >= need_wh]
    power = enough[0] if enough else POWERS_W[-1]
    return Stay(row["user"], begin.hour, arrival, departure, min(need_wh, power * hours), power)


def prices(steps: int, seed: int = 5) -> Floats:
    """Per kWh, hourly values repeated for each quarter."""
    random = np.random.default_rng(seed)
    hours = np.arange(ceil(steps / STEPS_OF_HOUR))
    day = np.repeat(random.normal(0.45, 0.12, len(hours) // 24 + 1), 24)[: len(hours)]
    of_day = hours % 24
    peaks = 0.25 * np.exp(-(((of_day - 8) / 2.0) ** 2)) + 0.35 * np.exp(-(((of_day - 18) / 2.5) ** 2))
    valley = 0.25 * np.exp(-(((of_day - 3) / 2.5) ** 2))
    hourly = day + peaks - valley + random.normal(0, 0.02, len(hours))
    hourly -= (random.random(len(hours)) < 0.01) * 0.6
    return np.repeat(hourly, STEPS_OF_HOUR)[:steps]


def clusters(stays: Sequence[Stay]) -> Iterator[list[Stay]]:
    """Stays that overlap; between two clusters the garage is empty, so that one does not touch the other."""
    found: list[Stay] = []
    for stay in stays:
        if found and stay.arrival >= max(one.departure for one in found):
            yield found
            found = []
        found.append(stay)
    yield found


@dataclass
class Garage:
    """The fuse of a garage, its prices, and what was seen of its users."""

    fuse_w: float
    price: Floats
    habits: estimate.Habits = field(default_factory=estimate.Habits)
    planner: Planner = field(default_factory=lambda: Planner(LONG_S))

    def cost(self, stays: Sequence[Stay], watts: Floats) -> float:
        """What draws of shape (stays, steps) from the first arrival on cost.

        Energy that did not come saves nothing: it costs what a kWh costs that is charged at once.
        """
        need_wh, at_once = sum(stay.need_wh for stay in stays), self.at_once(stays)
        missing_wh = need_wh - watts.sum() * STEP_H
        per_wh = self._paid(stays, at_once) / (at_once.sum() * STEP_H)
        return float(self._paid(stays, watts) + missing_wh * per_wh) / 1000

    def _paid(self, stays: Sequence[Stay], watts: Floats) -> float:
        price = self.price[stays[0].arrival :][: watts.shape[1]]
        return float(watts.sum(axis=0) @ price * STEP_H)

    def at_once(self, stays: Sequence[Stay]) -> Floats:
        """First come, first served."""
        watts = np.zeros((len(stays), _steps(stays)))
        for index, stay in enumerate(stays):
            left = stay.need_wh
            for step in range(stay.arrival - stays[0].arrival, stay.departure - stays[0].arrival):
                room = self.fuse_w - watts[:index, step].sum()
                watts[index, step] = min(left / STEP_H, stay.power_w, room)
                left -= watts[index, step] * STEP_H
        return watts

    def offline(self, stays: Sequence[Stay]) -> Floats:
        """The cheapest way, of those who know everything."""
        begin, cars = stays[0].arrival, list(enumerate(stays))
        return self._plan(
            stays,
            self.price[begin : begin + _steps(stays)],
            [_car(i, one, one.need_wh, one.departure - begin, one.arrival - begin) for i, one in cars],
        )

    def rolling(self, stays: Sequence[Stay], told: bool) -> Floats:
        """Planned with every arrival and every hour, for those who are there; `told`: departure and need are known.

        Where they are not, every visit that ended tells something of the next ones.
        """
        begin, steps = stays[0].arrival, _steps(stays)
        watts, planned, since = np.zeros((len(stays), steps)), np.zeros((len(stays), 0)), 0
        left = np.array([stay.need_wh for stay in stays])
        arrivals = {stay.arrival - begin for stay in stays}
        for step in range(steps):
            self.learn([] if told else [one for one in stays if one.departure == begin + step])
            here = _here(stays, begin + step, left)
            if here and (step in arrivals or (begin + step) % STEPS_OF_HOUR == 0):
                planned, since = self._planned(stays, begin + step, left, here, told), step
            for index in here:
                watts[index, step] = min(planned[index, step - since], left[index] / STEP_H)
            left -= watts[:, step] * STEP_H
        self.learn([] if told else [one for one in stays if one.departure == begin + steps])
        return watts

    def learn(self, stays: Sequence[Stay]) -> None:
        """These visits are over."""
        for stay in stays:
            stay_s = float((stay.departure - stay.arrival) * STEP_S)
            self.habits.add(estimate.Stay(_clock_s(stay.arrival), stay_s, stay.need_wh, stay.user))

    def _planned(
        self, stays: Sequence[Stay], now: int, left: Floats, here: Sequence[int], told: bool
    ) -> Floats:
        guesses = [
            (_said if told else self._estimated)(index, stays[index], now, float(left[index]))
            for index in here
        ]
        horizon = max(STEPS_OF_HOUR, *(ceil(car.departure_s / STEP_S) for car, _ in guesses))
        cars = [_maybe_gone(car, prospect, horizon) for car, prospect in guesses]
        planned = np.zeros((len(stays), horizon + STEPS_OF_HOUR))
        planned[here, :horizon] = self._plan(stays, self.expected(now, horizon), cars)
        return planned

    def _estimated(self, index: int, stay: Stay, now: int, left_wh: float) -> Guess:
        had_wh = stay.need_wh - left_wh
        found = self.habits.prospect(_clock_s(stay.arrival), _clock_s(now), had_wh, stay.user)
        if found is None:
            return _car(index, stay, UNKNOWN_WH, UNKNOWN_STEPS), None
        until_s = found.leaves_s[np.searchsorted(found.gone, SURELY_GONE)]
        steps = min(MOST_STEPS, max(1, ceil(until_s / STEP_S)))
        return _car(index, stay, found.need_wh, steps), found

    def expected(self, now: int, horizon: int) -> Floats:
        """The prices of the next steps: published ones, and those of the day before where none are."""
        days = now // STEPS_OF_DAY + (2 if now % STEPS_OF_DAY >= PUBLISHED_AT_H * STEPS_OF_HOUR else 1)
        at = np.arange(now, now + horizon)
        late = np.maximum(0, at // STEPS_OF_DAY - days + 1)
        return self.price[at - late * STEPS_OF_DAY]

    def _plan(self, stays: Sequence[Stay], price: Floats, cars: Sequence[Car]) -> Floats:
        network = _network(len(stays), self.fuse_w)
        task = Problem(network, even_grid(len(price), STEP_S), cars, Outlook(price=price), WEIGHTS)
        plan = self.planner.plan(task)
        if isinstance(plan, NoPlan):
            raise ArithmeticError(f"no plan for a garage: {plan.reason}")
        return plan.watts


@lru_cache(maxsize=8)
def _network(stays: int, fuse_w: float) -> Network:
    wide = (1e4, 1e4, 1e4)
    outlets = tuple(Outlet(f"e{index}", "garage", maximum_a=100.0) for index in range(stays))
    return Network((Circuit("garage", None, wide, limit_w=fuse_w),), outlets)


def _said(index: int, stay: Stay, now: int, left_wh: float) -> Guess:
    return _car(index, stay, left_wh, stay.departure - now), None


def _maybe_gone(car: Car, prospect: estimate.Prospect | None, steps: int) -> Car:
    if prospect is None:
        return car
    return replace(car, there=tuple(prospect.there(np.arange(0.0, steps * STEP_S, STEP_S)).tolist()))


def _car(index: int, stay: Stay, left_wh: float, departure: float, arrival: float = 0.0) -> Car:
    times = departure * STEP_S, stay.power_w, arrival * STEP_S
    return Car(f"c{index}", f"e{index}", left_wh, *times)


def _clock_s(step: int) -> float:
    """On the clock of habits."""
    return float(step * STEP_S + SATURDAY_S)


def _here(stays: Sequence[Stay], now: int, left: Floats) -> list[int]:
    return [i for i, one in enumerate(stays) if one.arrival <= now < one.departure and left[i] > ALMOST_WH]


def _steps(stays: Sequence[Stay]) -> int:
    return max(one.departure for one in stays) - stays[0].arrival


@dataclass(frozen=True, slots=True)
class Saving:
    """What all garages pay, in the currency of the prices, and the energy of the planned way."""

    at_once: float
    offline: float
    planned: float
    needed_wh: float
    delivered_wh: float

    @property
    def share(self) -> float:
        """How much of the possible saving was made."""
        return (self.at_once - self.planned) / (self.at_once - self.offline)


def saving(path: Path, told: bool, days: int | None = None) -> Saving:
    """All garages; the first weeks of each are only learned from. `days`: no longer than so, which tells less."""
    parts = [_saving(stays, told, days) for stays in read_stays(path).values()]
    return Saving(*np.sum(parts, axis=0).tolist())


def _saving(stays: Sequence[Stay], told: bool, days: int | None) -> Floats:
    """The fields of a `Saving` of one garage."""
    fuse = max(LEAST_FUSE_W, FUSE_W_PER_USER * len({stay.user for stay in stays}))
    garage = Garage(fuse, prices(max(stay.departure for stay in stays) + 3 * STEPS_OF_DAY))
    learned = stays[0].arrival + LEARNING_DAYS * STEPS_OF_DAY
    until = stays[0].arrival + days * STEPS_OF_DAY if days else len(garage.price)
    sums = np.zeros(5)
    for cluster in clusters([stay for stay in stays if stay.arrival < until]):
        if cluster[0].arrival >= learned:
            ways = garage.at_once(cluster), garage.offline(cluster), garage.rolling(cluster, told)
            energy = sum(stay.need_wh for stay in cluster), ways[2].sum() * STEP_H
            sums += [*(garage.cost(cluster, way) for way in ways), *energy]
        garage.learn(cluster)
    return sums
