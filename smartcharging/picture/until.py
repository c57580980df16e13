"""Until when a charger is held back, as far as anybody can say: the plan, a limit that ends, a car that leaves."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final

from django.conf import settings

from ..balancing.place import Place
from ..balancing.remembering import granted_a, memory_of
from ..balancing.snapshot import Snapshot
from ..choices import PlanState
from ..engine.fill import Why
from ..inputs.limits.limiting import place_of
from ..inputs.needs.saying import CarNeed, needs_for

_NO_CURRENT: Final = frozenset({Why.WAITS, Why.PAUSED_BY_PLAN})
_BY_A_ROW: Final = frozenset({Why.WAITS, Why.MINIMUM, Why.CIRCUIT})
_FLOWS_W: Final = 1.0


@dataclass(frozen=True, slots=True)
class Until:
    """When a charger may get more, and what happens then, in a few words."""

    at: datetime
    because: str


@dataclass(frozen=True)
class Waiting:
    """Answers for the chargers of one site."""

    snapshot: Snapshot

    def until(self, place: Place) -> Until | None:
        """When a charger may get more; None where nothing holds its car back, or nobody knows."""
        if place.transaction is None or place.grant is None or not place.is_candidate:
            return None
        reason = place.grant.reason
        why = "" if reason.get("rises") else reason.get("why", "")
        if why == Why.RESTS:
            return self._rested(place)
        planned = self._planned(place) if why in _NO_CURRENT else None
        return planned or (self._by_row(place, reason) if why in _BY_A_ROW else None)

    def _rested(self, place: Place) -> Until | None:
        switched_at = memory_of(place).get("switched_at")
        if switched_at is None:
            return None
        rest = timedelta(seconds=settings.BALANCE["MINIMUM_OFF"])
        return self._later(datetime.fromisoformat(switched_at) + rest, "at the earliest")

    def _planned(self, place: Place) -> Until | None:
        """The next slot in which the plan gives it something."""
        plan = self.snapshot.plan
        if plan is None or plan.state != PlanState.OPTIMAL or place.id not in plan.powers_w:
            return None
        starts = (plan.starts_at + timedelta(seconds=second) for second in plan.slots_s)
        flowing = (at for at, watts in zip(starts, plan.powers_w[place.id], strict=False) if watts > _FLOWS_W)
        coming = next((at for at in flowing if at > self.snapshot.now), None)
        return None if coming is None else Until(coming, "by the plan")

    def _by_row(self, place: Place, reason: dict[str, Any]) -> Until | None:
        """The end of the limit that narrows the circuit, or the first to leave a car's place on it."""
        circuit = str(reason.get("circuit"))
        ends = [one for one in self._limits() if one[0] == circuit]
        leaves = [one for one in self._departures(circuit) if one[1] is not place]
        found = [Until(at, words) for _, at, words in ends]
        found += [Until(at, self._leaves(other)) for at, other in leaves]
        return min(found, key=lambda one: one.at, default=None)

    def _leaves(self, place: Place) -> str:
        usually = place.transaction is not None and place.transaction.pk in self._estimated
        return (
            f"{place.station.label} · {place.evse.number} leaves{', as it usually does' if usually else ''}"
        )

    def _limits(self) -> Iterator[tuple[str, datetime, str]]:
        """Circuit, end and words of each limit from outside that is in force."""
        for limit in self.snapshot.limits:
            at = place_of(self.snapshot.network, limit)
            yield (
                f"{at}/{limit.id}" if limit.for_chargers else at,
                limit.ends_at,
                f"the limit of {limit.source} ends",
            )

    def _departures(self, circuit: str) -> Iterator[tuple[datetime, Place]]:
        """The cars below a circuit that charge, and of which is known when they leave."""
        for place in self.snapshot.places:
            at = self._leaving.get(place.transaction.pk) if place.transaction is not None else None
            above = {one.id for one in self.snapshot.network.path(place.wired.circuit)}
            if at is not None and granted_a(place) > 0 and circuit.partition("/")[0] in above:
                yield at, place

    @cached_property
    def _leaving(self) -> dict[int, datetime]:
        """Departures still to come, by transaction."""
        return {
            need.transaction.pk: need.wanted.departs_at
            for need in self._needs
            if need.wanted.departs_at is not None and need.wanted.departs_at > self.snapshot.now
        }

    @cached_property
    def _estimated(self) -> set[int]:
        """The transactions of which nobody said when the car leaves."""
        return {need.transaction.pk for need in self._needs if not need.wanted.is_said("departs_at")}

    @cached_property
    def _needs(self) -> list[CarNeed]:
        return needs_for(self.snapshot.site, self.snapshot.now)

    def _later(self, at: datetime, because: str) -> Until | None:
        return Until(at, because) if at > self.snapshot.now else None
