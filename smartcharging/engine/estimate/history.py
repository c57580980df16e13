"""Quantiles of earlier visits: of the same user at that hour, else of the user, of site and hour, of the site."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

HOURS = 24
SITE: Hashable = ()


class Source(StrEnum):
    """Whose visits an estimate stands on, the most telling first."""

    HABIT = "user and hour"
    USER = "user"
    HOUR = "hour"
    SITE = "site"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Visit:
    """One finished charging session: plugged in at `hour` (0 to 23, local), for `stay_s`, `energy_wh` in the end."""

    hour: int
    stay_s: float
    energy_wh: float
    user: str | None = None


@dataclass(frozen=True, slots=True)
class Caution:
    """Which quantiles count: an early departure, a high need; `guaranteed` is what everybody gets first.

    `visits`: with fewer than these of a kind the next kind is asked. `stay_s` and `energy_wh` where nothing is known:
    soon, and much.
    """

    departure: float = 0.15
    energy: float = 0.85
    guaranteed: float = 0.6
    visits: int = 5
    stay_s: float = 3600.0
    energy_wh: float = 20_000.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """`left_s` until departure from now, `need_wh` still missing, `guaranteed_wh` of it not to be shifted.

    `source` and `visits` say whose visits the departure stands on, and on how many; `need_source` and `need_visits`
    those of the energy.
    """

    left_s: float
    need_wh: float
    guaranteed_wh: float
    source: Source
    visits: int = 0
    need_source: Source = Source.NOTHING
    need_visits: int = 0


class History:
    """Earlier visits of a site."""

    def __init__(self, visits: Iterable[Visit] = (), caution: Caution | None = None) -> None:
        self.caution = caution or Caution()
        self._kinds: dict[Hashable, list[Visit]] = defaultdict(list)
        for visit in visits:
            self.add(visit)

    def add(self, visit: Visit) -> None:
        """One more finished visit."""
        self._kinds[SITE].append(visit)
        self._kinds["hour", visit.hour % HOURS].append(visit)
        if visit.user:
            self.add_own(visit)

    def add_own(self, visit: Visit) -> None:
        """One more of a user, where those of the site are known without their users."""
        self._kinds["user", visit.user].append(visit)
        self._kinds["habit", visit.user, visit.hour % HOURS].append(visit)

    def estimate(
        self, hour: int, stayed_s: float = 0.0, delivered_wh: float = 0.0, user: str | None = None
    ) -> Estimate:
        """What a car that came at `hour` will still do, of those that stayed as long and took as much as it did."""
        source, stays = self._alike(hour, user, stayed_s, "stay_s")
        need_source, energies = self._alike(hour, user, delivered_wh, "energy_wh")
        left_s = np.quantile(stays, self.caution.departure) - stayed_s
        need, first = np.quantile(energies, [self.caution.energy, self.caution.guaranteed]) - delivered_wh
        guaranteed = np.quantile(self._all(hour, user), self.caution.guaranteed) - delivered_wh
        soon = float(max(0.0, min(first, guaranteed)))
        counts = _count(source, stays), need_source, _count(need_source, energies)
        return Estimate(float(left_s), float(need), soon, source, *counts)

    def _alike(self, hour: int, user: str | None, beyond: float, field: str) -> tuple[Source, list[float]]:
        """Values above what was reached already, of the most telling kind that has enough of them."""
        for source, keys in _keys(hour, user):
            visits = [visit for key in keys for visit in self._kinds.get(key, ())]
            values = [getattr(visit, field) for visit in visits]
            above = [value for value in values if value > beyond]
            if len(above) >= self.caution.visits:
                return source, above
        return Source.NOTHING, [beyond + getattr(self.caution, field)]

    def _all(self, hour: int, user: str | None) -> list[float]:
        """Energies of whole visits."""
        return self._alike(hour, user, 0.0, "energy_wh")[1]


def _count(source: Source, values: list[float]) -> int:
    return 0 if source is Source.NOTHING else len(values)


def _keys(hour: int, user: str | None) -> list[tuple[Source, list[Hashable]]]:
    """Where visits of each kind are found; an hour counts with its neighbours."""
    beside = [(hour + shift) % HOURS for shift in (-1, 0, 1)]
    return [
        (Source.HABIT, [("habit", user, one) for one in beside]),
        (Source.USER, [("user", user)]),
        (Source.HOUR, [("hour", one) for one in beside]),
        (Source.SITE, [SITE]),
    ]
