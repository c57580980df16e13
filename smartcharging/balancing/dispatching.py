"""Grants as profiles at stations, in the order of the engine: what must fall first, then what there is room for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from django.conf import settings

from cpms.core import live

from ..choices import ProfileState
from ..engine.dispatch import Bucket, Channel, Form, Order
from ..engine.dispatch import dispatch as ordered
from ..models import Grant, PastGrant
from ..profiles import control_body
from ..services.installing import ANSWERED_WITHIN_S, SENT_WITHIN_S, profile_send, transaction_over
from .channels import channel_of, rules, shape_of
from .deciding import Decision
from .place import Place
from .remembering import granted_a, memory_after
from .snapshot import Snapshot
from .watching import watched

_EPS: Final = 1e-6
# By then a command was answered, or its end was lost.
PATIENCE: Final = timedelta(seconds=SENT_WITHIN_S + ANSWERED_WITHIN_S)


@dataclass
class Dispatch:
    """One round's messages of a site."""

    snapshot: Snapshot
    decision: Decision

    def __post_init__(self) -> None:
        self.places = {place.id: place for place in self.snapshot.places}
        self.channels: dict[str, Channel] = {}
        self.again: list[Place] = []
        for name in (*self.decision.target_a, *self.decision.again_a):
            place = self.places[name]
            self.channels[name], repeat = watched(place, channel_of(place, self.snapshot.now))
            if repeat or (name in self.decision.again_a and _is_settled(place, self.snapshot.now)):
                self.again.append(place)

    def send(self) -> None:
        """Tidy up, repeat, send orders, write grants."""
        for place in self.snapshot.places:
            _tidy(place)
        orders = self._orders()
        for order in orders:
            self._send(self.places[order.outlet], order.amps, order.form)
        told = {order.outlet for order in orders}
        for place in self.again:
            if place.id not in told:
                channel = self.channels[place.id]
                amps = self.decision.again_a.get(place.id, granted_a(place))
                self._send(place, amps, channel.forms[channel.form])
        granted = self._granted(orders)
        reasons = {name: self._reason(name, amps) for name, amps in granted.items()}
        _write(self.snapshot, granted, reasons, self.channels, self.decision.emergency)

    def _reason(self, name: str, granted: float) -> dict[str, Any]:
        """Why it gets no more; what it will be told next is `next_a`, where that is something else."""
        reason, target = self.decision.reasons[name], self.decision.target_a.get(name)
        patience = rules()
        # What differs by less is not worth a message.
        least = max(patience.deadband_a, patience.deadband_share * granted)
        if target is None or abs(target - granted) <= least + _EPS:
            return reason
        return {**reason, "next_a": float(target), "rises": bool(target > granted)}

    def _orders(self) -> tuple[Order, ...]:
        wiring, targets = self.decision.wiring, self.decision.target_a
        wanted = np.array([targets.get(name, 0.0) for name in wiring.index], dtype=float)
        tellable = {name: self.channels[name] for name in targets}
        now_s = self.snapshot.now.timestamp()
        held = self.decision.held_a
        # What was confirmed to be lower may be drawn for some seconds more.
        drawn = np.array([held[name] for name in wiring.index], dtype=float)
        available = self.decision.budget.available
        outbox = ordered(
            wiring, available, wanted, tellable, Bucket(), now_s, measured_a=drawn, rules=rules()
        )
        return outbox.orders

    def _send(self, place: Place, amps: float, form: Form) -> None:
        """One profile: the grant for a while, and then the fail-safe value."""
        if place.transaction is None:
            return
        failsafe_a = place.default_a(self.snapshot.now)
        body = control_body(
            place.evse.number, place.wired, shape_of(place, form), place.transaction.reference,
            self.snapshot.now, [(0, amps), (int(settings.BALANCE["HOLD"]), failsafe_a)],
        )  # fmt: skip
        profile_send(place.station, place.evse.number, body)

    def _granted_again(self, place: Place) -> float:
        """What was just repeated, lower perhaps; else what was said before."""
        return self.decision.again_a[place.id] if place in self.again else granted_a(place)

    def _granted(self, orders: Iterable[Order]) -> dict[str, float]:
        """What each EVSE is granted now: what was just said, else what was said before."""
        said = {order.outlet: order.amps for order in orders}
        now_s = self.snapshot.now.timestamp()
        granted = {}
        for place in self.snapshot.places:
            channel = self.channels.get(place.id)
            if place.id in said or channel is None:
                held = self.decision.held_a[place.id] if place.transaction else 0.0
                granted[place.id] = said.get(place.id, held)
            elif place.id in self.decision.again_a:
                granted[place.id] = self._granted_again(place)
            else:
                granted[place.id] = channel.told[-1].amps if channel.told else channel.now_a(now_s) or 0.0
        return granted


def _is_settled(place: Place, now: datetime) -> bool:
    """Whether no answer is awaited any more."""
    row = place.control
    if row is None or row.sent_at is None:
        return False
    return row.state != ProfileState.PENDING or now > row.sent_at + PATIENCE


def _tidy(place: Place) -> None:
    """The profile of a transaction that is over is gone."""
    row = place.control
    if row is not None and row.possible and place.transaction is None and place.is_online:
        transaction_over(row)


def _write(
    snapshot: Snapshot,
    granted: Mapping[str, float],
    reasons: Mapping[str, dict[str, Any]],
    channels: Mapping[str, Channel],
    emergency: bool,
) -> None:
    """Grants that differ from those before, with what was noted of the car."""
    made = [
        _grant(place, snapshot, granted[place.id], reasons[place.id], channels.get(place.id), emergency)
        for place in snapshot.places
    ]
    changed = [grant for grant in made if grant is not None]
    fields = ["amps", "reason", "at", "memory"]
    Grant.objects.bulk_create(changed, update_conflicts=True, unique_fields=["evse"], update_fields=fields)
    new = [one for one in changed if one.at == snapshot.now]
    PastGrant.objects.bulk_create(
        PastGrant(evse_id=one.evse_id, at=one.at, amps=one.amps, reason=one.reason) for one in new
    )
    if new:
        names = sorted({place.station.public_id for place in snapshot.places})
        site = snapshot.site
        live.send_on_commit(site.organisation_id, sites=[site.public_id], stations=names)


def _grant(
    place: Place,
    snapshot: Snapshot,
    amps: float,
    reason: dict[str, Any],
    channel: Channel | None,
    emergency: bool,
) -> Grant | None:
    """The grant as it now is; None when nothing of it changed."""
    memory, before = memory_after(place, snapshot.now, amps, channel, emergency), place.grant
    is_same_amount = before is not None and before.amps == amps
    if before is not None and is_same_amount and before.memory == memory and _same(before.reason, reason):
        return None
    at = before.at if before is not None and is_same_amount else snapshot.now
    return Grant(evse=place.evse, amps=amps, reason=reason, at=at, memory=memory)


def _same(before: dict[str, Any], reason: dict[str, Any]) -> bool:
    """Whether it is held back by the same; how full that is changes all the time."""
    return all(before.get(name) == reason.get(name) for name in ("why", "circuit", "line", "limit", "next_a"))
