"""The rows of the Caltech month: one run of the simulator for each capacity and kind, in the lab's processes."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

from smartcharging.sim.garage import garage
from smartcharging.sim.knowledge import Statistics
from smartcharging.sim.month import ROLLING, Rolling, offline
from smartcharging.sim.rules import follow, least_laxity
from smartcharging.sim.score import Month, Score, score
from smartcharging.sim.sessions import STEPS_OF_DAY, read_caltech, read_tariff
from smartcharging.sim.stepped import CONTINUING, UNINFORMED, Stepped

from ..figures import Figure, Goal
from .lab import Lab

Collect = Callable[[], list[Figure]]
SESSIONS, TARIFF = "sessions_caltech_2019_03.csv", "tariffs/sce_tou_ev_4_march_2019.json"
# The peak an owner counts on, as a share of the capacity: what is paid anyway.
TARGET_SHARE = 0.5


def run(kind: str, kilowatts: int, sessions_file: Path, tariff_file: Path, days: int) -> Score:
    """One month of a kind: `offline`, `planned`, `stepped`, `unsaid` or `laxity`."""
    sessions = read_caltech(sessions_file, days)
    steps = max(session.departure for session in sessions)
    tariff = read_tariff(tariff_file, steps + STEPS_OF_DAY)
    network, target_w = garage(sessions, kilowatts * 1000.0), kilowatts * 1000.0 * TARGET_SHARE
    planned = Rolling(sessions, network, tariff, target_w, ROLLING)
    stepped = replace(planned, weights=CONTINUING, grant=Stepped(sessions, network))
    runs: dict[str, Callable[[], Month]] = {
        "offline": lambda: offline(sessions, network, tariff),
        "planned": planned.run,
        "stepped": stepped.run,
        "unsaid": replace(stepped, weights=UNINFORMED, knowledge=Statistics(sessions)).run,
        "laxity": lambda: follow(sessions, network, least_laxity(network)),
    }
    return score(runs[kind](), tariff)


def energy(lab: Lab) -> Collect:
    """Row 1: chargers that follow any power."""
    return _shares(lab, 1, "planned", "", {30: 99.0, 50: 99.8, 70: 100.0})


def stepped_energy(lab: Lab) -> Collect:
    """Row 2: chargers that take whole amperes from 6 A on."""
    return _shares(lab, 2, "stepped", " from 6 A in steps of 1 A", {50: 99.0, 30: 98.5})


def bill(lab: Lab) -> Collect:
    """Row 3: energy and demand of the month."""
    goal = Goal(1.03, "x", at_least=False)
    return _ratio(lab, 3, "month bill against offline, 70 kW", goal, lambda one: one.bill)


def peak(lab: Lab) -> Collect:
    """Row 4: the highest five minutes of the month."""
    goal = Goal(1.06, "x", at_least=False)
    return _ratio(lab, 4, "month peak against offline, 70 kW", goal, lambda one: one.peak_w)


def above_laxity(lab: Lab) -> Collect:
    """Row 5: what the plan delivers beyond least laxity first."""
    begun = [(kw, _begin(lab, "planned", kw), _begin(lab, "laxity", kw)) for kw in (30, 20)]
    goal = Goal(5, "points", at_least=True)
    return lambda: [
        Figure(
            5,
            f"energy above least laxity first, {kw} kW",
            goal,
            100 * (planned.result().energy - laxity.result().energy),
            digits=2,
        )
        for kw, planned, laxity in begun
    ]


def fairness(lab: Lab) -> Collect:
    """Row 6: how evenly scarce energy is shared."""
    planned = _begin(lab, "planned", 30)
    jain, fifth = Goal(0.98, "", at_least=True), Goal(0.68, "", at_least=True)
    return lambda: [
        Figure(6, "Jain fairness at 30 kW", jain, planned.result().jain, digits=3),
        Figure(
            6, "5th percentile of satisfaction at 30 kW", fifth, planned.result().fifth_percentile, digits=3
        ),
    ]


def calm(lab: Lab) -> Collect:
    """Row 7: how often chargers are told something, and cars go on and off."""
    stepped = _begin(lab, "stepped", 50)
    return lambda: [
        Figure(7, "on and off per session, 50 kW", Goal(2, ""), stepped.result().cycles, digits=2),
        Figure(7, "messages per EVSE and hour, 50 kW", Goal(4, "/h"), stepped.result().messages, digits=2),
    ]


def unsaid(lab: Lab) -> Collect:
    """Row 8: nobody says when he leaves or how much he needs."""
    begun = [(kw, least, _begin(lab, "unsaid", kw)) for kw, least in ((50, 94.3), (30, 80.7))]
    energies = lambda: [  # noqa: E731
        Figure(
            8,
            f"energy without departure or need, {kw} kW",
            Goal(least, "%", at_least=True),
            100 * one.result().energy,
            digits=2,
        )
        for kw, least, one in begun
    ]
    high = begun[0][2]
    return lambda: [
        *energies(),
        Figure(8, "peak without departure or need, 50 kW", Goal(45, "kW"), high.result().peak_w / 1000),
    ]


def _begin(lab: Lab, kind: str, kilowatts: int) -> "Future[Score]":
    return lab.begin(run, kind, kilowatts, lab.file(SESSIONS), lab.file(TARIFF), lab.size.days)


def _shares(lab: Lab, row: int, kind: str, how: str, goals: dict[int, float]) -> Collect:
    begun = [(kw, least, _begin(lab, kind, kw), _begin(lab, "offline", kw)) for kw, least in goals.items()]
    return lambda: [
        Figure(
            row,
            f"energy of the offline optimum{how}, {kw} kW",
            Goal(least, "%", at_least=True),
            _share(100 * one.result().energy / best.result().energy),
            digits=2,
        )
        for kw, least, one, best in begun
    ]


def _share(percent: float) -> float:
    """Two decimals: the simplex is exact to a millionth only."""
    return round(percent, 2)


def _ratio(lab: Lab, row: int, name: str, goal: Goal, of: Callable[[Score], float]) -> Collect:
    planned, best = _begin(lab, "planned", 70), _begin(lab, "offline", 70)
    return lambda: [Figure(row, name, goal, of(planned.result()) / of(best.result()), digits=3)]
