"""Sites that lose every connection at some moment: what their stations then take, against what we knew.

Stations are told grants by the fill and the dispatch, over a line that loses requests and answers. What a station
holds in truth is kept apart, as charging profiles; the composite engine says what they allow.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from random import Random

import numpy as np
from numpy.typing import NDArray

from smartcharging.engine.composite import (
    Context,
    Edition,
    Installed,
    Limit,
    Transaction,
    Unit,
    installed_after,
)
from smartcharging.engine.dispatch import (
    Bucket,
    Channel,
    DispatchRules,
    Order,
    back,
    claim,
    confirmed,
    dispatch,
    lost,
    ordered,
    refused,
    unanswered,
)
from smartcharging.engine.failsafe import controlling, failsafe_shares, highest_in_silence, permanent, proof
from smartcharging.engine.fill import Budget, Car, Wiring, fill
from smartcharging.engine.margin import Trust, reserved
from smartcharging.engine.network import Circuit, Network, Outlet

Floats = NDArray[np.float64]
CONNECTOR = 1
START_S = 1_772_000_000
ALMOST = 1e-6
RULES = DispatchRules()
# Later than any grant lives.
DECAYED_S = int(RULES.life_s) + 60


@dataclass
class Station:
    """A station in truth: what it holds, and whether it ever took its fail-safe set."""

    context: Context
    installed: tuple[Installed, ...] = ()
    orders: list[Order] = field(default_factory=list)

    def highest_a(self, from_s: int, seconds: int) -> float:
        """The most it may take in a span."""
        return highest_in_silence(self.installed, self.context, CONNECTOR, from_s, seconds)

    def takes(self, profile: Installed) -> bool:
        """Whether it accepts a profile."""
        after = installed_after(profile, self.installed, self.context)
        self.installed = after.installed
        return after.verdict.accepted


@dataclass(frozen=True, slots=True)
class Silence:
    """What came of one site. `faults` names what broke; `proven`: the proof said that it holds."""

    faults: tuple[str, ...]
    proven: bool


def silence(seed: int) -> Silence:
    """One site under control for a while, and then nobody hears anything more."""
    site = _Site(Random(seed))  # noqa: S311
    for _ in range(site.random.randint(1, 8)):
        site.look()
    return site.verdict()


class _Site:
    def __init__(self, random: Random) -> None:
        self.random, self.now_s, self.bucket = random, START_S, Bucket()
        self.wiring = Wiring.of(_network(random))
        rows = self.wiring.rows
        self.worst = rows.limit * random.uniform(0, 0.7)
        names = [outlet.id for outlet in self.wiring.network.outlets]
        self.unknown = {name for name in names if random.random() < 0.05}
        wild = np.where([name in self.unknown for name in names], self.wiring.maximum_a, 0.0)
        self.shares = failsafe_shares(self.wiring, self.worst, random.choice([6.0, 8.0]), wild)
        self.stations = {name: self._station(place) for name, place in self.wiring.index.items()}
        self.channels = {name: self._channel(name, place) for name, place in self.wiring.index.items()}

    def _station(self, place: int) -> Station:
        outlet = self.wiring.network.outlets[place]
        running = {CONNECTOR: Transaction("7", self.now_s - self.random.randint(0, 9999))}
        context = Context(
            hardware={CONNECTOR: Limit(Fraction(str(outlet.maximum_a)), Unit.AMPERE)},
            transactions=running if self.random.random() < 0.8 else {},
            edition=self.random.choice(list(Edition)),
        )
        station = Station(context)
        if outlet.id not in self.unknown:
            share = float(self.shares[place])
            station.installed = permanent([(CONNECTOR, share)], outlet.maximum_a, START_S - 999)
        return station

    def _channel(self, name: str, place: int) -> Channel:
        channel = Channel(name, float(self.wiring.maximum_a[place]))
        return channel if name in self.unknown else back(channel, float(self.shares[place]))

    def look(self) -> None:
        """One round of the control loop, at some time after the last."""
        self.now_s += self.random.choice([10, 10, 40, 70, 400, 1300])
        other = self.worst * self.random.uniform(0, 1)
        claims = [claim(one, self.now_s) for one in self.channels.values()]
        budget = Budget.of(self.wiring.rows, other=other, reserved=reserved(self.wiring, claims))
        trusted = {one.outlet for one in claims if one.trust is Trust.TRUSTED}
        charging = {name for name, one in self.stations.items() if one.context.transactions}
        cars = [Car(name, running=True, reserved=name not in trusted) for name in sorted(charging)]
        grants = fill(self.wiring, budget, cars)
        told = {name: self.channels[name] for name in sorted(charging)}
        outbox = dispatch(
            self.wiring, budget.available, grants.amps, told, self.bucket, self.now_s, rules=RULES
        )
        self.bucket = outbox.bucket
        for order in outbox.orders:
            self._send(order)

    def _send(self, order: Order) -> None:
        name = order.outlet
        self.channels[name] = ordered(self.channels[name], order, self.now_s)
        fate = self.random.choice(["heard"] * 5 + ["never arrives", "answer lost", "refused", "gone", "late"])
        accepted = fate not in ("never arrives", "refused") and self._arrives(order)
        if fate == "heard" and accepted:
            self.channels[name] = confirmed(self.channels[name], order.amps, self.now_s, RULES)
        elif fate == "refused" or (not accepted and fate == "heard"):
            self.channels[name] = refused(self.channels[name])
        elif fate == "gone":
            self.channels[name] = lost(self.channels[name])
        elif fate != "late":
            self.channels[name] = unanswered(self.channels[name])

    def _arrives(self, order: Order) -> bool:
        place = self.wiring.index[order.outlet]
        failsafe_a = float(self.shares[place])
        profile = controlling(
            CONNECTOR, "7", [(0, order.amps)], self.now_s, failsafe_a=failsafe_a, life_s=int(RULES.life_s)
        )
        return self.stations[order.outlet].takes(profile)

    def verdict(self) -> Silence:
        """Compare what stations may take from now on with what we knew, and with the limits once grants decayed."""
        self.now_s += self.random.randint(0, 1900)
        decayed = np.array(
            [one.highest_a(self.now_s + DECAYED_S, 8 * 86_400) for one in self.stations.values()]
        )
        believed = np.array([self._believed_a(name) for name in self.stations])
        shown = proof(self.wiring, believed, self.worst)
        faults = [f"{name} takes more than known" for name in self.stations if self._surprises(name)]
        over = self.wiring.rows.load(decayed) + self.worst - self.wiring.rows.limit
        if shown.holds and np.any(over > ALMOST):
            faults.append("a limit breaks though the proof holds")
        if not self.unknown and not shown.holds:
            faults.append("no proof though every station took its fail-safe set")
        return Silence(tuple(faults), shown.holds)

    def _believed_a(self, name: str) -> float:
        channel = self.channels[name]
        return channel.hardware_a if channel.failsafe_a is None else channel.failsafe_a

    def _surprises(self, name: str) -> bool:
        """Whether a station may now take more than its channel says."""
        station, channel = self.stations[name], self.channels[name]
        running = bool(station.context.transactions)
        now_a = station.highest_a(self.now_s, 1) if running else self._believed_a(name)
        return now_a > max(channel.highest_a(self.now_s), self._believed_a(name)) + ALMOST


def _network(random: Random) -> Network:
    circuits = [Circuit("site", None, _limits(random, 40, 400))]
    for number in range(random.randint(0, 3)):
        parent = random.choice(circuits).id
        circuits.append(Circuit(f"c{number}", parent, _limits(random, 16, 160)))
    outlets = [
        _outlet(random, f"e{number}", random.choice(circuits).id) for number in range(random.randint(1, 8))
    ]
    return Network(tuple(circuits), tuple(outlets))


def _limits(random: Random, low: float, high: float) -> tuple[float, float, float]:
    limit = random.uniform(low, high)
    return limit, limit, limit


def _outlet(random: Random, name: str, circuit: str) -> Outlet:
    lines = random.choice([(0, 1, 2), (1, 2, 0), (2, 0, 1), (0,), (1,), (2,)])
    return Outlet(name, circuit, lines=lines, maximum_a=random.choice([16.0, 32.0, 63.0]))
