"""One EVSE of a shared site, and the most a car may take there whatever has arrived of what was sent."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from chargers.models import ChargingStation, Evse, MeterValue, StationConnection, Transaction

from ..choices import StandingState
from ..engine import network as wires
from ..models import ForeignProfile, Grant, InstalledProfile, Outlet, StationStanding
from ..services.installing import highest_a, still_possible
from .leading import for_cars, for_session, leading_a

# Less flows on a line that is not used.
FLOWS_A = 0.5


@dataclass(frozen=True)
class Place:
    """One EVSE that hangs on a circuit, with all that is known of it."""

    outlet: Outlet
    wired: wires.Outlet
    link: StationConnection | None
    standing: StationStanding | None
    grant: Grant | None
    transaction: Transaction | None = None
    reading: MeterValue | None = None
    default: InstalledProfile | None = None
    control: InstalledProfile | None = None
    foreign: tuple[ForeignProfile, ...] = ()

    @property
    def id(self) -> str:
        """The EVSE's public id."""
        return self.wired.id

    @property
    def evse(self) -> Evse:
        return self.outlet.evse

    @property
    def station(self) -> ChargingStation:
        return self.evse.station

    @property
    def is_online(self) -> bool:
        return self.link is not None and self.link.is_open

    @property
    def is_uncontrolled(self) -> bool:
        return self.standing is not None and self.standing.state == StandingState.UNCONTROLLED

    @property
    def is_trusted(self) -> bool:
        """Whether the station confirmed its fail-safe limits over the socket that is open now."""
        return (
            self.is_online
            and self.standing is not None
            and self.standing.state == StandingState.TRUSTED
            and self.link is not None
            and self.standing.epoch == self.link.epoch
        )

    @property
    def is_candidate(self) -> bool:
        """Whether a car charges here that we can tell something."""
        return self.transaction is not None and self.is_trusted and not self.is_led

    @property
    def is_led(self) -> bool:
        """Whether somebody else's profile leads before ours for the transaction that runs."""
        return bool(self._of_session)

    @property
    def _of_session(self) -> list[ForeignProfile]:
        if self.transaction is None:
            return []
        level = self.control.level if self.control is not None and self.control.possible else 0
        return for_session(self.foreign, level, self.transaction.reference)

    def _led_a(self, rows: list[ForeignProfile], now: datetime, within_s: float = 0.0) -> float:
        """The most that others allow; 0 where they say nothing."""
        return leading_a(rows, self.wired, self.outlet.direct_current, now, within_s) or 0.0

    def foreign_default_a(self, now: datetime) -> float:
        """The most that profiles of others allow any car here; 0 where there are none."""
        return self._led_a(for_cars(self.foreign, self.default.level if self.default else 0), now)

    @cached_property
    def phases(self) -> int | None:
        """How many lines the car draws on, as the newest reading shows it; None when it does not."""
        if self.reading is None or self.transaction is None or self.wired.between:
            return None
        used = {
            sample.get("phase")
            for sample in self.reading.samples
            if sample.get("measurand") == "Current.Import" and _flows(sample.get("value"))
        }
        return len(used & {"L1", "L2", "L3"}) or None

    @property
    def drawn_a(self) -> float | None:
        """The current on its highest line by the newest reading of the transaction."""
        return None if self.reading is None else self.reading.current_a

    @property
    def used_a(self) -> float | None:
        """What the car draws of its grant, A on each line it uses; None where that cannot be told for certain.

        At direct current the current is not that of the lines, and the power says more.
        """
        if not self.outlet.direct_current or self.reading is None or self.reading.power_w is None:
            return None if self.outlet.direct_current else self.drawn_a
        return self.reading.power_w * self.wired.loss / self.wired.watts_per_a()

    def is_failsafe_unknown(self, now: datetime) -> bool:
        """Whether nobody knows what a car may take here when nobody speaks of it."""
        return self.default is None or highest_a(_lasting(self.default), now) is None

    def failsafe_a(self, now: datetime) -> float:
        """The most a car may take here when nobody speaks of it, as soon as what was before has settled."""
        return max(self.default_a(now), self.foreign_default_a(now))

    def default_a(self, now: datetime) -> float:
        """The same by our own limit alone."""
        if self.is_uncontrolled or self.default is None:
            return self.wired.maximum_a
        return self._known(highest_a(_lasting(self.default), now))

    def _known(self, allowed: float | None) -> float:
        """What is not known is the hardware's maximum."""
        return self.wired.maximum_a if allowed is None else min(allowed, self.wired.maximum_a)

    def held_a(self, now: datetime, within_s: float = 0.0) -> float:
        """The most a car may take here from now on for so many seconds, whatever has arrived of what was sent."""
        return max(self._held_a(now, within_s), self._led_a(self._of_session, now, within_s))

    def _held_a(self, now: datetime, within_s: float) -> float:
        failsafe = self.failsafe_a(now)
        if self.default is not None and not self.is_uncontrolled:
            failsafe = max(failsafe, self._known(highest_a(self.default.possible, now)))
        if self.is_uncontrolled or self.control is None:
            return failsafe
        of_now = self.of_transaction(still_possible(self.control.possible, now))
        if not of_now:
            return failsafe
        allowed = highest_a(of_now, now, within_s)
        if allowed is None or not self.is_online:
            # It may hold none of them, or the transaction may be over without our knowing.
            known = [one for one in of_now if one["body"]]
            allowed = max(failsafe, highest_a(known, now, within_s) or 0.0)
        return min(allowed, self.wired.maximum_a)

    def of_transaction(self, possible: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Those of the transaction that runs: bodies of another one went with it."""
        if not self.is_online:
            return possible
        reference = self.transaction.reference if self.transaction else None
        bodies = [one for one in possible if not one["body"] or one["body"]["reference"] == reference]
        return bodies if any(one["body"] for one in bodies) else []


def _lasting(row: InstalledProfile) -> list[dict[str, Any]]:
    """Without what only settles."""
    return [entry for entry in row.possible if not entry["until"]]


def _flows(value: object) -> bool:
    return isinstance(value, int | float) and value > FLOWS_A
