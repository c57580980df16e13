"""Reservations in the words of OCPP 1.6 (§5.2, §5.13)."""

from chargers.domain import CancelReservation, Place, ReservationGone, ReservationMade, ReserveNow, Token
from chargers.ocpp.adapter import Payload
from chargers.ocpp.fields import text, time, token, whole
from chargers.ocpp.values import format_time

from .catalog import LIMITS


def reserve(request: ReserveNow) -> tuple[str, Payload]:
    """A parent tag that does not fit is left out: cut, it would be another."""
    fits = 0 < len(request.parent_uid) <= LIMITS["uid"]
    parent = {"parentIdTag": request.parent_uid} if fits else {}
    payload: Payload = {
        "connectorId": request.evse_no,
        "expiryDate": format_time(request.expires_at),
        "idTag": request.token.uid,
        **parent,
        "reservationId": request.number,
    }
    return "ReserveNow", payload


def cancel(request: CancelReservation) -> tuple[str, Payload]:
    """CancelReservation."""
    return "CancelReservation", {"reservationId": request.number}


def made(payload: Payload, result: Payload) -> ReservationMade | None:
    """What an accepted ReserveNow tells; None when it was refused."""
    number = whole(payload.get("reservationId"), -(2**31))
    if result.get("status") != "Accepted" or number is None:
        return None
    where = Place(whole(payload.get("connectorId")) or 0, None)
    held_up: Token = token(payload.get("idTag"))
    parent = text(payload.get("parentIdTag"), LIMITS["uid"])
    return ReservationMade(number, where, held_up, time(payload.get("expiryDate"), []), parent)


def gone(payload: Payload, result: Payload) -> ReservationGone | None:
    """What an accepted CancelReservation tells."""
    number = whole(payload.get("reservationId"), -(2**31))
    if result.get("status") != "Accepted" or number is None:
        return None
    return ReservationGone(number)
