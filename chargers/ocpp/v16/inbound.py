"""What an OCPP 1.6 station says, in the words of `chargers.domain`.

A connector n is EVSE n with connector 1, connector 0 the station itself.
"""

import json
from typing import Any, Final

from chargers.choices import Quirk, TransactionEventKind
from chargers.domain import (
    Acknowledged,
    AuthorizeAsked,
    Booted,
    MeterReported,
    Place,
    Report,
    StatusReported,
    Token,
    TransactionReported,
)
from chargers.ocpp.adapter import Payload
from chargers.ocpp.fields import MAX_INT32, MAX_PLACE_NO, elements, energy_wh, text, time, token, whole
from chargers.ocpp.readings import Sampled, excess, readings, word
from chargers.ocpp.reports import Handler, beat, connector_status, data

from . import files, security

DEFAULT_STOP_REASON: Final = "Local"
"""The only reason a station may leave out (OCPP 1.6 §6.49)."""


def report(action: str, payload: Payload, message_id: str) -> Report:
    """The report of a request. Raises KeyError for an action that is not in `ACTIONS`."""
    return _HANDLERS[action](payload, message_id)


def handler(action: str) -> Handler | None:
    """What makes the report of an action; None for one that is not in `ACTIONS`."""
    return _HANDLERS.get(action)


def place(connector_id: Any) -> Place | None:
    """Where a connector number points to; None when it points nowhere."""
    number = whole(connector_id, 0, MAX_PLACE_NO)
    if number is None:
        return None
    return Place(number, 1 if number else None)


def _booted(payload: Payload, message_id: str) -> Report:
    return Booted(
        vendor=text(payload.get("chargePointVendor")),
        model=text(payload.get("chargePointModel")),
        serial_number=text(payload.get("chargePointSerialNumber") or payload.get("chargeBoxSerialNumber")),
        firmware_version=text(payload.get("firmwareVersion")),
        iccid=text(payload.get("iccid")),
        imsi=text(payload.get("imsi")),
        meter_type=text(payload.get("meterType")),
        meter_serial_number=text(payload.get("meterSerialNumber")),
    )


def _status(payload: Payload, message_id: str) -> Report:
    where = place(payload.get("connectorId"))
    if where is None:
        return Acknowledged("StatusNotification")
    return StatusReported(
        place=where,
        status=connector_status(payload.get("status")),
        at=time(payload.get("timestamp"), []),
        error_code=text(payload.get("errorCode")),
        info=text(payload.get("info")),
        vendor_error_code=text(payload.get("vendorErrorCode")),
    )


def _authorize(payload: Payload, message_id: str) -> Report:
    return AuthorizeAsked(token(payload.get("idTag")))


def _started(payload: Payload, message_id: str) -> Report:
    notes: list[str] = []
    return TransactionReported(
        kind=TransactionEventKind.STARTED,
        reference=None,
        at=time(payload.get("timestamp"), notes),
        message_id=message_id,
        place=_charging_place(payload.get("connectorId"), notes),
        token=_token(payload, notes),
        meter_wh=_meter(payload.get("meterStart"), notes),
        fingerprint=_fingerprint(payload),
        reservation_id=whole(payload.get("reservationId")),
        notes=tuple(notes),
    )


def _fingerprint(payload: Payload) -> str:
    """What makes a start the same one when it comes again under another message id, as it was sent."""
    uid = token(payload.get("idTag")).uid.upper()
    facts = (payload.get("connectorId"), uid, payload.get("timestamp"), payload.get("meterStart"))
    return json.dumps(facts, default=str)


def _charging_place(connector_id: Any, notes: list[str]) -> Place | None:
    """A start happens at a connector; the station as a whole (0) charges nobody."""
    where = place(connector_id)
    if where is not None and where.evse_no:
        return where
    notes.append("connector_invalid")
    return None


def _token(payload: Payload, notes: list[str]) -> Token | None:
    if "idTag" not in payload:
        notes.append("token_missing")
        return None
    return token(payload["idTag"])


def _meter(value: Any, notes: list[str]) -> int | None:
    register_wh = energy_wh(value)
    if register_wh is None:
        notes.append("meter_invalid")
    return register_wh


def _stopped(payload: Payload, message_id: str) -> Report:
    notes = [*excess(payload.get("transactionData"))]
    return TransactionReported(
        kind=TransactionEventKind.ENDED,
        reference=_reference(payload.get("transactionId"), notes),
        at=time(payload.get("timestamp"), notes),
        message_id=message_id,
        token=_stopping_token(payload),
        meter_wh=_meter(payload.get("meterStop"), notes),
        stop_reason=text(payload.get("reason"), 40) or DEFAULT_STOP_REASON,
        readings=readings(payload.get("transactionData"), _sampled),
        notes=tuple(notes),
    )


def _stopping_token(payload: Payload) -> Token | None:
    """Nobody need hold up anything to stop; some stations then send an empty tag."""
    stopping = token(payload.get("idTag"))
    return stopping if stopping.uid else None


def _reference(transaction_id: Any, notes: list[str]) -> str:
    """The number as text, also when it is one we never gave out; "" when it is no number at all."""
    number = whole(transaction_id, -(2**63), 2**63 - 1)
    if number is None or number <= 0:
        notes.append("transaction_id_invalid")
    return "" if number is None else str(number)


def _metered(payload: Payload, message_id: str) -> Report:
    where = place(payload.get("connectorId"))
    transaction_id = whole(payload.get("transactionId"), 1, MAX_INT32)
    if where is None and transaction_id is None:
        return Acknowledged("MeterValues")
    # 0, -1 and numbers we never give out stand for a transaction the station has no number for.
    unusable = transaction_id is None and payload.get("transactionId") is not None
    return MeterReported(
        place=where or Place(0, None),
        reference=None if transaction_id is None else str(transaction_id),
        readings=readings(payload.get("meterValue"), _sampled),
        notes=(
            *((str(Quirk.TRANSACTION_ID_INVALID),) if unusable else ()),
            *excess(payload.get("meterValue")),
        ),
    )


def _sampled(meter_value: dict[str, Any]) -> list[Sampled]:
    return [
        Sampled(
            one["value"],
            word(one.get("measurand")),
            word(one.get("unit")),
            word(one.get("phase")),
            word(one.get("location")),
            word(one.get("context")),
            word(one.get("format")),
        )
        for one in elements(meter_value.get("sampledValue"))
        if one.get("value") is not None
    ]


_HANDLERS: Final[dict[str, Handler]] = {
    **files.HANDLERS,
    **security.HANDLERS,
    "Authorize": _authorize,
    "BootNotification": _booted,
    "DataTransfer": data,
    "Heartbeat": beat,
    "MeterValues": _metered,
    "StartTransaction": _started,
    "StatusNotification": _status,
    "StopTransaction": _stopped,
}

ACTIONS: Final = frozenset(_HANDLERS)
