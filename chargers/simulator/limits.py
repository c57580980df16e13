"""Charging profiles as a station keeps and obeys them: the wire's own words, worked out anew at every look. Pure.

Written apart from the server's own arithmetic, so that each can show the other wrong. OCPP 1.6 §3.13, 2.0.1 K01.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

STATION, DEFAULT, TRANSACTION, OUTSIDE = "Max", "TxDefault", "Tx", "External"
LAYERS: Final = {
    "ChargePointMaxProfile": STATION,
    "ChargingStationMaxProfile": STATION,
    "TxDefaultProfile": DEFAULT,
    "TxProfile": TRANSACTION,
    "ChargingStationExternalConstraints": OUTSIDE,
}
PHASE_V: Final = 230.0
REPEATS: Final = {"Daily": timedelta(days=1), "Weekly": timedelta(days=7)}


@dataclass(frozen=True, slots=True)
class Offer:
    """A limit as it was sent: ampere per line, or watt over all of them."""

    value: float
    unit: str

    def watts(self, lines: int, volts: float) -> float:
        """What that is for a car on so many lines."""
        return self.value if self.unit == "W" else self.value * lines * volts

    def amperes(self, lines: int, volts: float) -> float:
        """What that is on each of so many lines."""
        return self.value if self.unit == "A" else self.value / (lines * volts)


@dataclass(frozen=True, slots=True)
class Kept:
    """A profile as it was set; `place` 0 is the whole station, `layer` one of four.

    `source` is who set it: "CSO" is the back office, others are at the station itself.
    """

    number: int
    place: int
    layer: str
    level: int
    profile: Mapping[str, Any]
    schedule: Mapping[str, Any]
    source: str = "CSO"

    def offer(self, at: datetime, since: datetime) -> Offer | None:
        """The limit it sets at a moment; None where it says nothing."""
        if not self._is_valid(at):
            return None
        base = self._base(at, since)
        elapsed_s = (at - base).total_seconds() if base else -1.0
        duration_s = self.schedule.get("duration")
        if elapsed_s < 0 or (duration_s is not None and elapsed_s >= duration_s):
            return None
        begun = [one for one in self.schedule["chargingSchedulePeriod"] if one["startPeriod"] <= elapsed_s]
        return Offer(float(begun[-1]["limit"]), self.schedule["chargingRateUnit"]) if begun else None

    def changes(self, at: datetime, since: datetime) -> Iterable[datetime]:
        """The moments from which on it says something else."""
        base = self._base(at, since)
        if base is not None:
            starts = [one["startPeriod"] for one in self.schedule["chargingSchedulePeriod"]]
            yield from (base + timedelta(seconds=s) for s in [*starts, self.schedule.get("duration") or 0])
        yield from (moment(self.profile[name]) for name in ("validFrom", "validTo") if self.profile.get(name))

    def _is_valid(self, at: datetime) -> bool:
        begins, ends = self.profile.get("validFrom"), self.profile.get("validTo")
        return (not begins or moment(begins) <= at) and (not ends or at < moment(ends))

    def _base(self, at: datetime, since: datetime) -> datetime | None:
        start = self.schedule.get("startSchedule")
        if self.profile["chargingProfileKind"] == "Relative" or not start:
            return since
        base, repeat = moment(start), REPEATS.get(self.profile.get("recurrencyKind", ""))
        return base if repeat is None or at < base else base + (at - base) // repeat * repeat


@dataclass
class Limits:
    """All profiles of a station by number."""

    kept: dict[int, Kept] = field(default_factory=dict)

    def set(
        self, number: int, place: int, profile: Mapping[str, Any], schedule: Mapping[str, Any],
        source: str = "CSO",
    ) -> None:  # fmt: skip
        """A profile comes; it replaces that of its number, and that of its place, layer and level."""
        layer, level = LAYERS[profile["chargingProfilePurpose"]], profile["stackLevel"]
        self.kept.pop(number, None)
        for other in list(self.kept.values()):
            if (other.place, other.layer, other.level) == (place, layer, level):
                del self.kept[other.number]
        self.kept[number] = Kept(number, place, layer, level, profile, schedule, source)

    def clear(self, number: int | None, place: int | None, purpose: str | None, level: int | None) -> bool:
        """Profiles are taken away, but not what was set at the station itself; whether there were any."""
        layer = LAYERS.get(purpose) if purpose else None
        asked = (number, place, layer, level)
        fit = [
            one.number
            for one in self.kept.values()
            if one.layer != OUTSIDE
            and all(
                a in (None, b)
                for a, b in zip(asked, (one.number, one.place, one.layer, one.level), strict=True)
            )
        ]
        for one in fit:
            del self.kept[one]
        return bool(fit)

    def transaction_ended(self, place: int) -> None:
        """What held for a transaction goes with it."""
        self.clear(None, place, "TxProfile", None)

    def of_outlet(self, place: int, at: datetime, since: datetime, in_session: bool) -> list[Offer]:
        """What holds at an outlet, all at once: the transaction's layer, and the station's.

        `since` is when charging began, or is taken to begin.
        """
        own = self._leading(TRANSACTION, (place,), at, since) if in_session else None
        own = own or self._leading(DEFAULT, (place,), at, since)
        own = own or self._leading(DEFAULT, (0,), at, since)
        outside = self._leading(OUTSIDE, (0, place), at, since)
        return [one for one in (own, self.of_station(at), outside) if one is not None]

    def of_station(self, at: datetime) -> Offer | None:
        """What holds for all outlets together."""
        return self._leading(STATION, (0,), at, at)

    def changes(self, at: datetime, until: datetime, since: datetime) -> list[datetime]:
        """The moments of a window at which a limit may change, the first being its beginning."""
        found = {one for kept in self.kept.values() for one in kept.changes(at, since)}
        return [at, *sorted(one for one in found if at < one < until)]

    def _leading(self, layer: str, places: tuple[int, ...], at: datetime, since: datetime) -> Offer | None:
        """The highest level that says something now."""
        stack = [one for one in self.kept.values() if one.layer == layer and one.place in places]
        offers = (one.offer(at, since) for one in sorted(stack, key=lambda one: -one.level))
        return next((offer for offer in offers if offer is not None), None)


def moment(text: str) -> datetime:
    """A time on the wire; without a zone it is UTC."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)
