"""What a meter says at one instant, in its own order of lines."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

# Names of values: current or power of the meter's own lines, and the total power.
AMPS: Final = ("l1_a", "l2_a", "l3_a")
WATTS: Final = ("l1_w", "l2_w", "l3_w")
TOTAL: Final = "power_w"
VALUES: Final = (*AMPS, *WATTS, TOTAL)


@dataclass(frozen=True, slots=True)
class Sample:
    """Values by name, see `VALUES`; `at` is the meter's own time, None where it has none."""

    values: Mapping[str, float]
    at: datetime | None = None
