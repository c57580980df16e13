"""When a car will leave and how much it needs, where nobody said: cautious quantiles of earlier visits, SoC where sent.

Times are seconds, energies Wh. Nothing here looks at a clock or a database.
"""

from smartcharging.engine.estimate.history import Caution, Estimate, History, Source, Visit
from smartcharging.engine.estimate.soc import need_from_soc

__all__ = ["Caution", "Estimate", "History", "Source", "Visit", "need_from_soc"]
