"""Variables of OCPP 2.0.1 as settings, written `Component.Variable` (B05, B06)."""

from typing import Final

from chargers.domain import Report, SettingAgreed, SettingsReported, SettingValue
from chargers.ocpp.adapter import Payload
from chargers.ocpp.fields import elements, part, text
from chargers.ocpp.setting_book import SettingBook

MAX_VALUE: Final = 2_500

# An answer lists a status per variable, and one that is unknown makes the whole answer a refusal: one at a time.
BOOK: Final = SettingBook(
    reads_all=False,
    limit_name="",
    most_names=1,
    standard=(
        "AuthCtrlr.AuthorizeRemoteStart",
        "AuthCtrlr.LocalAuthorizeOffline",
        "AuthCtrlr.LocalPreAuthorize",
        "LocalAuthListCtrlr.Enabled",
        "OCPPCommCtrlr.HeartbeatInterval",
        "OCPPCommCtrlr.OfflineThreshold",
        "OCPPCommCtrlr.WebSocketPingInterval",
        "SampledDataCtrlr.TxUpdatedInterval",
        "SampledDataCtrlr.TxUpdatedMeasurands",
        "SecurityCtrlr.SecurityProfile",
        "TxCtrlr.EVConnectionTimeOut",
        "TxCtrlr.StopTxOnEVSideDisconnect",
        "TxCtrlr.StopTxOnInvalidId",
        "TxCtrlr.TxStartPoint",
        "TxCtrlr.TxStopPoint",
    ),
    required=(),
    list_length_name="LocalAuthListCtrlr.Entries",
    list_message_name="LocalAuthListCtrlr.ItemsPerMessage",
)


def _plain(data: Payload) -> str:
    """`Component.Variable`; "" for a part of one (instance, EVSE) or another attribute than the actual value."""
    component, variable = part(data, "component"), part(data, "variable")
    is_part = {"instance", "evse"} & (component.keys() | variable.keys())
    if is_part or data.get("attributeType", "Actual") != "Actual":
        return ""
    return f"{text(component.get('name'), 50)}.{text(variable.get('name'), 50)}"


def reported(payload: Payload, result: Payload) -> Report:
    """The variables of a GetVariables answer."""
    entries = [(_plain(e), e) for e in elements(result.get("getVariableResult"))]
    return SettingsReported(
        settings=tuple(
            SettingValue(name, text(entry.get("attributeValue"), MAX_VALUE))
            for name, entry in entries
            if name and entry.get("attributeStatus") == "Accepted"
        )
    )


def agreed(payload: Payload, result: Payload) -> Report | None:
    """The station took the change of one variable."""
    entries = elements(result.get("setVariableResult"))
    if len(entries) != 1 or not (name := _plain(entries[0])):
        return None
    return SettingAgreed(name, entries[0].get("attributeStatus") == "RebootRequired")
