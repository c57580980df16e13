"""The row of the Norwegian apartments: which share of the possible saving is made."""

from collections.abc import Callable

from smartcharging.sim.apartments import LEARNING_DAYS, Saving, saving

from ..figures import Figure, Goal
from .lab import FULL, Lab

SESSIONS = "sessions_norway_apartments_2018_2020.csv"


def savings(lab: Lab) -> Callable[[], list[Figure]]:
    """Row 15: with departures known, and with statistics of earlier visits only."""
    file = lab.file(SESSIONS)
    days = None if lab.size == FULL else LEARNING_DAYS + lab.size.days
    begun = [
        (lab.begin(saving, file, told, days), name, least)
        for told, name, least in ((True, "departures known", 97), (False, "statistics only", 85))
    ]
    return lambda: [
        Figure(
            15,
            _named(name, one.result()),
            Goal(least, "%", at_least=True),
            100 * one.result().share,
            digits=2,
        )
        for one, name, least in begun
    ]


def _named(name: str, saving: Saving) -> str:
    delivered = 100 * saving.delivered_wh / saving.needed_wh
    return f"apartments: share of the saving of foresight, {name} ({delivered:.1f} % of energy delivered)"
