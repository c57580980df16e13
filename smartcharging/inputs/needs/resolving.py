"""What a car is taken to need, out of what several sources say; pure.

Each figure is that of the most trusted source that says one. A departure that is over says nothing any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from smartcharging.engine.estimate import Source

from ..choices import TRUST, WORKED_OUT, NeedClass, NeedSource

_ORDER = tuple(TRUST)
_WHOSE = {
    Source.HABIT: "of this ID tag at about this hour",
    Source.USER: "of this ID tag",
    Source.HOUR: "at this site at about this hour",
    Source.SITE: "at this site",
}


@dataclass(frozen=True, slots=True)
class Basis:
    """What an estimate stands on: so many earlier sessions, and whose they were."""

    visits: int
    of: Source

    @property
    def words(self) -> str:
        """For people."""
        return f"estimated from {self.visits} earlier sessions {_WHOSE[self.of]}"


@dataclass(frozen=True, slots=True)
class Claim:
    """What one source says; None says nothing. Energies are Wh from the start of the session."""

    source: NeedSource
    energy_wh: int | None = None
    departs_at: datetime | None = None
    soon_wh: int | None = None
    priority: str = ""
    charge_now: bool | None = None
    sun_only: bool | None = None
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is reckoned with. `sources` says whose word each figure is; `confidence` is the least of them, 0 to 1.

    `sun_only`: it takes what the sun leaves beside the building, and from the grid only what is missing at a departure
    that was said. `bases`: of each figure that is an estimate from earlier sessions, what it stands on.
    """

    energy_wh: int | None
    departs_at: datetime | None
    soon_wh: int | None
    priority: NeedClass
    charge_now: bool
    sun_only: bool
    sources: dict[str, NeedSource]
    confidence: float
    bases: dict[str, Basis] = field(default_factory=dict)

    def is_said(self, name: str) -> bool:
        """Whether somebody said this figure; what was measured or estimated, nobody said."""
        return name in self.sources and self.sources[name] not in WORKED_OUT


def resolve(claims: Sequence[Claim], now: datetime) -> Wanted:
    """The need at `now`; without a claim nothing is known, and confidence is 0."""
    trusted = sorted(claims, key=lambda claim: _ORDER.index(claim.source))
    figures: dict[str, Any] = {}
    sources: dict[str, NeedSource] = {}
    bases: dict[str, Basis] = {}
    for claim in trusted:
        for name, value in _said(claim, now).items():
            if name not in figures:
                figures[name], sources[name] = value, claim.source
                if claim.basis is not None:
                    bases[name] = claim.basis
    return Wanted(
        energy_wh=figures.get("energy_wh"),
        departs_at=figures.get("departs_at"),
        soon_wh=figures.get("soon_wh"),
        priority=NeedClass(figures.get("priority", NeedClass.NORMAL)),
        charge_now=bool(figures.get("charge_now", False)),
        sun_only=bool(figures.get("sun_only", False)),
        sources=sources,
        confidence=min((TRUST[source] for source in sources.values()), default=0.0),
        bases=bases,
    )


def _said(claim: Claim, now: datetime) -> dict[str, Any]:
    departs_at = claim.departs_at if claim.departs_at is not None and claim.departs_at > now else None
    said = {
        "energy_wh": claim.energy_wh, "departs_at": departs_at, "soon_wh": claim.soon_wh,
        "priority": claim.priority or None, "charge_now": claim.charge_now, "sun_only": claim.sun_only,
    }  # fmt: skip
    return {name: value for name, value in said.items() if value is not None}


def next_at(clock_time: time, after: datetime, zone: ZoneInfo) -> datetime:
    """The first moment after `after` at which clocks of the zone show this time.

    A time that daylight saving skips is the moment after the gap; one that comes twice is the first.
    """
    local = after.astimezone(zone)
    today = datetime.combine(local.date(), clock_time, zone).astimezone(after.tzinfo)
    if today > after:
        return today
    return datetime.combine(local.date() + timedelta(days=1), clock_time, zone).astimezone(after.tzinfo)
