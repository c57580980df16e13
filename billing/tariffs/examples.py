"""Worked examples: what usual sessions cost under a tariff, by the one rating engine."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from billing.pricing.cutting import TariffFrom
from billing.pricing.exact import Rational, ratio
from billing.pricing.rating import Rating, rate
from billing.pricing.rounding import ceiling
from billing.pricing.tariff import Tariff
from billing.pricing.timeline import Reading, Session, State, StateChange
from billing.pricing.usage import usage_of

FAST_W: Final = 100_000
SLOW_W: Final = 11_000
IDLE_MINUTES: Final = 120
ENERGIES_WH: Final = (10_000, 30_000, 60_000)
WAYS: Final = ((FAST_W, 0), (SLOW_W, 0), (SLOW_W, IDLE_MINUTES))
_MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Case:
    """A session that charges evenly for whole minutes and then idles with the cable still in."""

    energy_wh: int
    power_w: int
    idle_minutes: int = 0

    @property
    def charging_minutes(self) -> int:
        """How long the energy takes."""
        return max(1, ceiling(ratio(self.energy_wh * _MINUTE_S, self.power_w)))

    @property
    def charging_s(self) -> int:
        """The same in seconds."""
        return self.charging_minutes * _MINUTE_S

    def session(self, start: Rational) -> Session:
        """As the engine takes it, `start` in seconds since 1970."""
        full = start + self.charging_s
        end = full + self.idle_minutes * _MINUTE_S
        idle = (StateChange(full, State.SUSPENDED_EV),) if self.idle_minutes else ()
        readings = (Reading(start, 0), Reading(full, self.energy_wh))
        return Session(start, end, readings, (StateChange(start, State.CHARGING), *idle))


CASES: Final = tuple(Case(energy_wh, *way) for energy_wh, way in product(ENERGIES_WH, WAYS))


@dataclass(frozen=True, slots=True)
class Example:
    """A case and its rating."""

    case: Case
    rating: Rating


def worked_examples(
    tariff: Tariff, start: Rational, zone: str, cases: Sequence[Case] = CASES
) -> tuple[Example, ...]:
    """What each case costs when it begins at `start` (s since 1970) in a zone. Raises `Refused`."""
    series = [TariffFrom(start, tariff)]
    return tuple(Example(case, rate(usage_of(case.session(start), series, zone))) for case in cases)
