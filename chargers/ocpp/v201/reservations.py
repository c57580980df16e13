"""Reservations in the words of OCPP 2.0.1 (H01, H02)."""

from typing import Final

from chargers.choices import TokenType
from chargers.domain import CancelReservation, Place, ReservationGone, ReservationMade, ReserveNow
from chargers.ocpp.adapter import Payload
from chargers.ocpp.fields import part, text, time, token, whole
from chargers.ocpp.values import format_time

from .catalog import LIMITS

_TYPES: Final = {str(kind): kind for kind in TokenType}


def reserve(request: ReserveNow) -> tuple[str, Payload]:
    """Without an EVSE any of them is kept (OCPP 2.0.1 H01.FR.07)."""
    fits = 0 < len(request.parent_uid) <= LIMITS["uid"]
    payload: Payload = {
        "id": request.number,
        "expiryDateTime": format_time(request.expires_at),
        "idToken": {"idToken": request.token.uid, "type": str(request.token.type)},
        **({"evseId": request.evse_no} if request.evse_no else {}),
        **({"groupIdToken": {"idToken": request.parent_uid, "type": "Central"}} if fits else {}),
    }
    return "ReserveNow", payload


def cancel(request: CancelReservation) -> tuple[str, Payload]:
    """CancelReservation."""
    return "CancelReservation", {"reservationId": request.number}


def made(payload: Payload, result: Payload) -> ReservationMade | None:
    """What an accepted ReserveNow tells; None when it was refused."""
    number = whole(payload.get("id"), -(2**31))
    if result.get("status") != "Accepted" or number is None:
        return None
    named = part(payload, "idToken")
    kind = _TYPES.get(text(named.get("type")), TokenType.ISO14443)
    where = Place(whole(payload.get("evseId")) or 0, None)
    parent = text(part(payload, "groupIdToken").get("idToken"), LIMITS["uid"])
    until = time(payload.get("expiryDateTime"), [])
    return ReservationMade(number, where, token(named.get("idToken"), kind), until, parent)


def gone(payload: Payload, result: Payload) -> ReservationGone | None:
    """What an accepted CancelReservation tells."""
    number = whole(payload.get("reservationId"), -(2**31))
    if result.get("status") != "Accepted" or number is None:
        return None
    return ReservationGone(number)
