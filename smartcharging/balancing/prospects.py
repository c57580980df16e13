"""The cars of a site as the plan knows them: what they need, until when, and how likely they are still there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

import numpy as np

from ..engine.estimate import Prospect
from ..engine.plan import Car, Grid
from ..inputs.choices import NeedSource
from ..inputs.needs.estimating import Past, delivered_wh, pasts
from ..inputs.needs.resolving import Wanted
from .place import Place
from .remembering import granted_a, is_finished, memory_of, unused_of
from .snapshot import Snapshot

_RANKS: Final = {"low": 0, "normal": 1, "high": 2}
# By then a car has as good as certainly left.
_SURELY: Final = 0.98
# What is to come as fast as possible may take so much longer than at full power (times, seconds).
_SOON: Final = (1.25, 600.0)


@dataclass(frozen=True)
class Prospects:
    """`needs` by the key of the session, `pasts` by the key of the site."""

    snapshot: Snapshot
    needs: Mapping[int, Wanted]
    grid: Grid
    pasts: Mapping[int, Past]

    @classmethod
    def of(cls, snapshot: Snapshot, needs: Mapping[int, Wanted], grid: Grid) -> Self:
        """With what is remembered of earlier visits, where it is needed."""
        running = (place.transaction for place in snapshot.places if place.transaction is not None)
        guessed = [one for one in running if needs[one.pk].sources.get("departs_at") == NeedSource.HISTORY]
        return cls(snapshot, needs, grid, pasts(guessed))

    def cars(self) -> list[Car]:
        """Those of which energy and departure are known; the others are served by the fill alone."""
        made = [self._car(place) for place in self.snapshot.places if place.is_candidate]
        return [car for car in made if car is not None]

    def _car(self, place: Place) -> Car | None:
        wanted, now = self._wanted(place), self.snapshot.now
        if wanted is None or wanted.energy_wh is None or wanted.departs_at is None:
            return None
        if (
            self._waits_for_sun(wanted)
            or wanted.charge_now
            or is_finished(place, now)
            or place.transaction is None
        ):
            return None
        had_wh, per_a = delivered_wh(place.reading, place.transaction), place.wired.watts_per_a(place.phases)
        need_wh, leaves_s = max(float(wanted.energy_wh) - had_wh, 0.0), _until(wanted.departs_at, now)
        maximum_w = min(place.wired.maximum_a, unused_of(memory_of(place)).cap_a) * per_a
        soon_wh = min(max(float(wanted.soon_wh or 0) - had_wh, 0.0), need_wh)
        longest = _SOON[0] * soon_wh / maximum_w * 3600 + _SOON[1] if maximum_w > 0 else leaves_s
        prospect = self._prospect(place, wanted, had_wh)
        return Car(
            id=place.id,
            outlet=place.id,
            need_wh=need_wh,
            departure_s=leaves_s if prospect is None else self._surely(prospect, leaves_s),
            maximum_w=maximum_w,
            minimum_w=place.wired.minimum_a * per_a,
            delivered_wh=had_wh,
            soon_wh=soon_wh,
            soon_s=min(longest, leaves_s) if wanted.is_said("soon_wh") else leaves_s,
            # A need that is only estimated, and rather high, takes nothing from one that was said.
            rank=max(_RANKS[wanted.priority] - (not wanted.is_said("energy_wh")), 0),
            phases=place.phases,
            running=granted_a(place) > 0,
            there=None if prospect is None else tuple(prospect.there(self.grid.starts_s).tolist()),
            by_sun=wanted.sun_only and self.snapshot.has_sun,
        )

    def _waits_for_sun(self, wanted: Wanted) -> bool:
        """Whether it takes what the sun leaves and has to be ready by no time: there is nothing to plan."""
        return wanted.sun_only and self.snapshot.has_sun and not wanted.is_said("departs_at")

    def _wanted(self, place: Place) -> Wanted | None:
        return None if place.transaction is None else self.needs.get(place.transaction.pk)

    def _prospect(self, place: Place, wanted: Wanted, had_wh: float) -> Prospect | None:
        """The odds of a car that comes often, of which nobody said when it leaves."""
        session = place.transaction
        if session is None or wanted.sources.get("departs_at") != NeedSource.HISTORY:
            return None
        past = self.pasts.get(session.station.site_id or 0)
        return None if past is None else past.prospect(session, self.snapshot.now, had_wh)

    def _surely(self, prospect: Prospect, leaves_s: float) -> float:
        """When it has left, as good as certainly; within the plan."""
        gone_s = float(prospect.leaves_s[np.searchsorted(prospect.gone, _SURELY)])
        return min(max(gone_s, leaves_s), self.grid.end_s)


def needs_kept(snapshot: Snapshot, needs: Mapping[int, Wanted]) -> dict[str, dict[str, Any]]:
    """What a plan reckoned with, by EVSE: for the control loop until the next plan, and for whoever looks at it."""
    return {
        place.id: _kept(place.transaction.public_id, needs[place.transaction.pk])
        for place in snapshot.places
        if place.transaction is not None and place.transaction.pk in needs
    }


def _kept(transaction: str, wanted: Wanted) -> dict[str, Any]:
    return {
        "transaction": transaction,
        "energy_wh": wanted.energy_wh,
        "departs_at": wanted.departs_at and wanted.departs_at.isoformat(),
        "sources": {name: str(source) for name, source in wanted.sources.items()},
    }


def _until(at: datetime, now: datetime) -> float:
    return max((at - now).total_seconds(), 0.0)
