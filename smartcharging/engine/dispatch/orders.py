"""Which outlets are told what now."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from smartcharging.engine.dispatch.bucket import Bucket
from smartcharging.engine.dispatch.channel import Channel, DispatchRules, Form
from smartcharging.engine.dispatch.standing import Standing, standing
from smartcharging.engine.fill.model import TOLERANCE, Flags, Floats, Wiring
from smartcharging.engine.fill.packing import Packing, admit


class Sort(StrEnum):
    """Why an order is sent."""

    SAFETY = "safety"  # a row might be over its budget: at once, whatever the patience
    DECREASE = "decrease"
    INCREASE = "increase"
    RENEW = "renew"  # the same value, before it decays


@dataclass(frozen=True, slots=True)
class Order:
    """A current (A on each phase) for an outlet, in the form its station takes."""

    outlet: str
    amps: float
    sort: Sort
    form: Form


@dataclass(frozen=True, slots=True)
class Outbox:
    """Orders in the order they are sent: decreases first."""

    orders: tuple[Order, ...]
    bucket: Bucket


def dispatch(
    wiring: Wiring,
    available: Floats,
    targets: Floats,
    channels: Mapping[str, Channel],
    bucket: Bucket,
    now_s: float,
    *,
    measured_a: Floats | None = None,
    rules: DispatchRules | None = None,
) -> Outbox:
    """What to send now so that outlets come to their targets (A by outlet of the network).

    `available` bounds what those may take together that can be told (`Budget.available`); what others may take is
    reserved in it. An increase is sent only if its rows hold all that anybody may have been told, with it, and what
    is still drawn (`measured_a`, A by outlet, NaN where nobody knows).
    Raises FillError naming a channel whose outlet is not of the network.
    """
    rules = rules or DispatchRules()
    told = [
        one
        for one in channels.values()
        if one.online and not one.uncontrolled and one.confirmed_a is not None
    ]
    now = standing(wiring, told, targets, now_s, rules)
    packing = Packing(wiring.rows.touched[now.place], wiring.rows.weight[now.place], len(wiring.rows.rows))
    possible = np.where(now.stuck, 0.0, now.highest_a)
    room = available - packing.load(possible)
    drawn = possible if measured_a is None else np.fmax(possible, measured_a[now.place])
    rising, blocked = _increases(packing, np.minimum(room, available - packing.load(drawn)), now, rules)
    falling = _decreases(now, _touching(packing, blocked), rules)
    safety = now.lower & ~now.in_hand & ~now.stuck & _touching(packing, room < -TOLERANCE)
    sorts = [
        (Sort.SAFETY, safety),
        (Sort.DECREASE, falling),
        (Sort.RENEW, now.fading),
        (Sort.INCREASE, rising),
    ]
    return _outbox(told, now, sorts, bucket.filled(now_s))


def _increases(packing: Packing, room: Floats, now: Standing, rules: DispatchRules) -> tuple[Flags, Flags]:
    """Who may rise, and the rows that have no room for those who may not yet."""
    wish = now.target_a - now.current_a
    patient = now.free & (now.raised_s >= rules.raise_every_s) & ~now.stuck
    wishing = patient & ~now.lower & _worth(wish, now.current_a, now, rules)
    demand = np.where(wishing, np.maximum(now.target_a - now.highest_a, 0.0), 0.0)
    order = np.flatnonzero(wishing)
    order = order[np.lexsort((-wish[order], now.current_a[order] > 0))]
    rising = admit(packing, order, demand, room)
    missing = packing.load(np.where(rising | wishing, demand, 0.0)) > room + TOLERANCE
    return rising, missing & (packing.load(np.where(wishing & ~rising, demand, 0.0)) > 0)


def _decreases(now: Standing, helpful: Flags, rules: DispatchRules) -> Flags:
    """Who is to fall without haste: by more than the deadband, or because somebody waits for it."""
    enough = _worth(now.highest_a - now.target_a, now.highest_a, now, rules)
    return now.free & now.lower & ~now.stuck & (enough | helpful)


def _worth(change: Floats, amps: Floats, now: Standing, rules: DispatchRules) -> Flags:
    """Changes that are worth a message: more than the deadband, or a small one after a while."""
    deadband = np.maximum(rules.deadband_a, rules.deadband_share * amps)
    least = np.where(now.told_s >= rules.trim_every_s, TOLERANCE, deadband)
    return change > least + TOLERANCE


def _touching(packing: Packing, rows: Flags) -> Flags:
    return np.asarray(((packing.weight > 0) & rows[packing.touched]).any(axis=1))


def _outbox(
    channels: list[Channel], now: Standing, sorts: list[tuple[Sort, Flags]], bucket: Bucket
) -> Outbox:
    orders: list[Order] = []
    done = np.zeros(len(channels), dtype=bool)
    for sort, chosen in sorts:
        places = np.flatnonzero(chosen & ~done).tolist()
        if sort is not Sort.SAFETY:
            places = places[: max(0, int(bucket.tokens))]
        done[places] = True
        bucket = bucket.without(len(places))
        orders += [_order(channels[place], sort, now, place) for place in places]
    return Outbox(tuple(orders), bucket)


def _order(channel: Channel, sort: Sort, now: Standing, place: int) -> Order:
    amps = now.kept_a[place] if sort is Sort.RENEW else now.target_a[place]
    return Order(channel.outlet, float(amps), sort, channel.forms[channel.form])
