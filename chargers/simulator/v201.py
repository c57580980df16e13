"""OCPP 2.0.1 as a charging station speaks it: requests made, answers read. Use cases are those of Part 2."""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from chargers.ocpp.rpc import Payload, Version

from . import v201_orders
from .dialect import Message, Order, wire_time
from .options import Facts
from .outlet import Outlet, Sample, Session, Status
from .signing import ALGORITHM

STATUSES: Final = {
    Status.AVAILABLE: "Available",
    Status.UNAVAILABLE: "Unavailable",
    Status.FAULTED: "Faulted",
}
# Why a transaction ended (stoppedReason) and what made the station say so (triggerReason), E06.
REASONS: Final = {
    "Local": ("Local", "StopAuthorized"),
    "Remote": ("Remote", "RemoteStop"),
    "EVDisconnected": ("EVDisconnected", "EVCommunicationLost"),
    "DeAuthorized": ("DeAuthorized", "Deauthorized"),
    "ImmediateReset": ("ImmediateReset", "ResetCommand"),
    "PowerLoss": ("PowerLoss", "AbnormalCondition"),
    "UnlockCommand": ("Other", "UnlockCommand"),
    "GroundFault": ("GroundFault", "AbnormalCondition"),
}


class V201:
    """Every EVSE has one connector."""

    version = Version.V201
    names_transactions = True
    orders: Mapping[str, Order] = v201_orders.ORDERS
    settings: Mapping[str, str] = v201_orders.SETTINGS

    def boot(self, facts: Facts, reason: str) -> Message:
        station = {
            "model": facts.model[:20],
            "vendorName": facts.vendor,
            "firmwareVersion": facts.firmware_version,
        }
        if facts.serial_number:
            station |= {"serialNumber": facts.serial_number}
        return "BootNotification", {"reason": reason, "chargingStation": station}

    def status(self, outlet: Outlet, at: datetime) -> Message:
        payload = {
            "timestamp": wire_time(at),
            "connectorStatus": STATUSES.get(outlet.status, "Occupied"),
            "evseId": outlet.number,
            "connectorId": 1,
        }
        return "StatusNotification", payload

    def authorize(self, uid: str) -> Message:
        return "Authorize", {"idToken": _token(uid)}

    def token_status(self, answer: Payload) -> str | None:
        status = answer.get("idTokenInfo", {}).get("status")
        return status if isinstance(status, str) else None

    def started(self, session: Session, sample: Sample, trigger: str, offline: bool) -> Message:
        payload = self._event("Started", session, sample, trigger, offline)
        payload["transactionInfo"] |= {"chargingState": session.charging_state}
        if session.remote_start_id is not None:
            payload["transactionInfo"] |= {"remoteStartId": session.remote_start_id}
        evse = {"id": session.evse_no, "connectorId": 1}
        return "TransactionEvent", payload | {"evse": evse, "idToken": _token(session.uid)}

    def sampled(self, session: Session, sample: Sample, offline: bool) -> Message:
        trigger = "Trigger" if sample.context == "Trigger" else "MeterValuePeriodic"
        return "TransactionEvent", self._event("Updated", session, sample, trigger, offline)

    def state_changed(self, session: Session, sample: Sample, offline: bool) -> Message | None:
        payload = self._event("Updated", session, sample, "ChargingStateChanged", offline)
        payload["transactionInfo"] |= {"chargingState": session.charging_state}
        return "TransactionEvent", payload

    def ended(self, session: Session, sample: Sample, uid: str | None, offline: bool) -> Message:
        reason, trigger = REASONS.get(session.stop_reason, ("Other", "AbnormalCondition"))
        payload = self._event("Ended", session, sample, trigger, offline)
        payload["transactionInfo"] |= {"stoppedReason": reason, "chargingState": "Idle"}
        return "TransactionEvent", payload | ({"idToken": _token(uid)} if uid else {})

    def metered(self, outlet: Outlet, sample: Sample) -> Message:
        return "MeterValues", {"evseId": outlet.number, "meterValue": [_meter_value(sample)]}

    def addressed(self, action: str, payload: Payload, session: Session) -> Payload:
        """The station gave the transaction its id itself (E01.FR.02)."""
        return payload

    def reference(self, action: str, answer: Payload) -> str | None:
        return None

    def _event(self, kind: str, session: Session, sample: Sample, trigger: str, offline: bool) -> Payload:
        return {
            "eventType": kind,
            "timestamp": wire_time(sample.at),
            "triggerReason": trigger,
            "seqNo": session.take_seq_no(),
            "offline": offline,
            "transactionInfo": {"transactionId": session.reference},
            "meterValue": [_meter_value(sample)],
        }


def _token(uid: str) -> dict[str, str]:
    return {"idToken": uid, "type": "ISO14443"}


def _meter_value(sample: Sample) -> dict[str, Any]:
    values = [
        _sampled("Energy.Active.Import.Register", sample.energy_wh, "Wh", sample.context) | _signed(sample),
        _sampled("Power.Active.Import", round(sample.power_w, 1), "W", sample.context),
    ]
    for line, ends in sample.wires:
        current = _sampled("Current.Import", round(sample.current_a, 2), "A", sample.context)
        voltage = _sampled("Voltage", sample.voltage_v, "V", sample.context)
        values += [current | {"phase": line}, voltage | {"phase": ends}]
    if sample.offered_a is not None:
        values.append(_sampled("Current.Offered", round(sample.offered_a, 1), "A", sample.context))
    if sample.soc_percent is not None:
        soc = _sampled("SoC", round(sample.soc_percent, 1), "Percent", sample.context)
        values.append(soc | {"location": "EV"})
    return {"timestamp": wire_time(sample.at), "sampledValue": values}


def _signed(sample: Sample) -> dict[str, Any]:
    """SignedMeterValueType (Part 2 §2.41), its key as the Open Charge Alliance writes it."""
    if not sample.signed:
        return {}
    data, key = sample.signed, f"oca:base16:asn1:{sample.signed_by}"
    told = {"signingMethod": ALGORITHM, "encodingMethod": "OCMF", "publicKey": _base64(key)}
    return {"signedMeterValue": {"signedMeterData": _base64(data), **told}}


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _sampled(measurand: str, value: float, unit: str, context: str) -> dict[str, Any]:
    return {"value": value, "context": context, "measurand": measurand, "unitOfMeasure": {"unit": unit}}
