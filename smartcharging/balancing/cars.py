"""The cars of a site as the fill knows them: what they are planned for, what they use, whom they precede."""

from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Final

from ..engine.fill import Car
from ..inputs.choices import NeedClass
from ..inputs.needs.estimating import delivered_wh
from ..inputs.needs.resolving import Wanted
from .place import Place
from .planning import planned_w
from .remembering import granted_a, is_finished, may_go_on, memory_of, unused_of
from .snapshot import Snapshot

# A car that can wait no longer than this goes first.
URGENT_S: Final = 300.0
# Of one class the next one comes before, and gets so many times the share above the minimum.
_PRIORITY: Final = {NeedClass.HIGH: 2, NeedClass.NORMAL: 0, NeedClass.LOW: -2}
_SHARE: Final = {NeedClass.HIGH: 4.0, NeedClass.NORMAL: 1.0, NeedClass.LOW: 0.25}
_NOW: Final = 1


@dataclass(frozen=True, slots=True)
class Missing:
    """What a car still needs, and how long it stays as far as anybody knows; of the past nothing is left."""

    energy_wh: float
    stays_s: float

    def laxity_s(self, most_w: float) -> float:
        """How long it can wait and still be ready."""
        return self.stays_s - self.energy_wh / most_w * 3600 if most_w > 0 else inf


def car_of(place: Place, snapshot: Snapshot, reserved: bool) -> Car:
    """The car at an EVSE as the fill knows it."""
    memory, now, wanted = memory_of(place), snapshot.now, snapshot.wanted_at(place)
    switched_at = memory.get("switched_at")
    since_s = (now - datetime.fromisoformat(switched_at)).total_seconds() if switched_at else inf
    running, finished = granted_a(place) > 0, is_finished(place, now)
    watts = None if wanted.charge_now else planned_w(snapshot, place)
    return Car(
        outlet=place.id,
        planned_a=None if watts is None else max(watts, 0.0) / place.wired.watts_per_a(place.phases),
        must_run=not finished and is_urgent(place, snapshot),
        running=running,
        since_s=inf if not running and may_go_on(memory) else max(since_s, 0.0),
        priority=_PRIORITY[wanted.priority] + (_NOW if wanted.charge_now else 0),
        waiting_s=0.0 if running or since_s == inf else max(since_s, 0.0),
        # Who takes nothing any more does not take turns.
        deficit=0.0 if finished else 1.0,
        offered_a=unused_of(memory).cap_a,
        weight=_weight(place, wanted, watts),
        reserved=reserved,
    )


def is_urgent(place: Place, snapshot: Snapshot) -> bool:
    """Whether a car is to charge without waiting: it was said so, or it would not be ready in time."""
    wanted = snapshot.wanted_at(place)
    if wanted.charge_now:
        return True
    if place.transaction is None:
        return False
    if wanted.soon_wh is not None and delivered_wh(place.reading, place.transaction) < wanted.soon_wh:
        return True
    missing = missing_of(place, snapshot)
    return missing is not None and missing.laxity_s(most_w(place)) <= URGENT_S


def missing_of(place: Place, snapshot: Snapshot) -> Missing | None:
    """By what was said, else by what the newest plan estimated; None where nobody knows, or nothing is missing."""
    if place.transaction is None:
        return None
    wanted, guess = snapshot.wanted_at(place), snapshot.guess_at(place)
    energy_wh = wanted.energy_wh if wanted.energy_wh is not None else guess.get("energy_wh")
    departs_at = wanted.departs_at
    if departs_at is None and guess.get("departs_at"):
        departs_at = datetime.fromisoformat(guess["departs_at"])
    if energy_wh is None or departs_at is None or departs_at <= snapshot.now:
        return None
    left_wh = energy_wh - delivered_wh(place.reading, place.transaction)
    return Missing(left_wh, (departs_at - snapshot.now).total_seconds()) if left_wh > 0 else None


def most_w(place: Place) -> float:
    """The most a car can take: the hardware, or what it was seen to use of its grant."""
    amps = min(place.wired.maximum_a, unused_of(memory_of(place)).cap_a)
    return amps * place.wired.watts_per_a(place.phases)


def _weight(place: Place, wanted: Wanted, planned: float | None) -> float | None:
    """Its share above the minimum; None where the plan's, or that of everybody, is right."""
    share = _SHARE[wanted.priority]
    if wanted.charge_now:
        return share * most_w(place) / 1000
    if share == 1.0:
        return None
    return share * (1.0 if planned is None else max(planned, 0.0) / 1000)
