"""The limits that hold when nobody speaks: worked out, installed, confirmed, and proven by their sum."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ..choices import ProfileState
from ..engine.dispatch import Form
from ..engine.failsafe import Change, ProofLine, failsafe_shares
from ..engine.failsafe import proof as proven
from ..profiles import Body, failsafe_body, read_body
from ..services.installing import ANSWERED_WITHIN_S, profile_send
from .budgets import full_rows, outlet_amps, worst_load
from .channels import forms_of, shape_of
from .place import Place
from .snapshot import Snapshot

# A refused or lost limit is said again after so long.
AGAIN: Final = timedelta(seconds=30)
_EPS: Final = 1e-6


def wanted(snapshot: Snapshot) -> dict[str, float]:
    """The fail-safe current of every EVSE: the service minimum for as many as the circuits carry at their worst.

    What stations that are not controlled may take is kept free first, and what profiles of others allow. An EVSE that
    is left out gets nothing.
    """
    wiring, service_a = full_rows(snapshot), snapshot.policy.service_minimum_a
    wild = {place.id: place.wired.maximum_a for place in snapshot.places if place.is_uncontrolled}
    led = {
        place.id: led_a
        for place in snapshot.places
        if place.id not in wild and (led_a := place.foreign_default_a(snapshot.now)) > 0
    }
    kept = outlet_amps(wiring, wild | led)
    shares = failsafe_shares(wiring, worst_load(snapshot, wiring), service_a, kept)
    # Ours waits below the other's, and takes its place when that goes.
    ours = wild | {name: service_a if led_a >= service_a else 0.0 for name, led_a in led.items()}
    return dict(zip(wiring.index, shares.tolist(), strict=True)) | ours


def install(snapshot: Snapshot) -> None:
    """Send fail-safe limits where they are missing, differ, or were not confirmed over the socket that is open.

    Higher ones wait until every lower one was confirmed.
    """
    amps = wanted(snapshot)
    lower = [place for place in snapshot.places if place.default_a(snapshot.now) > amps[place.id] + _EPS]
    unsettled = any(not place.is_uncontrolled for place in lower)
    for place in snapshot.places:
        if place.is_uncontrolled or not place.is_online or _is_waiting(place, snapshot.now):
            continue
        body = failsafe_body(place.evse.number, place.wired, shape_of(place, _form(place)), amps[place.id])
        rises = place.default_a(snapshot.now) < amps[place.id] - _EPS
        if not (rises and unsettled) and _is_needed(place, body):
            profile_send(place.station, place.evse.number, body)


def _form(place: Place) -> Form:
    """The next way to say it after each refusal."""
    ways = forms_of(place)
    refusals = place.default.refusals if place.default else 0
    return ways[min(refusals, len(ways) - 1)]


def _is_waiting(place: Place, now: datetime) -> bool:
    row = place.default
    if row is None or row.sent_at is None:
        return False
    patience = timedelta(seconds=ANSWERED_WITHIN_S) if row.state == ProfileState.PENDING else AGAIN
    over_this_socket = (
        place.link is not None and place.link.opened_at is not None and row.sent_at >= place.link.opened_at
    )
    return (
        over_this_socket
        and row.state in (ProfileState.PENDING, ProfileState.DRIFTED)
        and now < row.sent_at + patience
    )


def _is_needed(place: Place, body: Body) -> bool:
    row = place.default
    if row is None or row.state != ProfileState.CONFIRMED or row.confirmed_at is None:
        return True
    fresh = (
        place.link is not None
        and place.link.opened_at is not None
        and row.confirmed_at >= place.link.opened_at
    )
    return not fresh or not body.says_the_same(read_body(row.body))


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether a site keeps its limits without us: `after` all controlling profiles have ended.

    `sums`: every circuit and line, the fullest first; `changes`: what would make them hold where they do not.
    `unknown`: EVSEs that never confirmed a fail-safe limit, `uncontrolled`: those that do not keep theirs; both count
    with their hardware maximum. `most_a`: what each EVSE may take then.
    """

    sums: tuple[ProofLine, ...]
    changes: tuple[Change, ...]
    unknown: tuple[str, ...]
    uncontrolled: tuple[str, ...]
    most_a: Mapping[str, float]
    after: datetime | None

    @property
    def holds(self) -> bool:
        """Whether every limit is kept."""
        return all(one.holds for one in self.sums)


def proof(snapshot: Snapshot) -> Proof:
    """The sums that prove, or refute, that a site holds if we go silent now (design of smart charging 3.6)."""
    wiring = full_rows(snapshot)
    most = {place.id: place.failsafe_a(snapshot.now) for place in snapshot.places}
    shares = outlet_amps(wiring, wanted(snapshot))
    found = proven(wiring, outlet_amps(wiring, most), worst_load(snapshot, wiring), shares)
    ends = [
        place.control.expires_at for place in snapshot.places if place.control and place.control.expires_at
    ]
    return Proof(
        sums=found.lines,
        changes=found.changes,
        unknown=tuple(
            place.id for place in snapshot.places if place.default is None or not place.default.possible
        ),
        uncontrolled=tuple(place.id for place in snapshot.places if place.is_uncontrolled),
        most_a=most,
        after=max((end for end in ends if end > snapshot.now), default=None),
    )
