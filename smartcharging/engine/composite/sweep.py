"""The composite schedule: one look at every second at which something can change."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from smartcharging.engine.composite.model import (
    CompositePeriod,
    CompositeSchedule,
    Context,
    Installed,
    Limit,
    Purpose,
    Request,
    Transaction,
)
from smartcharging.engine.composite.timeline import Timeline, timeline

STATION = 0
Place = tuple[Purpose, int]
Rate = tuple[Fraction, Fraction, int]
# What decides on one transaction, the first that defines a limit; then how far the supply reaches.
TRANSACTION_ORDER = (Purpose.PRIORITY_CHARGING, Purpose.TX, Purpose.TX_DEFAULT)
CAPS = (Purpose.STATION_MAX, Purpose.EXTERNAL_CONSTRAINTS)


@dataclass(frozen=True)
class Supply:
    """How far the supply reaches: the lowest cap, and what is generated behind it (OCPP 2.1 LocalGeneration)."""

    caps: list[Limit]
    generation: Limit | None
    voltage_v: Fraction

    @property
    def limits(self) -> list[Limit]:
        """All limits that have a say in the number of phases."""
        return self.caps if self.generation is None else [*self.caps, self.generation]

    def current_a(self, phases: int) -> Fraction:
        """The current per phase it carries on so many phases."""
        added = self.generation.current_a(phases, self.voltage_v) if self.generation else Fraction(0)
        return min(cap.current_a(phases, self.voltage_v) for cap in self.caps) + added

    def power_w(self, phases: int) -> Fraction:
        """The power it carries on so many phases."""
        added = self.generation.power_w(phases, self.voltage_v) if self.generation else Fraction(0)
        return min(cap.power_w(phases, self.voltage_v) for cap in self.caps) + added


@dataclass(frozen=True)
class Stack:
    """The profiles that count for one connector, by purpose and place, the leading ones first."""

    connector: int
    timelines: dict[Place, list[Timeline]]

    def first(self, order: Iterable[Place], time_s: int) -> Limit | None:
        """The limit of the first place that defines one; inside a place the highest stack level leads."""
        timelines = (one for place in order for one in self.timelines.get(place, ()))
        limits = (one.limit_at(time_s) for one in timelines)
        return next((limit for limit in limits if limit is not None), None)

    def transaction_limit(self, time_s: int) -> Limit | None:
        """What transaction profiles and defaults say; a profile of the connector leads one of the station."""
        places = (self.connector, STATION)
        return self.first(((purpose, place) for purpose in TRANSACTION_ORDER for place in places), time_s)

    def supply(self, time_s: int, voltage_v: Fraction) -> Supply | None:
        """The caps on the connector and on the station; None when there is none."""
        places = {self.connector, STATION}
        limits = (self.first([(purpose, place)], time_s) for purpose in CAPS for place in places)
        caps = [limit for limit in limits if limit is not None]
        order = [(Purpose.LOCAL_GENERATION, place) for place in (self.connector, STATION)]
        return Supply(caps, self.first(order, time_s), voltage_v) if caps else None

    def changes(self, request: Request) -> Iterator[int]:
        """The seconds of the window at which something may change."""
        for one in itertools.chain.from_iterable(self.timelines.values()):
            changes = one.changes(request.start_s, request.end_s)
            yield from (at for at in changes if request.start_s <= at < request.end_s)


def composite(installed: Sequence[Installed], request: Request, context: Context) -> CompositeSchedule:
    """What installed profiles allow on a connector, or on the whole station for connector 0.

    `installed` is in the order of installation. Errors: ValueError for a connector the station does not have.
    Sources: OCPP 1.6 §3.13.3, §5.7; OCPP 2.0.1 K08.
    """
    if request.connector not in {STATION, *context.hardware}:
        raise ValueError(f"connector {request.connector}: the station has no such connector")
    wanted = [request.connector] if request.connector else [STATION, *sorted(context.hardware)]
    stacks = [_stack(installed, connector, request, context) for connector in wanted]
    times = {request.start_s}.union(*(stack.changes(request) for stack in stacks))
    rate_at = _connector_rate if request.connector else _station_rate
    rates = (CompositePeriod(at - request.start_s, *rate_at(stacks, at, context)) for at in sorted(times))
    return CompositeSchedule(request.connector, request.start_s, request.duration_s, _merged(rates))


def _merged(periods: Iterable[CompositePeriod]) -> tuple[CompositePeriod, ...]:
    merged: list[CompositePeriod] = []
    for period in periods:
        if not merged or merged[-1].rate != period.rate:
            merged.append(period)
    return tuple(merged)


def _stack(installed: Sequence[Installed], connector: int, request: Request, context: Context) -> Stack:
    transaction = context.transactions.get(connector)
    timelines: dict[Place, list[Timeline]] = {}
    for one in _leading_first(installed):
        if one.connector in (STATION, connector) and _counts(one, transaction):
            timelines.setdefault((one.profile.purpose, one.connector), []).append(
                timeline(one.profile, transaction, request, context)
            )
    return Stack(connector, timelines)


def _leading_first(installed: Sequence[Installed]) -> list[Installed]:
    """Of two profiles on one level the newer one leads, as if it had replaced the other."""
    ages = sorted(enumerate(installed), key=lambda one: (one[1].profile.stack_level, one[0]), reverse=True)
    return [one for _, one in ages]


def _counts(one: Installed, transaction: Transaction | None) -> bool:
    if one.profile.purpose is Purpose.PRIORITY_CHARGING:
        return transaction is None or transaction.priority_charging
    if one.profile.purpose is not Purpose.TX:
        return True
    return transaction is not None and one.profile.transaction_id in (None, transaction.transaction_id)


def _connector_rate(stacks: Sequence[Stack], time_s: int, context: Context) -> Rate:
    """The lowest of transaction limit, supply and hardware, on the lowest number of phases among them."""
    (stack,) = stacks
    voltage_v = context.voltage_v
    leading = stack.transaction_limit(time_s)
    own = [context.hardware[stack.connector], *([] if leading is None else [leading])]
    supply = stack.supply(time_s, voltage_v)
    phases = min(limit.phases for limit in [*own, *(supply.limits if supply else [])])
    current_a = min(limit.current_a(phases, voltage_v) for limit in own)
    if supply:
        current_a = min(current_a, supply.current_a(phases))
    return current_a, current_a * phases * voltage_v, phases


def _station_rate(stacks: Sequence[Stack], time_s: int, context: Context) -> Rate:
    """The sum of the connectors, but no more than the supply; where phases differ, the more of both units."""
    station, *connectors = stacks
    currents, powers, phases = zip(
        *(_connector_rate([stack], time_s, context) for stack in connectors), strict=True
    )
    current_a, power_w = sum(currents, Fraction(0)), sum(powers, Fraction(0))
    if supply := station.supply(time_s, context.voltage_v):
        current_a = min(current_a, supply.current_a(min(phases)))
        power_w = min(power_w, supply.power_w(max(phases)))
    return current_a, power_w, min(phases)
