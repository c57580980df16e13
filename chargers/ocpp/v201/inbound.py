"""What an OCPP 2.0.1 station says, in the words of `chargers.domain`."""

from typing import Any, Final

from chargers.choices import TokenType, TransactionEventKind
from chargers.domain import (
    Acknowledged,
    AuthorizeAsked,
    Booted,
    CarNeedsReported,
    MeterReported,
    Place,
    Reading,
    Report,
    StatusReported,
    Token,
    TransactionReported,
)
from chargers.ocpp.adapter import Payload
from chargers.ocpp.fields import MAX_PLACE_NO, elements, energy_wh, part, text, time, token, whole
from chargers.ocpp.measurands import DEFAULT_MEASURAND
from chargers.ocpp.readings import MAX_SIGNED, Sampled, readings, word
from chargers.ocpp.reports import (
    Handler,
    acknowledged,
    beat,
    connector_status,
    data,
    firmware,
    log_status,
    security_event,
)

from . import profiles

DEFAULT_STOP_REASON: Final = "Local"
"""The only reason a station may leave out (OCPP 2.0.1 Part 2, TransactionType.stoppedReason)."""

_EDGE_CONTEXTS: Final = {
    TransactionEventKind.STARTED: "Transaction.Begin",
    TransactionEventKind.ENDED: "Transaction.End",
}


def report(action: str, payload: Payload, message_id: str) -> Report:
    """The report of a request. Raises KeyError for an action that is not in `ACTIONS`."""
    return _HANDLERS[action](payload, message_id)


def place(evse_id: Any, connector_id: Any = None) -> Place | None:
    """Where an EVSE and connector number point to; None when they point nowhere. EVSE 0 is the station."""
    evse_no = whole(evse_id, 0, MAX_PLACE_NO)
    if evse_no is None:
        return None
    connector_no = whole(connector_id, 1, MAX_PLACE_NO)
    return Place(evse_no, connector_no if evse_no else None)


def _booted(payload: Payload, message_id: str) -> Report:
    station = part(payload, "chargingStation")
    modem = part(station, "modem")
    return Booted(
        vendor=text(station.get("vendorName")),
        model=text(station.get("model")),
        serial_number=text(station.get("serialNumber")),
        firmware_version=text(station.get("firmwareVersion")),
        iccid=text(modem.get("iccid")),
        imsi=text(modem.get("imsi")),
        reason=text(payload.get("reason"), 40),
    )


def _status(payload: Payload, message_id: str) -> Report:
    where = place(payload.get("evseId"), payload.get("connectorId"))
    if where is None:
        return Acknowledged("StatusNotification")
    return StatusReported(
        place=where,
        status=connector_status(payload.get("connectorStatus")),
        at=time(payload.get("timestamp"), []),
    )


def _authorize(payload: Payload, message_id: str) -> Report:
    return AuthorizeAsked(_token(part(payload, "idToken")))


def _token(id_token: dict[str, Any]) -> Token:
    try:
        kind = TokenType(text(id_token.get("type")))
    except ValueError:
        kind = TokenType.ISO14443
    return token(id_token.get("idToken"), kind)


def _event_token(payload: Payload, notes: list[str]) -> Token | None:
    if "idToken" not in payload:
        return None
    if not isinstance(payload["idToken"], dict):
        notes.append("token_invalid")
        return None
    return _token(payload["idToken"])


def _transaction(payload: Payload, message_id: str) -> Report:
    """TransactionEvent (OCPP 2.0.1 E02 to E12). Without a transaction id it belongs to nothing."""
    info = part(payload, "transactionInfo")
    reference = text(info.get("transactionId"))
    if not reference:
        return Acknowledged("TransactionEvent")
    return _event(payload, info, reference, message_id)


def _event(payload: Payload, info: dict[str, Any], reference: str, message_id: str) -> TransactionReported:
    notes: list[str] = []
    kind = _kind(payload.get("eventType"), notes)
    taken = readings(payload.get("meterValue"), _sampled)
    return TransactionReported(
        kind=kind,
        reference=reference,
        at=time(payload.get("timestamp"), notes),
        message_id=message_id,
        place=_place(payload, notes),
        token=_event_token(payload, notes),
        meter_wh=_register(kind, taken, notes),
        seq_no=_seq_no(payload.get("seqNo"), notes),
        trigger=text(payload.get("triggerReason"), 40),
        charging_state=text(info.get("chargingState"), 20),
        stop_reason=_stop_reason(kind, info),
        offline=payload.get("offline") is True,
        remote_start_id=whole(info.get("remoteStartId")),
        reservation_id=whole(payload.get("reservationId")),
        readings=taken,
        notes=tuple(notes),
    )


def _kind(value: Any, notes: list[str]) -> TransactionEventKind:
    """An unreadable kind is taken as an update: that one neither begins nor ends anything."""
    try:
        return TransactionEventKind(text(value))
    except ValueError:
        notes.append("event_type_invalid")
        return TransactionEventKind.UPDATED


