"""From what a meter says to amperes on the site's lines; pure.

Where a meter tells watts of a line, the current is taken at the site's voltage and a power factor of 0.9: rather too
much current than too little. Of a meter that tells both, the current counts and the power says which way it flows.
"""

from collections.abc import Mapping
from typing import Final

from smartcharging.meters.sample import AMPS, TOTAL, WATTS

from ..choices import Measures

STAR_VOLTS: Final = 230.0
POWER_FACTOR: Final = 0.9
Lines = tuple[float | None, float | None, float | None]
NO_LINES: Final[Lines] = (None, None, None)


def lines_of(values: Mapping[str, float], order: str, turned: bool, volts: float = STAR_VOLTS) -> Lines:
    """A on the site's L1, L2, L3, None where the meter has no line; `order` as in `LINE_ORDERS`."""
    amps: list[float | None] = [None, None, None]
    for index, digit in enumerate(order):
        told = _current(values, index, volts)
        amps[int(digit) - 1] = None if told is None else (-told if turned else told)
    return amps[0], amps[1], amps[2]


def _current(values: Mapping[str, float], index: int, volts: float) -> float | None:
    amps, watts = values.get(AMPS[index]), values.get(WATTS[index])
    if amps is None:
        return None if watts is None else watts / volts / POWER_FACTOR
    return -abs(amps) if watts is not None and watts < 0 else amps


def power_of(values: Mapping[str, float], turned: bool, volts: float = STAR_VOLTS) -> float | None:
    """The total power, W: as told, else the sum of the lines' powers, else what the currents make at `volts`."""
    total = values.get(TOTAL)
    if total is None:
        powers = [values[name] for name in WATTS if name in values]
        currents = [values[name] * volts for name in AMPS if name in values]
        total = sum(powers) if powers else sum(currents) if currents else None
    return None if total is None else (-total if turned else total)


def lines_needed(measures: str, order: str) -> int:
    """How many lines a meter has to tell: none for solar power, whose total is enough."""
    return 0 if measures == Measures.PV else len(order)
