"""Drivers of site meters: a package each, with the same two modules (a meter that sends by itself has no source).

`settings.py` has `check(address, settings, lines)`: what an operator wrote, as the driver's own `Settings`; raises
`BadSettings` naming the field. `source.py` has `samples(meter)`: an endless asynchronous iterator of `Sample`, which
raises `MeterError` when the meter cannot be reached; whoever reads it begins again after a pause.
"""

from .driver import Driver, Plan, Samples
from .errors import BadSettings, MeterError
from .sample import VALUES, Sample

__all__ = ["VALUES", "BadSettings", "Driver", "MeterError", "Plan", "Sample", "Samples"]
