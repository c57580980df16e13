"""Configuration keys of OCPP 1.6 (§5.3, §5.8, §9), read and changed."""

from typing import TYPE_CHECKING, Any, Final

from chargers.ocpp.rpc import Payload

from . import v16_security
from .dialect import Order, Reply

if TYPE_CHECKING:
    from .station import SimulatedStation

SETTINGS: Final[dict[str, str]] = {
    "AllowOfflineTxForUnknownId": "false",
    "AuthorizeRemoteTxRequests": "false",
    "ChargeProfileMaxStackLevel": "10",
    "ChargingScheduleAllowedChargingRateUnit": "Current,Power",
    "ChargingScheduleMaxPeriods": "24",
    "ClockAlignedDataInterval": "0",
    "ConnectionTimeOut": "60",
    "ConnectorPhaseRotation": "0.RST,1.RST",
    "GetConfigurationMaxKeys": "50",
    "HeartbeatInterval": "300",
    "LightIntensity": "80",
    "LocalAuthListEnabled": "true",
    "LocalAuthListMaxLength": "500",
    "LocalAuthorizeOffline": "true",
    "LocalPreAuthorize": "false",
    "MaxChargingProfilesInstalled": "10",
    "MeterValueSampleInterval": "60",
    "MeterValuesAlignedData": "",
    "MeterValuesSampledData": "Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,SoC",
    "NumberOfConnectors": "1",
    "ResetRetries": "1",
    "SecurityProfile": "1",
    "SendLocalListMaxLength": "20",
    "StopTransactionOnEVSideDisconnect": "true",
    "StopTransactionOnInvalidId": "true",
    "StopTxnAlignedData": "",
    "StopTxnSampledData": "Energy.Active.Import.Register",
    "SupportedFeatureProfiles": "Core,FirmwareManagement,LocalAuthListManagement,RemoteTrigger,Reservation,"
    "SmartCharging",
    "TransactionMessageAttempts": "10",
    "TransactionMessageRetryInterval": "30",
    "UnlockConnectorOnEVSideDisconnect": "true",
    "WebSocketPingInterval": "60",
}
READ_ONLY: Final = {
    "ChargeProfileMaxStackLevel",
    "ChargingScheduleAllowedChargingRateUnit",
    "ChargingScheduleMaxPeriods",
    "MaxChargingProfilesInstalled",
    "GetConfigurationMaxKeys",
    "LocalAuthListMaxLength",
    "NumberOfConnectors",
    "SendLocalListMaxLength",
    "SupportedFeatureProfiles",
}
# Taken at once, in force after the next boot.
AFTER_RESTART: Final = {"ConnectorPhaseRotation"}
NUMBERS: Final = {name for name, value in SETTINGS.items() if value.isdigit()}
KEY_SETTING: Final = "AuthorizationKey"
SHORTEST_KEY, LONGEST_KEY = 16, 40


def _change(station: "SimulatedStation", payload: Payload) -> Reply:
    return Reply({"status": _write(station, payload["key"], payload["value"])})


def _write(station: "SimulatedStation", name: str, value: str) -> str:
    if name == KEY_SETTING:
        if not SHORTEST_KEY <= len(value) <= LONGEST_KEY:
            return "Rejected"
        station.rekey(value)
        return "Accepted"
    if name not in station.settings:
        return "NotSupported"
    if name == v16_security.PROFILE_SETTING:
        return v16_security.write_profile(station, value)
    if name in READ_ONLY or (name in NUMBERS and not value.isdigit()):
        return "Rejected"
    station.settings[name] = value
    return "RebootRequired" if name in AFTER_RESTART else "Accepted"


def _get(station: "SimulatedStation", payload: Payload) -> Reply:
    """Everything when no key is named; of too many named ones only the first are looked at."""
    named = payload.get("key") or []
    wanted = named[: int(station.settings["GetConfigurationMaxKeys"])] or list(station.settings)
    known = [_shown(station, name) for name in wanted if name in station.settings]
    unknown = [name for name in wanted if name not in station.settings]
    return Reply({"configurationKey": known} | ({"unknownKey": unknown} if unknown else {}))


def _shown(station: "SimulatedStation", name: str) -> dict[str, Any]:
    value = str(len(station.outlets)) if name == "NumberOfConnectors" else station.settings[name]
    return {"key": name, "readonly": name in READ_ONLY, "value": value}


ORDERS: Final[dict[str, Order]] = {"ChangeConfiguration": _change, "GetConfiguration": _get}
