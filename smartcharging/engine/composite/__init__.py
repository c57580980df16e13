"""The schedule that follows from installed charging profiles, and whether a station should take another one.

Everything here is exact: times are whole seconds since 1970 UTC, limits are fractions. Nothing looks at a clock,
a database or a network. Sources: OCPP 1.6 §3.13 and §5.16, OCPP 2.0.1 and 2.1 block K.
"""

from smartcharging.engine.composite.case import Verdict
from smartcharging.engine.composite.changes import (
    ClearFilter,
    Installation,
    cleared,
    installed_after,
    transaction_ended,
)
from smartcharging.engine.composite.model import (
    Capabilities,
    CompositePeriod,
    CompositeSchedule,
    Context,
    Edition,
    Installed,
    Kind,
    Limit,
    Period,
    Profile,
    Purpose,
    Recurrency,
    Request,
    Schedule,
    Transaction,
    Unit,
)
from smartcharging.engine.composite.reading import read_profile
from smartcharging.engine.composite.rules import accepts
from smartcharging.engine.composite.sweep import composite
from smartcharging.engine.node import ReadError

__all__ = [
    "Capabilities",
    "ClearFilter",
    "CompositePeriod",
    "CompositeSchedule",
    "Context",
    "Edition",
    "Installation",
    "Installed",
    "Kind",
    "Limit",
    "Period",
    "Profile",
    "Purpose",
    "ReadError",
    "Recurrency",
    "Request",
    "Schedule",
    "Transaction",
    "Unit",
    "Verdict",
    "accepts",
    "cleared",
    "composite",
    "installed_after",
    "read_profile",
    "transaction_ended",
]
