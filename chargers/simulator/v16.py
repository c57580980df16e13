"""OCPP 1.6 as a charge point speaks it: requests made, answers read. Sections are those of OCPP 1.6."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chargers.ocpp.rpc import Payload, Version

from . import v16_configuration, v16_orders
from .dialect import Message, Order, wire_time
from .options import Facts
from .outlet import Outlet, Sample, Session

# 1.6 §7.36 knows fewer reasons than 2.0.1.
REASONS = {
    "Local",
    "Remote",
    "EVDisconnected",
    "DeAuthorized",
    "SoftReset",
    "HardReset",
    "PowerLoss",
    "Reboot",
    "UnlockCommand",
    "EmergencyStop",
}
UNKNOWN_TRANSACTION = -1


class V16:
    """A 1.6 connector n is outlet n."""

    version = Version.V16
    names_transactions = False
    orders: Mapping[str, Order] = v16_orders.ORDERS
    settings: Mapping[str, str] = v16_configuration.SETTINGS

    def boot(self, facts: Facts, reason: str) -> Message:
        payload: Payload = {
            "chargePointVendor": facts.vendor,
            "chargePointModel": facts.model,
            "firmwareVersion": facts.firmware_version,
            "meterType": facts.meter_type,
        }
        if facts.serial_number:
            payload |= {"chargePointSerialNumber": facts.serial_number}
        return "BootNotification", payload

    def status(self, outlet: Outlet, at: datetime) -> Message:
        payload = {
            "connectorId": outlet.number,
            "errorCode": outlet.fault or "NoError",
            "status": outlet.status.value,
            "timestamp": wire_time(at),
        }
        return "StatusNotification", payload

    def authorize(self, uid: str) -> Message:
        return "Authorize", {"idTag": uid}

    def token_status(self, answer: Payload) -> str | None:
        status = answer.get("idTagInfo", {}).get("status")
        return status if isinstance(status, str) else None

    def started(self, session: Session, sample: Sample, trigger: str, offline: bool) -> Message:
        payload: Payload = {
            "connectorId": session.evse_no,
            "idTag": session.uid,
            "meterStart": session.meter_start_wh,
            "timestamp": wire_time(session.started_at),
        }
        if session.reservation_id is not None:
            payload["reservationId"] = session.reservation_id
        return "StartTransaction", payload

    def sampled(self, session: Session, sample: Sample, offline: bool) -> Message:
        return "MeterValues", {"connectorId": session.evse_no, "meterValue": [_meter_value(sample)]}

    def state_changed(self, session: Session, sample: Sample, offline: bool) -> Message | None:
        """In 1.6 the status of the connector says it."""
        return None

    def ended(self, session: Session, sample: Sample, uid: str | None, offline: bool) -> Message:
        payload: Payload = {
            "meterStop": sample.energy_wh,
            "timestamp": wire_time(sample.at),
            "reason": session.stop_reason if session.stop_reason in REASONS else "Other",
            "transactionData": [*_signed_begin(session), _meter_value(sample)],
        }
        return "StopTransaction", payload | ({"idTag": uid} if uid else {})

    def metered(self, outlet: Outlet, sample: Sample) -> Message:
        return "MeterValues", {"connectorId": outlet.number, "meterValue": [_meter_value(sample)]}

    def addressed(self, action: str, payload: Payload, session: Session) -> Payload:
        if action == "StartTransaction":
            return payload
        reference = UNKNOWN_TRANSACTION if session.reference is None else int(session.reference)
        return payload | {"transactionId": reference}

    def reference(self, action: str, answer: Payload) -> str | None:
        return str(answer["transactionId"]) if action == "StartTransaction" else None


def _meter_value(sample: Sample) -> dict[str, Any]:
    values = [
        _sampled("Energy.Active.Import.Register", str(sample.energy_wh), "Wh", sample.context),
        _sampled("Power.Active.Import", f"{sample.power_w:.1f}", "W", sample.context),
    ]
    for line, ends in sample.wires:
        current = _sampled("Current.Import", f"{sample.current_a:.2f}", "A", sample.context)
        voltage = _sampled("Voltage", str(sample.voltage_v), "V", sample.context)
        values += [current | {"phase": line}, voltage | {"phase": ends}]
    if sample.offered_a is not None:
        values.append(_sampled("Current.Offered", f"{sample.offered_a:.1f}", "A", sample.context))
    if sample.soc_percent is not None:
        soc = _sampled("SoC", f"{sample.soc_percent:.1f}", "Percent", sample.context)
        values.append(soc | {"location": "EV"})
    if sample.signed:
        values.append(_signed(sample.signed, sample.context))
    return {"timestamp": wire_time(sample.at), "sampledValue": values}


def _signed_begin(session: Session) -> list[dict[str, Any]]:
    """The begin, which the start has no room for."""
    if not session.signed_begin:
        return []
    value = _signed(session.signed_begin, "Transaction.Begin")
    return [{"timestamp": wire_time(session.started_at), "sampledValue": [value]}]


def _signed(record: str, context: str) -> dict[str, Any]:
    """1.6 §7.44: a value whose format is SignedData."""
    return {
        "value": record,
        "context": context,
        "format": "SignedData",
        "measurand": "Energy.Active.Import.Register",
    }


def _sampled(measurand: str, value: str, unit: str, context: str) -> dict[str, Any]:
    return {"value": value, "context": context, "measurand": measurand, "unit": unit}
