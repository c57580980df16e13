"""Reservations: what we ask of stations. What they answer and what cars do is in `reservations.told`."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from chargers.choices import AuthorizationStatus, CommandState, ReservationState, TokenType
from chargers.domain import CancelReservation, ReserveNow, Token
from chargers.models import ChargingStation, Command, IdTag, Reservation
from cpms.core import audit, clock
from cpms.core.actors import Actor

from ..commands.send import DEFAULT_EXPIRY, NotCancellable, command_cancel, command_request
from ..tags.authorization import decide
from .told import ASKED, CANCEL, CHANGE, tell

LONGEST = timedelta(days=30)
# States in which the station may hold the reservation, so that it can be asked to give it free.
HELD = (ReservationState.ACTIVE, ReservationState.FAILED)


class NotPossible(Exception):
    """The reservation is in no state for this; the text says why."""


@transaction.atomic
def reservation_make(
    station: ChargingStation, uid: str, expires_at: datetime, actor: Actor, *, evse_no: int = 0
) -> Reservation:
    """Ask the station to keep a place (EVSE 0: any) for a tag we know, and for its group.

    Raises ValidationError naming the field, and InvalidCommand when the station's version has no word for it.
    """
    tag = _tag(station, uid)
    _check_until(expires_at)
    _check_place(station, evse_no)
    made = Reservation.objects.create(
        organisation_id=station.organisation_id,
        station=station,
        wire_id=_new_number(station),
        evse_no=evse_no,
        id_tag=tag,
        uid=tag.uid,
        token_type=tag.type,
        parent_uid=tag.group.name if tag.group else "",
        expires_at=expires_at,
        made_by=f"{actor.source}: {actor.label}"[:160],
    )
    _ask(made, expires_at, actor, ASKED)
    _record(actor, "reservation.made", made, uid=made.uid, until=expires_at.isoformat())
    tell(made)
    return made


def _tag(station: ChargingStation, uid: str) -> IdTag:
    decision = decide(station.organisation_id, Token(uid.strip()), clock.now())
    if decision.id_tag is None:
        raise ValidationError({"uid": "no such ID tag"})
    if decision.status != AuthorizationStatus.ACCEPTED:
        raise ValidationError({"uid": f"nobody could use it: {decision.reason}"})
    return decision.id_tag


def _check_until(expires_at: datetime) -> None:
    now = clock.now()
    if not now < expires_at <= now + LONGEST:
        raise ValidationError({"expires_at": f"must be in the future, within {LONGEST.days} days"})


def _check_place(station: ChargingStation, evse_no: int) -> None:
    """A station that has not reported its connectors yet is asked all the same."""
    numbers = set(station.evses.values_list("number", flat=True))
    if evse_no and numbers and evse_no not in numbers:
        raise ValidationError({"evse_no": "the station has no such connector"})


def _new_number(station: ChargingStation) -> int:
    """A random positive 31-bit number that this station has not had."""
    while True:
        number = secrets.randbelow(2**31 - 1) + 1
        if not Reservation.objects.filter(station=station, wire_id=number).exists():
            return number


def _ask(row: Reservation, expires_at: datetime, actor: Actor, purpose: str) -> Command:
    """Send ReserveNow. It does not wait for an offline station beyond the end of the reservation."""
    left = expires_at - clock.now()
    wish = ReserveNow(row.wire_id, row.evse_no, _token(row), expires_at, row.parent_uid)
    return _send(
        row, wish, actor, purpose, expires_in_s=max(1, int(min(DEFAULT_EXPIRY, left).total_seconds()))
    )


def _token(row: Reservation) -> Token:
    return Token(row.uid, TokenType(row.token_type)) if row.token_type else Token(row.uid)


def _send(row: Reservation, wish: Any, actor: Actor, purpose: str, **options: Any) -> Command:
    return command_request(row.station, wish, actor, purpose=purpose, reference=row.public_id, **options)


@transaction.atomic
def reservation_change(row: Reservation, expires_at: datetime, actor: Actor) -> Reservation:
    """Ask for another end under the same number, which replaces the reservation (OCPP 1.6 §5.13).

    Until the station agrees it stands as it was. Raises NotPossible, ValidationError.
    """
    row = _locked(row)
    if row.state != ReservationState.ACTIVE:
        raise NotPossible("only an active reservation can be changed")
    _check_until(expires_at)
    _check_waiting(row, CHANGE, CANCEL)
    _ask(row, expires_at, actor, CHANGE)
    row.note = "Asked the station for another end."
    row.save(update_fields=["note"])
    _record(actor, "reservation.changed", row, until=expires_at.isoformat())
    tell(row)
    return row


@transaction.atomic
def reservation_cancel(row: Reservation, actor: Actor) -> Reservation:
    """Give the place free: at once while the station has not been asked yet, else when it agrees.

    Raises NotPossible.
    """
    row = _locked(row)
    if row.state == ReservationState.REQUESTED:
        _take_back(row, actor)
    elif row.state in HELD:
        _check_waiting(row, CHANGE, CANCEL)
        _send(row, CancelReservation(row.wire_id), actor, CANCEL)
        row.note = "Asked the station to give the place free."
        row.save(update_fields=["note"])
    else:
        raise NotPossible(f"it is {ReservationState(row.state).label.lower()} already")
    _record(actor, "reservation.cancelled", row)
    tell(row)
    row.refresh_from_db()
    return row


def _take_back(row: Reservation, actor: Actor) -> None:
    waiting = _commands(row, ASKED).filter(state=CommandState.QUEUED).select_related("station").first()
    try:
        if waiting is None:
            raise NotCancellable
        command_cancel(waiting, actor)
    except NotCancellable:
        raise NotPossible("the station is being asked right now; wait for its answer") from None


def _check_waiting(row: Reservation, *purposes: str) -> None:
    if _commands(row, *purposes).filter(finished_at=None).exists():
        raise NotPossible("the station has been asked about it already; wait for its answer")


def _commands(row: Reservation, *purposes: str) -> Any:
    return Command.objects.filter(station=row.station_id, purpose__in=purposes, reference=row.public_id)


def _locked(row: Reservation) -> Reservation:
    return Reservation.objects.select_for_update(of=("self",)).select_related("station").get(pk=row.pk)


def _record(actor: Actor, action: str, row: Reservation, **detail: Any) -> None:
    station = row.station
    audit.record(
        actor, action, organisation_id=row.organisation_id, subject=station.public_id,
        label=station.identity, reservation=row.public_id, **detail,
    )  # fmt: skip