def _place(payload: Payload, notes: list[str]) -> Place | None:
    """A transaction event may leave out where it happens, but never happens at the station as a whole."""
    if "evse" not in payload:
        return None
    evse = part(payload, "evse")
    where = place(evse.get("id"), evse.get("connectorId"))
    if where is not None and where.evse_no:
        return where
    notes.append("connector_invalid")
    return None


def _seq_no(value: Any, notes: list[str]) -> int | None:
    number = whole(value)
    if number is None:
        notes.append("seq_no_invalid")
    return number


def _stop_reason(kind: TransactionEventKind, info: dict[str, Any]) -> str:
    default = DEFAULT_STOP_REASON if kind == TransactionEventKind.ENDED else ""
    return text(info.get("stoppedReason"), 40) or default


def _register(kind: TransactionEventKind, taken: tuple[Reading, ...], notes: list[str]) -> int | None:
    """The register of the event: the one taken for this edge, else the first of a start, else the last."""
    known = [one for one in taken if one.energy_wh is not None]
    if not known:
        if any(sample["measurand"] == DEFAULT_MEASURAND for one in taken for sample in one.samples):
            notes.append("meter_invalid")
        return None
    nearest = known[0] if kind == TransactionEventKind.STARTED else known[-1]
    edge = _EDGE_CONTEXTS.get(kind)
    return next((one for one in known if one.context == edge), nearest).energy_wh


def _car_needs(payload: Payload, message_id: str) -> Report:
    """NotifyEVChargingNeeds (OCPP 2.0.1 K15). A car at DC may say its battery and state of charge instead."""
    needs = part(payload, "chargingNeeds")
    return CarNeedsReported(
        place=place(payload.get("evseId")) or Place(0, None),
        energy_wh=_energy_wanted(needs),
        departs_at=time(needs.get("departureTime"), []) if "departureTime" in needs else None,
    )


def _energy_wanted(needs: dict[str, Any]) -> int | None:
    told = part(needs, "dcChargingParameters")
    for parameters in (part(needs, "acChargingParameters"), told):
        wanted = energy_wh(parameters.get("energyAmount"))
        if wanted is not None:
            return wanted
    capacity, soc = energy_wh(told.get("evEnergyCapacity")), whole(told.get("stateOfCharge"), 0, 100)
    if capacity is None or soc is None:
        return None
    full = whole(told.get("fullSoC", 100), 0, 100)
    return capacity * max((100 if full is None else full) - soc, 0) // 100


def _metered(payload: Payload, message_id: str) -> Report:
    where = place(payload.get("evseId"))
    if where is None:
        return Acknowledged("MeterValues")
    return MeterReported(place=where, reference=None, readings=readings(payload.get("meterValue"), _sampled))


def _sampled(meter_value: dict[str, Any]) -> list[Sampled]:
    sampled = elements(meter_value.get("sampledValue"))
    return [_sample(one) for one in sampled if one.get("value") is not None]


def _sample(one: dict[str, Any]) -> Sampled:
    unit = part(one, "unitOfMeasure")
    return Sampled(
        value=one["value"],
        measurand=word(one.get("measurand")),
        unit=word(unit.get("unit")),
        phase=word(one.get("phase")),
        location=word(one.get("location")),
        context=word(one.get("context")),
        multiplier=_multiplier(unit),
        signed=_signed(one),
    )


def _multiplier(unit: dict[str, Any]) -> int:
    """The power of ten of a unit; nonsense is passed on as an absurd one, so that the value is not used."""
    multiplier = whole(unit.get("multiplier", 0), -(2**31))
    return 2**31 if multiplier is None else multiplier


def _signed(one: dict[str, Any]) -> dict[str, str] | None:
    """SignedMeterValueType, kept as text for whoever checks calibration law."""
    signed = part(one, "signedMeterValue")
    return {name: text(value, MAX_SIGNED) for name, value in signed.items() if name in _SIGNED_PARTS} or None


_SIGNED_PARTS: Final = frozenset({"signedMeterData", "signingMethod", "encodingMethod", "publicKey"})


_NOTIFICATIONS: Final = (
    "ClearedChargingLimit",
    "NotifyChargingLimit",
    "NotifyCustomerInformation",
    "NotifyDisplayMessages",
    "NotifyEvent",
    "NotifyMonitoringReport",
    "NotifyReport",
    "PublishFirmwareStatusNotification",
    "ReservationStatusUpdate",
)

_HANDLERS: Final[dict[str, Handler]] = {
    **acknowledged(_NOTIFICATIONS),
    "Authorize": _authorize,
    "BootNotification": _booted,
    "DataTransfer": data,
    "FirmwareStatusNotification": firmware,
    "Heartbeat": beat,
    "LogStatusNotification": log_status,
    "MeterValues": _metered,
    "NotifyEVChargingNeeds": _car_needs,
    "ReportChargingProfiles": profiles.reported,
    "SecurityEventNotification": security_event,
    "StatusNotification": _status,
    "TransactionEvent": _transaction,
}

ACTIONS: Final = frozenset(_HANDLERS)
