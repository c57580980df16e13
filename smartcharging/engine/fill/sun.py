"""What the sun leaves, shared among cars that charge by it alone. Powers in W.

Who charges goes on while the mean of the last minutes holds its minimum; who begins needs more than that in every
reading of them. So a cloud pauses nobody, a car that draws for a moment what the cloud took has given as much before,
and few cars are switched on and off.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

# What has to be there beyond its minimum before a car begins.
START: Final = 1.15


@dataclass(frozen=True, slots=True)
class SunCar:
    """A car that takes the sun's power only, from its least to its most."""

    outlet: str
    minimum_w: float
    maximum_w: float
    running: bool = False
    priority: int = 0


def sun_shares(least_w: float, mean_w: float, cars: Sequence[SunCar]) -> dict[str, float]:
    """Who gets how much: 0, or its minimum at least, together no more than the mean.

    `least_w` and `mean_w` are of what was left in the last minutes. Cars that charge come first, then by priority, then
    as named; above their minimum all get the same.
    """
    admitted: list[SunCar] = []
    used_w = 0.0
    for car in sorted(cars, key=lambda one: (not one.running, -one.priority)):
        room_w = mean_w if car.running else min(least_w, mean_w) / START
        if used_w + car.minimum_w <= room_w:
            admitted.append(car)
            used_w += car.minimum_w
    return dict.fromkeys((car.outlet for car in cars), 0.0) | _raised(admitted, mean_w - used_w)


def _raised(cars: Sequence[SunCar], left_w: float) -> dict[str, float]:
    """Each from its minimum upwards by the same, as far as it can take more."""
    shares = {}
    waiting = sorted(cars, key=lambda car: car.maximum_w - car.minimum_w)
    for index, car in enumerate(waiting):
        more_w = min(max(car.maximum_w - car.minimum_w, 0.0), left_w / (len(waiting) - index))
        shares[car.outlet] = car.minimum_w + more_w
        left_w -= more_w
    return shares
