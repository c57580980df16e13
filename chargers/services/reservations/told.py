"""Reservations: what stations answer, what cars do with them, and the end of their time."""

from typing import Any

from django.db import transaction as database
from django.db.models import Case, F, Q, QuerySet, Value, When

from chargers.choices import OPEN_RESERVATIONS, AuthorizationStatus, CommandState, ReservationState
from chargers.domain import ReservationGone, ReservationMade
from chargers.events import ReservationChanged
from chargers.models import Command, Reservation, Transaction
from cpms.core import clock, live
from cpms.core.events import publish

from ..commands.end import Reply
from ..commands.follow_ups import follows
from ..source import Source
from ..tags.authorization import id_tag_find

ASKED, CHANGE, CANCEL = "reservation", "reservation_change", "reservation_cancel"
# A start that names the reservation ends it, even one that we thought was over or had failed.
USABLE = (*OPEN_RESERVATIONS, ReservationState.FAILED, ReservationState.EXPIRED)
_MAYBE = "It may keep the place all the same."
_FAILURES = {
    CommandState.TIMED_OUT: f"The station did not answer. {_MAYBE}",
    CommandState.UNKNOWN: f"The connection was lost before the station answered. {_MAYBE}",
    CommandState.EXPIRED: "The station was offline and never asked.",
}


def tell(row: Reservation) -> None:
    """Let listeners and open pages know how a reservation stands."""
    station = row.station
    publish(
        ReservationChanged(
            organisation_id=row.organisation_id,
            subject=row.public_id,
            occurred_at=clock.now(),
            station=station.public_id,
            evse_no=row.evse_no,
            state=row.state,
        )
    )
    live.send_on_commit(row.organisation_id, stations=[station.public_id])


def _put(row: Reservation, state: ReservationState, note: str = "", **facts: Any) -> None:
    row.state, row.note = state, note[:255]
    row.ended_at = None if state in OPEN_RESERVATIONS else clock.now()
    for name, value in facts.items():
        setattr(row, name, value)
    row.save()
    tell(row)


@follows(ASKED)
def asked_ended(command: Command, reply: Reply) -> None:
    """ReserveNow came to its end; an agreement is taken up by `reservation_made`."""
    row = _referred(command)
    if row is None or row.state != ReservationState.REQUESTED or reply.state == CommandState.ACCEPTED:
        return
    if reply.state == CommandState.CANCELLED:
        _put(row, ReservationState.CANCELLED, "Taken back before the station was asked.")
    elif reply.state == CommandState.REJECTED and reply.outcome is not None:
        word = reply.outcome.status[:40]
        _put(row, ReservationState.REJECTED, f"The station answered {word}.", answer=word)
    else:
        _put(row, ReservationState.FAILED, _failure(reply))


def _failure(reply: Reply) -> str:
    said = " ".join(part for part in (reply.error_code, reply.error_description) if part)
    return _FAILURES.get(reply.state) or f"The station answered with an error: {said}"


@follows(CHANGE)
def change_ended(command: Command, reply: Reply) -> None:
    """Without an agreement to the new end the reservation stands as it was."""
    _note_refusal(command, reply, "It stands as it was: the station did not agree to another end")


@follows(CANCEL)
def cancel_ended(command: Command, reply: Reply) -> None:
    """Only an agreement cancels (OCPP 1.6 §5.2); a refusal is shown and changes nothing."""
    _note_refusal(command, reply, "It was not cancelled: the station did not agree")


def _note_refusal(command: Command, reply: Reply, sentence: str) -> None:
    row = _referred(command)
    if row is None or reply.state == CommandState.ACCEPTED:
        return
    word = reply.outcome.status if reply.outcome else CommandState(reply.state).label.lower()
    row.note = f"{sentence} ({word})."[:255]
    row.save(update_fields=["note"])
    tell(row)


def _referred(command: Command) -> Reservation | None:
    return _locked().filter(station_id=command.station_id, public_id=command.reference).first()


def _locked() -> QuerySet[Reservation]:
    return Reservation.objects.select_for_update(of=("self",)).select_related("station")


def reservation_made(source: Source, report: ReservationMade) -> None:
    """The station keeps the place, also when it was asked by a plain command; the same number replaces."""
    row = _locked().filter(station_id=source.station_id, wire_id=report.number).first()
    if row is None:
        row = Reservation(
            organisation_id=source.organisation_id, station_id=source.station_id, wire_id=report.number
        )
    until = report.expires_at or source.received_at
    state = ReservationState.ACTIVE if until > source.received_at else ReservationState.EXPIRED
    _put(
        row,
        state,
        evse_no=report.place.evse_no,
        uid=report.token.uid[:255],
        token_type=report.token.type,
        id_tag=id_tag_find(source.organisation_id, report.token.uid),
        parent_uid=report.parent_uid[:36],
        expires_at=until,
        answer="",
        transaction=None,
    )


def reservation_gone(source: Source, report: ReservationGone) -> None:
    """The station gave the place free."""
    row = _locked().filter(station_id=source.station_id, wire_id=report.number, state__in=USABLE).first()
    if row is not None:
        _put(row, ReservationState.CANCELLED)


def reservation_use(transaction: Transaction) -> None:
    """A transaction began or got its token: the reservation it came for is used up (OCPP 1.6 §4.8, §5.13).

    What the station says it ended, it ended. Where it says nothing, the tag or its group decide, at that
    place and in that time; a token that was refused frees nothing.
    """
    if transaction.reservations.exists():
        return
    row = _named(transaction) or _meant(transaction)
    if row is not None:
        _put(row, ReservationState.USED, transaction=transaction)


def _named(transaction: Transaction) -> Reservation | None:
    if transaction.reservation_id is None:
        return None
    mine = _locked().filter(station_id=transaction.station_id, state__in=USABLE)
    return mine.filter(wire_id=transaction.reservation_id).first()


def _meant(transaction: Transaction) -> Reservation | None:
    if transaction.authorization != AuthorizationStatus.ACCEPTED or transaction.evse_no is None:
        return None
    tag = transaction.id_tag
    whose = Q(uid__iexact=transaction.uid)
    if tag is not None and tag.group is not None:
        whose |= Q(parent_uid=tag.group.name)
    here = _locked().filter(
        whose,
        station_id=transaction.station_id,
        state=ReservationState.ACTIVE,
        evse_no__in=(0, transaction.evse_no),
        created_at__lte=transaction.start_received_at,
        expires_at__gt=transaction.started_at,
    )
    own_first = Case(When(uid__iexact=transaction.uid, then=Value(0)), default=Value(1))
    return here.order_by(own_first, F("evse_no").desc(), "expires_at").first()


@database.atomic
def reservations_expire() -> int:
    """End the reservations whose time is over; how many. Harmless to repeat."""
    over = _locked().filter(state__in=OPEN_RESERVATIONS, expires_at__lte=clock.now())
    rows = list(over.select_for_update(skip_locked=True, of=("self",)).order_by("pk")[:500])
    for row in rows:
        never = row.state == ReservationState.REQUESTED
        _put(row, ReservationState.EXPIRED, "The station never agreed." if never else "")
    return len(rows)
