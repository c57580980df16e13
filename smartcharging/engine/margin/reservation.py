"""Current kept free for stations that cannot be told what to take."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

import numpy as np

from smartcharging.engine.fill.model import Floats, Wiring


class Trust(StrEnum):
    """How far a station does what it is told."""

    TRUSTED = "trusted"
    OFFLINE = "offline"  # it decays to its confirmed fail-safe value
    UNKNOWN = "unknown"  # it never confirmed a fail-safe value
    DISOBEDIENT = "disobedient"  # it takes more than it was told, or refuses to be told
    STARTING = "starting"  # a car came, and it was not seen yet to do what it is told
    UNCONFIRMED = "unconfirmed"  # it has not answered a decrease


@dataclass(frozen=True, slots=True)
class Claim:
    """What one outlet may be taking (A on each phase): what was confirmed to decay to, what it had, what it draws."""

    outlet: str
    trust: Trust
    failsafe_a: float | None = None
    granted_a: float | None = None
    measured_a: float | None = None

    def current_a(self, hardware_a: float) -> float:
        """What to keep free. Whatever is not known, or no number, is the hardware's maximum."""
        if self.trust is Trust.TRUSTED:
            return 0.0
        if self.trust is Trust.OFFLINE:
            return _known([self.failsafe_a, self.granted_a], hardware_a)
        if self.trust is Trust.UNCONFIRMED:
            return _known([self.granted_a, self.measured_a], hardware_a)
        return max(hardware_a, _known([self.measured_a], hardware_a))


def _known(values: list[float | None], hardware_a: float) -> float:
    """The highest of the values; hardware where the first is missing or one is no number."""
    if values[0] is None or not all(value is None or (isfinite(value) and value >= 0) for value in values):
        return hardware_a
    return max(value for value in values if value is not None)


def reserved(wiring: Wiring, claims: Iterable[Claim]) -> Floats:
    """What the claims put on every row. Raises FillError naming an outlet that is unknown."""
    amps = np.zeros(len(wiring.maximum_a))
    for claim in claims:
        place = wiring.place(claim.outlet)
        amps[place] = claim.current_a(float(wiring.maximum_a[place]))
    return wiring.rows.load(amps)
