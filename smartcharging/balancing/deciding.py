"""Who may charge now and with how much: the fill on what is known, and what cannot be told kept free."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from django.conf import settings

from ..choices import ProfileState
from ..engine.fill import Budget, Car, Grants, Policy, Wiring, fill, shed
from .budgets import budget, on_rows
from .cars import car_of
from .place import Place
from .remembering import granted_a, memory_of
from .snapshot import Snapshot
from .sunny import by_sun, reason_of, sun_a

# What a station was asked to lower and did not confirm within this is kept free for it.
OVERDUE: Final = timedelta(seconds=6)
# A decision holds at least until the next one has reached the stations.
AHEAD_S: Final = 20.0
_EPS: Final = 1e-6
# More than flows anywhere.
_ENDLESS: Final = 1e9


@dataclass(frozen=True)
class Decision:
    """What every car shall get (`target_a`), why, and what each EVSE may take until then (`held_a`), A by EVSE.

    `again_a`: what those are told once more of which nobody knows that they heard it; their old current is kept free.
    """

    wiring: Wiring
    budget: Budget
    target_a: Mapping[str, float]
    reasons: Mapping[str, dict[str, Any]]
    held_a: Mapping[str, float]
    again_a: Mapping[str, float]
    emergency: bool


def decide(snapshot: Snapshot, ceiling_w: float | None = None) -> Decision:
    """Share the power of a site among its cars."""
    wiring = Wiring.of(snapshot.narrowed, snapshot.phases)
    held = {place.id: place.held_a(snapshot.now, AHEAD_S) for place in snapshot.places}
    overdue = frozenset(
        place.id for place in snapshot.places if place.is_candidate and is_overdue(place, snapshot.now)
    )
    again = _again(snapshot, wiring, held, overdue) if overdue else {}
    kept = {
        place.id: held[place.id] for place in snapshot.places if not place.is_candidate or place.id in overdue
    }
    room = budget(snapshot, wiring, kept)
    asked = {
        place.id: car_of(place, snapshot, place.id in overdue)
        for place in snapshot.places
        if place.is_candidate
    }
    sun = sun_a(snapshot, asked)
    cars = [by_sun(car, sun[name]) if name in sun else car for name, car in asked.items()]
    over = room.available + _EPS < on_rows(wiring, _without(held, kept))
    emergency = bool(np.any(over)) and any(held[car.outlet] > 0 for car in cars)
    grants = (
        _shed(wiring, room, cars, held)
        if emergency
        else fill(wiring, room, cars, ceiling_w=ceiling_w, policy=_policy())
    )
    told = {car.outlet for car in cars if car.outlet not in overdue}
    targets = {name: grants.of(name) for name in told}
    return Decision(wiring, room, targets, _reasons(snapshot, grants, told, sun), held, again, emergency)


def _policy() -> Policy:
    given = settings.BALANCE
    return Policy(minimum_on_s=given["MINIMUM_ON"], minimum_off_s=given["MINIMUM_OFF"])


def _again(
    snapshot: Snapshot, wiring: Wiring, held: Mapping[str, float], overdue: frozenset[str]
) -> dict[str, float]:
    """What would be right for those who did not confirm, if they heard it now; never more than before."""
    kept = {place.id: held[place.id] for place in snapshot.places if not place.is_candidate}
    cars = [car_of(place, snapshot, False) for place in snapshot.places if place.is_candidate]
    grants = _shed(wiring, budget(snapshot, wiring, kept), cars, held)
    before = {place.id: granted_a(place) for place in snapshot.places}
    return {name: min(before[name], grants.of(name)) for name in overdue}


def _shed(wiring: Wiring, room: Budget, cars: list[Car], held: Mapping[str, float]) -> Grants:
    amps = np.array([held.get(name, 0.0) for name in wiring.index], dtype=float)
    return shed(wiring, room, cars, amps)


def _without(held: Mapping[str, float], kept: Mapping[str, float]) -> dict[str, float]:
    return {name: amps for name, amps in held.items() if name not in kept}


def is_overdue(place: Place, now: datetime) -> bool:
    """Whether a car may draw more than it was granted, because nobody knows that a lower limit arrived."""
    row = place.control
    if row is None or row.sent_at is None or not memory_of(place):
        return False
    exceeds = place.held_a(now) > granted_a(place) + _EPS
    settling = row.state == ProfileState.CONFIRMED
    return exceeds and not settling and (row.state != ProfileState.PENDING or now > row.sent_at + OVERDUE)


def _reasons(
    snapshot: Snapshot, grants: Grants, told: set[str], sun: Mapping[str, float]
) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for place in snapshot.places:
        if place.id in told:
            reason = grants.reason(place.id)
            plain = {} if reason is None else _plain(asdict(reason))
            sunny = place.id in sun and reason_of(reason, sun[place.id], place, snapshot.wanted_at(place))
            found[place.id] = sunny or plain
        else:
            found[place.id] = {"why": _untold(place)}
    return found


def _untold(place: Place) -> str:
    if place.is_uncontrolled:
        return "uncontrolled"
    if not place.is_online:
        return "offline"
    if not place.is_trusted:
        return "untrusted"
    if place.is_led:
        return "led"
    return "unconfirmed" if place.transaction else "idle"


def _plain(reason: dict[str, Any]) -> dict[str, Any]:
    """Numbers as JSON has them: it knows no infinite load, which is what nobody knows."""
    return {
        name: min(float(value), _ENDLESS) if isinstance(value, float) else value
        for name, value in reason.items()
        if value is not None
    }
