"""Configuration keys of OCPP 1.6 (§5.3, §5.8, §9)."""

from typing import Final

from chargers.domain import Report, SettingAgreed, SettingsReported, SettingValue
from chargers.ocpp.adapter import Payload
from chargers.ocpp.fields import elements, text
from chargers.ocpp.outcomes import PENDING
from chargers.ocpp.setting_book import SettingBook

MAX_NAME: Final = 200
MAX_VALUE: Final = 2_500

_REQUIRED: Final = (
    "AuthorizeRemoteTxRequests",
    "ClockAlignedDataInterval",
    "ConnectionTimeOut",
    "GetConfigurationMaxKeys",
    "HeartbeatInterval",
    "LocalAuthorizeOffline",
    "LocalPreAuthorize",
    "MeterValueSampleInterval",
    "MeterValuesAlignedData",
    "MeterValuesSampledData",
    "NumberOfConnectors",
    "ResetRetries",
    "ConnectorPhaseRotation",
    "StopTransactionOnEVSideDisconnect",
    "StopTransactionOnInvalidId",
    "StopTxnAlignedData",
    "StopTxnSampledData",
    "SupportedFeatureProfiles",
    "TransactionMessageAttempts",
    "TransactionMessageRetryInterval",
    "UnlockConnectorOnEVSideDisconnect",
)
_OPTIONAL: Final = (
    "AllowOfflineTxForUnknownId",
    "AuthorizationCacheEnabled",
    "BlinkRepeat",
    "ConnectorPhaseRotationMaxLength",
    "LightIntensity",
    "MaxEnergyOnInvalidId",
    "MeterValuesAlignedDataMaxLength",
    "MeterValuesSampledDataMaxLength",
    "MinimumStatusDuration",
    "StopTxnAlignedDataMaxLength",
    "StopTxnSampledDataMaxLength",
    "SupportedFeatureProfilesMaxLength",
    "WebSocketPingInterval",
    "LocalAuthListEnabled",
    "LocalAuthListMaxLength",
    "SendLocalListMaxLength",
    "ReserveConnectorZeroSupported",
    "ChargeProfileMaxStackLevel",
    "ChargingScheduleAllowedChargingRateUnit",
    "ChargingScheduleMaxPeriods",
    "ConnectorSwitch3to1PhaseSupported",
    "MaxChargingProfilesInstalled",
    # From the security whitepaper, §2.2.
    "AdditionalRootCertificateCheck",
    "CertificateSignedMaxChainSize",
    "CertificateStoreMaxLength",
    "CpoName",
    "SecurityProfile",
    "SupportedFileTransferProtocols",
)

# Four is the smallest limit seen in the field; the text has no default.
BOOK: Final = SettingBook(
    reads_all=True,
    limit_name="GetConfigurationMaxKeys",
    most_names=4,
    standard=_REQUIRED + _OPTIONAL,
    required=_REQUIRED,
    list_length_name="LocalAuthListMaxLength",
    list_message_name="SendLocalListMaxLength",
)


def reported(payload: Payload, result: Payload) -> Report:
    """The keys of a GetConfiguration answer; some stations mix known keys without a name in, which say nothing."""
    entries = [e for e in elements(result.get("configurationKey")) if text(e.get("key")).strip()]
    unknown = result.get("unknownKey")
    names = unknown if isinstance(unknown, list) else []
    return SettingsReported(
        settings=tuple(_value(entry) for entry in entries),
        unknown=tuple(text(name, MAX_NAME) for name in names if text(name).strip()),
    )


def _value(entry: Payload) -> SettingValue:
    value = entry.get("value")
    shown = None if value is None else text(value, MAX_VALUE)
    return SettingValue(text(entry.get("key"), MAX_NAME).strip(), shown, entry.get("readonly") is True)


def agreed(payload: Payload, result: Payload) -> Report:
    """The station took a ChangeConfiguration; RebootRequired says from when on it holds."""
    return SettingAgreed(text(payload.get("key"), MAX_NAME), text(result.get("status")) in PENDING)
