"""Which side may send which action.

OCPP 1.6 §4 and §5 with the security whitepaper (edition 3) for 1.6; OCPP 2.0.1 Part 2 and OCPP 2.1 Part 2,
each use case's "Message" section, for the others.
"""

from __future__ import annotations

from enum import Enum

from chargers.ocpp.rpc.versions import Version


class Role(Enum):
    """The two sides of a connection."""

    CSMS = "csms"
    STATION = "station"

    @property
    def peer(self) -> Role:
        return Role.STATION if self is Role.CSMS else Role.CSMS


_BOTH = frozenset({"DataTransfer"})

_STATION_16 = _BOTH | {
    "Authorize",
    "BootNotification",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "LogStatusNotification",
    "MeterValues",
    "SecurityEventNotification",
    "SignCertificate",
    "SignedFirmwareStatusNotification",
    "StartTransaction",
    "StatusNotification",
    "StopTransaction",
}
_CSMS_16 = _BOTH | {
    "CancelReservation",
    "CertificateSigned",
    "ChangeAvailability",
    "ChangeConfiguration",
    "ClearCache",
    "ClearChargingProfile",
    "DeleteCertificate",
    "ExtendedTriggerMessage",
    "GetCompositeSchedule",
    "GetConfiguration",
    "GetDiagnostics",
    "GetInstalledCertificateIds",
    "GetLocalListVersion",
    "GetLog",
    "InstallCertificate",
    "RemoteStartTransaction",
    "RemoteStopTransaction",
    "ReserveNow",
    "Reset",
    "SendLocalList",
    "SetChargingProfile",
    "SignedUpdateFirmware",
    "TriggerMessage",
    "UnlockConnector",
    "UpdateFirmware",
}

_STATION_201 = _BOTH | {
    "Authorize",
    "BootNotification",
    "ClearedChargingLimit",
    "FirmwareStatusNotification",
    "Get15118EVCertificate",
    "GetCertificateStatus",
    "Heartbeat",
    "LogStatusNotification",
    "MeterValues",
    "NotifyChargingLimit",
    "NotifyCustomerInformation",
    "NotifyDisplayMessages",
    "NotifyEVChargingNeeds",
    "NotifyEVChargingSchedule",
    "NotifyEvent",
    "NotifyMonitoringReport",
    "NotifyReport",
    "PublishFirmwareStatusNotification",
    "ReportChargingProfiles",
    "ReservationStatusUpdate",
    "SecurityEventNotification",
    "SignCertificate",
    "StatusNotification",
    "TransactionEvent",
}
_CSMS_201 = _BOTH | {
    "CancelReservation",
    "CertificateSigned",
    "ChangeAvailability",
    "ClearCache",
    "ClearChargingProfile",
    "ClearDisplayMessage",
    "ClearVariableMonitoring",
    "CostUpdated",
    "CustomerInformation",
    "DeleteCertificate",
    "GetBaseReport",
    "GetChargingProfiles",
    "GetCompositeSchedule",
    "GetDisplayMessages",
    "GetInstalledCertificateIds",
    "GetLocalListVersion",
    "GetLog",
    "GetMonitoringReport",
    "GetReport",
    "GetTransactionStatus",
    "GetVariables",
    "InstallCertificate",
    "PublishFirmware",
    "RequestStartTransaction",
    "RequestStopTransaction",
    "ReserveNow",
    "Reset",
    "SendLocalList",
    "SetChargingProfile",
    "SetDisplayMessage",
    "SetMonitoringBase",
    "SetMonitoringLevel",
    "SetNetworkProfile",
    "SetVariableMonitoring",
    "SetVariables",
    "TriggerMessage",
    "UnlockConnector",
    "UnpublishFirmware",
    "UpdateFirmware",
}

# The only action that travels as SEND (OCPP 2.1 N13); it has no answer and is no CALL.
_SENT_21 = frozenset({"NotifyPeriodicEventStream"})

_STATION_21 = _STATION_201 | {
    "BatterySwap",
    "ClosePeriodicEventStream",
    "GetCertificateChainStatus",
    "NotifyDERAlarm",
    "NotifyDERStartStop",
    "NotifyPriorityCharging",
    "NotifySettlement",
    "OpenPeriodicEventStream",
    "PullDynamicScheduleUpdate",
    "ReportDERControl",
    "VatNumberValidation",
}
_CSMS_21 = _CSMS_201 | {
    "AFRRSignal",
    "AdjustPeriodicEventStream",
    "ChangeTransactionTariff",
    "ClearDERControl",
    "ClearTariffs",
    "GetDERControl",
    "GetPeriodicEventStream",
    "GetTariffs",
    "NotifyAllowedEnergyTransfer",
    "NotifyWebPaymentStarted",
    "RequestBatterySwap",
    "SetDERControl",
    "SetDefaultTariff",
    "UpdateDynamicSchedule",
    "UsePriorityCharging",
}

_CALLS: dict[tuple[Version, Role], frozenset[str]] = {
    (Version.V16, Role.STATION): _STATION_16,
    (Version.V16, Role.CSMS): _CSMS_16,
    (Version.V201, Role.STATION): _STATION_201,
    (Version.V201, Role.CSMS): _CSMS_201,
    (Version.V21, Role.STATION): _STATION_21,
    (Version.V21, Role.CSMS): _CSMS_21,
}


def calls(version: Version, sender: Role) -> frozenset[str]:
    """The actions `sender` may send as CALL."""
    return _CALLS[Version(version), sender]


def sends(version: Version, sender: Role) -> frozenset[str]:
    """The actions `sender` may send as SEND."""
    return _SENT_21 if version.has_send and sender is Role.STATION else frozenset()
