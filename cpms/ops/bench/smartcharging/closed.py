"""Does the limit hold for a day under a moving building, and with stale readings and bad stations at once?"""

from collections.abc import Callable
from pathlib import Path

from smartcharging.sim.closed_loop import Outcome, Scenario, simulated, together

from ..figures import Figure, Goal
from .lab import Lab

_BUILDING = "building_medium_office_la_hourly_kw.csv"
_NONE = Goal(0, "minutes")


def fresh(lab: Lab) -> Callable[[], list[Figure]]:
    """Readings every ten seconds, all stations obey."""
    outcome = _days(lab)
    return lambda: _fresh(outcome())


def faulty(lab: Lab) -> Callable[[], list[Figure]]:
    """Readings 60 s old, a tenth of the stations offline, 8 % disobedient."""
    outcome = _days(lab, age_s=60, offline=0.1, disobedient=0.08)
    return lambda: [
        Figure(10, "one-minute averages over, stale + offline + disobedient", _NONE, outcome().minutes_over)
    ]


def _days(lab: Lab, age_s: int = 0, offline: float = 0.0, disobedient: float = 0.0) -> Callable[[], Outcome]:
    file = lab.file(_BUILDING)
    days = [
        lab.begin(_day, file, seed, float(lab.size.hours), age_s, offline, disobedient)
        for seed in range(1, lab.size.seeds + 1)
    ]
    return lambda: together([day.result() for day in days])


def _day(file: Path, seed: int, hours: float, age_s: int, offline: float, disobedient: float) -> Outcome:
    scenario = Scenario(seed, hours=hours, age_s=age_s, offline=offline, disobedient=disobedient)
    return simulated(scenario, file)


def _fresh(outcome: Outcome) -> list[Figure]:
    over = 100 * outcome.samples_over / outcome.samples
    return [
        Figure(9, "one-minute averages over the limit", _NONE, outcome.minutes_over),
        Figure(9, "10 s samples over the limit", Goal(0.05, "%"), over, digits=3),
        Figure(9, "worst overshoot", Goal(2, "% of the limit"), 100 * outcome.overshoot, digits=2),
    ]
