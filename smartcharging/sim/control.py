"""The engine put together as a control loop calls it, every ten seconds: measure, fill, dispatch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

import numpy as np
from numpy.typing import NDArray

from smartcharging.engine.dispatch import (
    Bucket,
    Channel,
    DispatchRules,
    Order,
    back,
    begun,
    claim,
    confirmed,
    dispatch,
    drawn,
    ended,
    lost,
    ordered,
    to_stop,
    unanswered,
)
from smartcharging.engine.fill import Budget, Car, Grants, Unused, Wiring, fill, unused_after
from smartcharging.engine.margin import (
    Amps,
    Claim,
    MarginRules,
    Rises,
    Trace,
    Trust,
    estimated,
    other_load,
    reserved,
    wires,
)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Seen:
    """What arrived since the last look: times in seconds, currents in ampere on the site's lines.

    `meter` and `cars` (of plugged outlets) hold what was read at `taken_s`; `plugged` the outlets whose cars want
    energy, `online` those with a connection.
    """

    now_s: float
    taken_s: float
    meter: Amps
    cars: Mapping[str, Amps]
    plugged: frozenset[str]
    online: frozenset[str]


@dataclass
class _Stay:
    """One car while it is there."""

    since_s: float
    running: bool = False
    changed_s: float = -inf
    unused: Unused = field(default_factory=Unused)


class Control:
    """One site under control. The circuit `meter_at` has the meter."""

    def __init__(
        self,
        wiring: Wiring,
        failsafe_a: Floats,
        worst_case_a: Amps,
        *,
        meter_at: str = "site",
        margins: MarginRules | None = None,
        rules: DispatchRules | None = None,
    ) -> None:
        self.wiring, self.worst_case_a, self.meter_at = wiring, worst_case_a, meter_at
        self.margins, self.rules = margins or MarginRules(), rules or DispatchRules()
        self.channels = {
            outlet.id: back(Channel(outlet.id, outlet.maximum_a), float(share))
            for outlet, share in zip(wiring.network.outlets, failsafe_a, strict=True)
        }
        self.meter, self.load, self.bucket = Trace(), Trace(), Bucket()
        self.rises = Rises()
        self.traces: dict[str, Trace] = dict.fromkeys(self.channels, Trace())
        self.stays: dict[str, _Stay] = {}
        self.trust: dict[str, Claim] = {}
        self.grants: Grants | None = None

    def accepted(self, outlet: str, amps: float, now_s: float) -> None:
        """The station accepted a value."""
        self.channels[outlet] = confirmed(self.channels[outlet], amps, now_s, self.rules)

    def silent(self, outlet: str) -> None:
        """The station did not answer in time."""
        self.channels[outlet] = unanswered(self.channels[outlet])

    def look(self, seen: Seen) -> tuple[tuple[Order, ...], tuple[str, ...]]:
        """What to send now, and which transactions to stop; every order counts as sent."""
        self._come_and_go(seen)
        self._read(seen)
        if not self.stays:
            return (), ()
        budget = self._budget(seen)
        self.grants = fill(self.wiring, budget, self._cars(seen))
        self._remember(seen, self.grants)
        return self._orders(seen, budget, self.grants), self._stops(budget)

    def _come_and_go(self, seen: Seen) -> None:
        for outlet in self.stays.keys() - seen.plugged:
            del self.stays[outlet]
            self.traces[outlet] = Trace()
            self.channels[outlet] = ended(self.channels[outlet])
        for outlet in seen.plugged - self.stays.keys():
            self.stays[outlet] = _Stay(seen.now_s)
            self.channels[outlet] = begun(self.channels[outlet], seen.now_s)
        for outlet, channel in self.channels.items():
            if channel.online and outlet not in seen.online:
                self.channels[outlet] = lost(channel)

    def _read(self, seen: Seen) -> None:
        self.meter = self.meter.after(seen.taken_s, seen.meter, keep_s=400)
        for outlet, amps in seen.cars.items():
            self.traces[outlet] = self.traces[outlet].after(seen.taken_s, amps, keep_s=200)
            self.channels[outlet], _ = drawn(self.channels[outlet], seen.taken_s, max(amps), self.rules)
        self.load = other_load(self.meter, self.traces.values(), self.load)
        self.rises = self.rises.after(self.load, self.margins.reaction_s + seen.now_s - seen.taken_s)

    def _budget(self, seen: Seen) -> Budget:
        estimate = estimated(self.load, seen.now_s, self.worst_case_a, self.rises, self.margins)
        other, margin = wires(self.wiring.rows, {self.meter_at: estimate})
        self.trust = {
            name: self._claim(name, one, seen)
            for name, one in self.channels.items()
            if self._claims(name, one)
        }
        return Budget.of(self.wiring.rows, other, margin, reserved(self.wiring, self.trust.values()))

    def _claim(self, name: str, channel: Channel, seen: Seen) -> Claim:
        return claim(channel, seen.now_s, self._measured(name), self.rules)

    def _claims(self, name: str, channel: Channel) -> bool:
        """Uncontrolled stations that are reachable take nothing while no car is there: that is seen at once."""
        return name in self.stays or not channel.uncontrolled or not channel.online

    def _stops(self, budget: Budget) -> tuple[str, ...]:
        wild = [
            name for name in self.stays if self.channels[name].uncontrolled and self.channels[name].online
        ]
        return to_stop(self.wiring, budget, wild)

    def _measured(self, outlet: str) -> float | None:
        newest = self.traces[outlet].amps
        return max(newest[-1]) if newest and outlet in self.stays else None

    def _cars(self, seen: Seen) -> list[Car]:
        return [self._car(outlet, stay, seen) for outlet, stay in sorted(self.stays.items())]

    def _car(self, outlet: str, stay: _Stay, seen: Seen) -> Car:
        now_s = seen.now_s
        return Car(
            outlet,
            running=stay.running,
            since_s=now_s - stay.changed_s,
            waiting_s=0.0 if stay.running else now_s - max(stay.since_s, stay.changed_s),
            offered_a=stay.unused.cap_a,
            reserved=self.trust[outlet].trust is not Trust.TRUSTED,
        )

    def _remember(self, seen: Seen, grants: Grants) -> None:
        for outlet, stay in self.stays.items():
            granted = grants.of(outlet)
            if (granted > 0) != stay.running:
                stay.running, stay.changed_s = granted > 0, seen.now_s
            held_a = self.channels[outlet].now_a(seen.taken_s)
            measured = self._measured(outlet)
            if held_a and granted and measured is not None:
                place = self.wiring.network.outlets[self.wiring.place(outlet)]
                stay.unused = unused_after(stay.unused, place, held_a, measured, seen.now_s)

    def _orders(self, seen: Seen, budget: Budget, grants: Grants) -> tuple[Order, ...]:
        there = {
            name: self.channels[name]
            for name in sorted(self.stays)
            if self.trust[name].trust is not Trust.STARTING
        }
        measured = np.array([self._measured(name) or 0.0 for name in self.wiring.index])
        outbox = dispatch(
            self.wiring, budget.available, grants.amps, there, self.bucket, seen.now_s,
            measured_a=measured, rules=self.rules,
        )  # fmt: skip
        self.bucket = outbox.bucket
        for order in outbox.orders:
            self.channels[order.outlet] = ordered(self.channels[order.outlet], order, seen.now_s)
        return outbox.orders
