"""How likely a car is still there, and how much it takes: earlier visits, weighted by how much they are alike.

A visit counts the more, the nearer the time of day at which it began, the more recent it is, and if the same kind of
day follows. Departures are compared by the clock: who comes later than usual still leaves for work at seven.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
HOUR_S, DAY_S, WEEK_DAYS, WORKING_DAYS = 3600.0, 86_400.0, 7, 5
NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class Stay:
    """One finished visit. `begin_s` counts on a local clock from the midnight before any Monday."""

    begin_s: float
    stay_s: float
    energy_wh: float
    user: str | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    """What makes visits alike.

    `hours` off in the time of day make a visit count for a third, `half_life_s` of age for half, another kind of day
    (before a working day or not) for `other_day`. All visits of the site together weigh as much as `site` of the user's
    own. `energy`: the quantile of the energy that counts.
    """

    hours: float = 3.0
    half_life_s: float = 120 * DAY_S
    other_day: float = 0.5
    far: float = 0.02
    site: float = 2.0
    site_visits: int = 400
    energy: float = 0.7


@dataclass(frozen=True)
class Prospect:
    """`leaves_s`: when it may leave, seconds from now, in order; `gone`: how likely it has left by then."""

    leaves_s: Floats
    gone: Floats
    need_wh: float

    def there(self, at_s: Floats) -> Floats:
        """How likely it is still there at times from now."""
        left = np.append(0.0, self.gone)[np.searchsorted(self.leaves_s, at_s, side="right")]
        there: Floats = 1.0 - left
        return there


class Habits:
    """The finished visits of a site."""

    def __init__(self, likeness: Likeness | None = None) -> None:
        self.likeness = likeness or Likeness()
        self._of: dict[str, list[Stay]] = defaultdict(list)
        self._all: list[Stay] = []

    def add(self, stay: Stay) -> None:
        """One more finished visit."""
        self._all.append(stay)
        if stay.user is not None:
            self.add_own(stay)

    def add_own(self, stay: Stay) -> None:
        """One more of a user, where those of the site are known without their users."""
        self._of[stay.user or ""].append(stay)

    def prospect(
        self, begin_s: float, now_s: float, had_wh: float = 0.0, user: str | None = None
    ) -> Prospect | None:
        """What becomes of a car that came at `begin_s` and took `had_wh` so far; None where no visit tells.

        Only visits count that lasted longer by the clock, and took more.
        """
        stays, weight = self._weighted(begin_s, user)
        leaves = stays[:, 0] % DAY_S + stays[:, 1] - begin_s % DAY_S - (now_s - begin_s)
        later, more = (leaves > 0) & (weight > 0), (stays[:, 2] > had_wh) & (weight > 0)
        if not later.any() or not more.any():
            return None
        leaves, gone = _cumulated(leaves[later], weight[later])
        energies, share = _cumulated(stays[more, 2], weight[more])
        most = energies[np.searchsorted(share, self.likeness.energy - NOTHING)]
        return Prospect(leaves, gone, float(most) - had_wh)

    def _weighted(self, begin_s: float, user: str | None) -> tuple[Floats, Floats]:
        """The visits of site and user, shape (visits, 3), and how much each counts."""
        site = _table(self._all[-self.likeness.site_visits :])
        own = _table(self._of.get(user or "", []))
        weights = [self._alike(visits, begin_s) for visits in (site, own)]
        weights[0] *= self.likeness.site / max(weights[0].sum(), NOTHING)
        return np.concatenate([site, own]), np.concatenate(weights)

    def _alike(self, visits: Floats, begin_s: float) -> Floats:
        like, begun = self.likeness, visits[:, 0]
        off = np.abs(begun - begin_s) % DAY_S
        hours = np.minimum(off, DAY_S - off) / HOUR_S
        same_day = _works_tomorrow(begun) == _works_tomorrow(np.array(begin_s))
        weight: Floats = (np.exp(-((hours / like.hours) ** 2)) + like.far) * np.where(
            same_day, 1.0, like.other_day
        )
        return weight * 0.5 ** ((begin_s - begun) / like.half_life_s)


def _table(stays: Sequence[Stay]) -> Floats:
    return np.array([(one.begin_s, one.stay_s, one.energy_wh) for one in stays]).reshape(-1, 3)


def _works_tomorrow(begin_s: Floats) -> NDArray[np.bool_]:
    """Whether a working day follows."""
    works: NDArray[np.bool_] = (begin_s // DAY_S + 1) % WEEK_DAYS < WORKING_DAYS
    return works


def _cumulated(values: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Values in order, and the share of the weight up to each."""
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weight[order])
    return values[order], total / total[-1]
