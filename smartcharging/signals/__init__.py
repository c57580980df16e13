"""Drivers of demand-response signals: a package each, with the same two modules, as with site meters.

`settings.py` has `check(address, settings)`: what an operator wrote, as the driver's own `Settings`; raises
`BadSettings` naming the field. `source.py` has `listen(plan, take)`: receives signals until it is cancelled, and
acknowledges each as soon as `take` has kept it; raises `SignalError` when the sender cannot be reached; whoever listens
begins again after a pause.
"""

from .driver import Driver, Plan, Signal, SignalError, Span, Take

__all__ = ["Driver", "Plan", "Signal", "SignalError", "Span", "Take"]
