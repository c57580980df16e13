"""When a car will leave and how much it needs, where nobody said: earlier visits, SoC where sent.

Times are seconds, energies Wh. Nothing here looks at a clock or a database.
"""

from smartcharging.engine.estimate.habits import Habits, Likeness, Prospect, Stay
from smartcharging.engine.estimate.history import Caution, Estimate, History, Source, Visit
from smartcharging.engine.estimate.soc import need_from_soc

__all__ = [
    "Caution",
    "Estimate",
    "Habits",
    "History",
    "Likeness",
    "Prospect",
    "Source",
    "Stay",
    "Visit",
    "need_from_soc",
]
